"""The length of a resumable upload: sent at the start or, by clients that read from a stream, later."""

from starlette.requests import Request

from local.storage import resumable_uploads
from local.storage.context import bucket_named, storage_of, transaction
from local.storage.errors import StorageError, beyond_limit, tus_error
from local.storage.object_writes import Destination
from local.storage.resumable_uploads import Resumable


def length_at_start(request: Request) -> int | None:
    """The length in bytes, None if a later chunk states it. Raises StorageError."""
    length = request.headers.get("upload-length")
    if (length is None) == ("upload-defer-length" not in request.headers):
        raise _invalid()
    return None if length is None else int(length)


async def with_length(
    request: Request, upload: Resumable, destination: Destination, offset: int
) -> tuple[Resumable, int]:
    """The upload, with its length if this request states it, and its largest size in bytes.

    Raises StorageError.
    """
    is_stated = request.method == "PATCH" and "upload-length" in request.headers
    length = int(request.headers["upload-length"]) if is_stated else None
    if upload.length is not None:
        if length is not None:
            raise _invalid()
        return upload, upload.length
    async with transaction(request, destination.caller) as tx:
        bucket = await bucket_named(tx, destination.bucket)
    storage = storage_of(request)
    limit = storage.limit(bucket, destination.name)
    if length is None:
        return upload, limit
    if length < offset:
        raise _invalid()
    if length > limit:
        raise beyond_limit()
    return resumable_uploads.set_length(storage.files.resumable, upload, length), length


def headers(upload: Resumable) -> dict[str, str]:
    return {"upload-defer-length": "1"} if upload.length is None else {"upload-length": str(upload.length)}


def _invalid() -> StorageError:
    return tus_error(400, "Upload-Length or Upload-Defer-Length header required")
