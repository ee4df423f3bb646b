"""How long a resumable upload will be: told as it begins or, by clients that read from a stream, later."""

from starlette.requests import Request

from local.storage import resumables
from local.storage.context import bucket_named, storage_of, transaction
from local.storage.errors import StorageError, beyond_limit, tus_error
from local.storage.resumables import Resumable
from local.storage.storing import Place


def told_at_start(request: Request) -> int | None:
    """None where a later piece gives it. Raises StorageError."""
    length = request.headers.get("upload-length")
    if (length is None) == ("upload-defer-length" not in request.headers):
        raise _invalid()
    return None if length is None else int(length)


async def told_now(request: Request, upload: Resumable, place: Place, offset: int) -> tuple[Resumable, int]:
    """The upload, with its length if this request tells it, and the most bytes it may have.

    Raises StorageError.
    """
    is_told = request.method == "PATCH" and "upload-length" in request.headers
    told = int(request.headers["upload-length"]) if is_told else None
    if upload.length is not None:
        if told is not None:
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
        raise beyond_limit()
    return resumables.tell_length(storage.files.resumable, upload, told), told


def headers(upload: Resumable) -> dict[str, str]:
    return {"upload-defer-length": "1"} if upload.length is None else {"upload-length": str(upload.length)}


def _invalid() -> StorageError:
    return tus_error(400, "Upload-Length or Upload-Defer-Length header required")
