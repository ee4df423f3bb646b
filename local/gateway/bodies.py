"""Limits on the size of requests, and the responses to larger ones in each service's own form.

Storage has limits of its own for each bucket, and writes what it receives to the disk at once.
"""

from dataclasses import dataclass
from typing import Any

HEADERS = "128KiB"
"""All headers and the URL together, as hosted; above it Caddy responds with 431."""
IDLE = "60s"
"""Time without a byte of the body after which the request is aborted."""
MESSAGE = "The request's body is too large"


@dataclass(frozen=True)
class Limit:
    size: int
    """Bytes."""
    refusal: dict[str, Any]
    """The body of the response; `{request_id}` in it is replaced."""
    header: str | None = None
    """Name and value of a header that repeats the error code."""


def _of_rest(size: int) -> Limit:
    words = {"message": MESSAGE, "details": f"It may have {size} bytes", "hint": None}
    return Limit(size, {"code": "request_entity_too_large", **words})


LIMITS = {
    "rest": _of_rest(10 << 20),
    "auth": Limit(
        1 << 20,
        {
            "code": 413,
            "error_code": "request_entity_too_large",
            "msg": f"Request body too large (max {1 << 20} bytes)",
        },
        "X-Sb-Error-Code request_entity_too_large",
    ),
    "realtime": Limit(4 << 20, {"message": "Payload too large"}),
    "functions": Limit(
        10 << 20,
        {"code": "REQUEST_ENTITY_TOO_LARGE", "message": MESSAGE, "request_id": "{request_id}"},
        "X-Sb-Error-Code REQUEST_ENTITY_TOO_LARGE",
    ),
    "search": _of_rest(1 << 20),
}
