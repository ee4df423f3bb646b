"""How long a resumable upload will be: told as it begins or, by clients that read from a stream, later."""

from starlette.requests import Request

from local.storage import resumables
from local.storage.context import bucket_named, storage_of, transaction
from local.storage.errors import StorageError, too_large
from local.storage.resumables import Resumable
from local.storage.storing import Place


def told_at_start(request: Request) -> int | None:
    """None where it will be told later. Raises StorageError."""
    later = request.headers.get("upload-defer-length")
    if later is None:
        return number(request, "upload-length", 400)
    if later != "1" or "upload-length" in request.headers:
        raise _invalid()
    return None


async def told_now(request: Request, upload: Resumable, place: Place, offset: int) -> tuple[Resumable, int]:
    """The upload, with its length if this request tells it, and the most bytes it may have.

    Raises StorageError.
    """
    told = number(request, "upload-length", 400) if "upload-length" in request.headers else None
    if upload.length is not None:
        if told not in (None, upload.length):
            raise _invalid()
        return upload, upload.length
    async with transaction(request, place.caller) as tx:
        bucket = await bucket_named(tx, place.bucket)
    storage = storage_of(request)
    most = storage.limit(bucket, place.name)
    if told is None:
        return upload, most
    if told < offset:
        raise _invalid()
    if told > most:
        raise too_large()
    return resumables.tell_length(storage.files.resumable, upload, told), told


def headers(upload: Resumable) -> dict[str, str]:
    return {"upload-defer-length": "1"} if upload.length is None else {"upload-length": str(upload.length)}


def number(request: Request, header: str, status: int) -> int:
    text = request.headers.get(header, "")
    if not text.isdecimal() or len(text) > 18:
        raise StorageError(status, "TusError", f"{header.title()} header required")
    return int(text)


def _invalid() -> StorageError:
    return StorageError(400, "TusError", "Upload-Length or Upload-Defer-Length header required")
