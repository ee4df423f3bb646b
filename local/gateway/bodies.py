"""How large requests may be, and what is said to larger ones, in the words of the part they are for.

Storage has limits of its own, by the bucket; what it is sent goes to the disk as it comes.
"""

from dataclasses import dataclass
from typing import Any

HEADERS = "128KiB"
"""All headers and the address together, as hosted; Caddy answers more with 431."""
IDLE = "60s"
"""How long a body may stand still before the part it is for is rid of it."""
MESSAGE = "The request's body is too large"


@dataclass(frozen=True)
class Limit:
    size: int
    """Bytes."""
    refusal: dict[str, Any]
    """The answer's body; `{request_id}` in it stands for the request's."""
    header: str | None = None
    """An error code that is also told in a header, and its name."""


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
