"""The request headers of TUS 1.0.0. Refusals are plain text."""

import re
from collections.abc import Callable

from starlette.requests import Request

from local.storage import resumable_uploads
from local.storage.errors import StorageError, tus_error

VERSION = "1.0.0"
CHUNK = "application/offset+octet-stream"
NUMBER = re.compile(r"0|[1-9][0-9]{0,19}")
CONCATENATION = re.compile(r"partial|final;.*")


def check_headers(request: Request) -> None:
    """Raises StorageError for a request of another version, or with a header that is malformed."""
    if not request.headers.get("tus-resumable"):
        raise tus_error(412, "Tus-Resumable Required")
    wrong = [name for name, value in request.headers.items() if not _is_valid(request.method, name, value)]
    if wrong:
        raise tus_error(400, f"Invalid {' '.join(sorted(wrong))}")


def _is_valid(method: str, name: str, value: str) -> bool:
    if name == "content-type" and method != "PATCH":
        return True
    return name not in VALID or VALID[name](value)


def _is_number(text: str) -> bool:
    """Whether JavaScript reads the number and writes it unchanged."""
    return NUMBER.fullmatch(text) is not None and int(float(text)) == int(text)


def _is_metadata(text: str) -> bool:
    try:
        resumable_uploads.parsed_metadata(text)
    except StorageError:
        return False
    return True


VALID: dict[str, Callable[[str], bool]] = {
    "tus-resumable": lambda value: value == VERSION,
    "upload-offset": _is_number,
    "upload-length": _is_number,
    "upload-defer-length": lambda value: value == "1",
    "upload-metadata": _is_metadata,
    "upload-concat": lambda value: CONCATENATION.fullmatch(value) is not None,
    "content-type": lambda value: value == CHUNK,
}
