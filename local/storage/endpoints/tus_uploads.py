"""/upload/resumable: TUS 1.0.0 (https://tus.io/protocols/resumable-upload), with creation and termination."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial

import psycopg
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from local.storage import file_bodies, models, names, object_writes, resumable_uploads
from local.storage.context import bucket_named, storage_of, transaction
from local.storage.endpoints import tus_headers, tus_lengths
from local.storage.endpoints.tus_callers import Uploader, is_signed, signed_uploader, verified_caller
from local.storage.endpoints.tus_headers import CHUNK, VERSION
from local.storage.errors import StorageError, invalid_request, of_database, of_disk, tus_error
from local.storage.fail_points import fail_point
from local.storage.file_bodies import json_object
from local.storage.file_store import Sink, head_of
from local.storage.file_types import HEAD, OCTETS
from local.storage.object_writes import Destination
from local.storage.resumable_uploads import Resumable

PLAIN = "text/plain;charset=UTF-8"
PATIENCE = 10
"""Seconds that a request waits for the previous one: the server may notice late that its client is gone."""
OPTIONS = {
    "tus-version": VERSION,
    "tus-extension": "creation,creation-with-upload,creation-defer-length,termination",
}

Endpoint = Callable[[Request], Awaitable[Response]]

log = logging.getLogger(__name__)


def tus_endpoint(endpoint: Endpoint) -> Endpoint:
    """Refuse as TUS does, in plain text, and add the header of the protocol to each response.

    A request without a valid token is refused in Storage's form, before the headers of TUS are checked.
    """

    async def answer(request: Request) -> Response:
        if not is_signed(request):
            await _check_token(request)
        try:
            tus_headers.check_headers(request)
            response: Response | None = await endpoint(request)
        except (StorageError, psycopg.Error, OSError) as error:
            await file_bodies.drain(request)
            response = _refusal(error)
            if response is None:
                raise
        assert response
        response.headers["tus-resumable"] = VERSION
        return response

    return answer


async def _check_token(request: Request) -> None:
    """Raises StorageError."""
    try:
        verified_caller(request)
    except StorageError:
        await file_bodies.drain(request)
        raise


def _refusal(error: StorageError | psycopg.Error | OSError) -> Response | None:
    """None for an error of the server itself."""
    if isinstance(error, ClientDisconnect):
        return None
    if isinstance(error, psycopg.Error):
        error = of_database(error)
    elif isinstance(error, OSError):
        error = of_disk(error)
    if error.status == 500:
        return None
    if error.code == "EntityTooLarge":
        error = tus_error(413, "upload's size exceeded")
    return Response(error.message, error.status, media_type=PLAIN)


async def options(request: Request) -> Response:
    limit = str(storage_of(request).settings.file_size_limit)
    return Response(status_code=204, headers={**OPTIONS, "tus-max-size": limit, "tus-resumable": VERSION})


async def created(request: Request) -> Response:
    folder = storage_of(request).files.resumable
    signed = is_signed(request)
    caller = None if signed else verified_caller(request)
    if "upload-concat" in request.headers:
        message = (
            "Concatenation extension is not (yet) supported. Disable parallel uploads in the tus client."
        )
        raise tus_error(501, message)
    length = tus_lengths.length_at_start(request)
    if "upload-metadata" not in request.headers:
        raise invalid_request("Metadata header is required")
    metadata = resumable_uploads.parsed_metadata(request.headers["upload-metadata"])
    bucket, name = metadata.get("bucketName", ""), metadata.get("objectName", "")
    names.check_bucket(bucket)
    kind = names.checked_header(metadata.get("contentType", OCTETS), "contentType")
    names.checked_header(metadata.get("cacheControl", ""), "cacheControl")
    json_object(metadata.get("metadata", ""))
    if caller is None:
        uploader = signed_uploader(request, bucket, name)
    else:
        uploader = Uploader(caller, _is_upsert(request))
    await object_writes.check_resumable_upload(request, uploader.destination(bucket, name), kind, length)
    holder = uploader.destination(bucket, name).holder
    upload = resumable_uploads.planned(bucket, name, length, metadata, uploader.upsert, holder)
    storage_of(request).unfinished.begin(upload.version, holder)
    try:
        resumable_uploads.start(folder, upload)
    except OSError:
        storage_of(request).unfinished.end(upload.version)
        raise
    headers = {"location": _location(request, upload, signed), "upload-expires": _expiry(request, upload)}
    if request.headers.get("content-type") == CHUNK or length == 0:
        headers["upload-offset"] = str(await _append(request, upload, uploader, 0))
    return Response(status_code=201, headers=headers, media_type=PLAIN)


async def offset(request: Request) -> Response:
    """Respond with the offset. A complete upload that could not be finished is finished now."""
    folder = storage_of(request).files.resumable
    upload, uploader = _upload_and_client(request)
    destination = uploader.destination(upload.bucket, upload.name)
    if not is_signed(request) and destination.holder != upload.holder:
        await object_writes.check_permission(request, destination)
    if not upload.done and resumable_uploads.offset(folder, upload) == upload.length:
        async with _locked(request, upload) as upload:
            if not upload.done:
                await _finish(request, upload, uploader)
        upload = replace(upload, done=True)
    headers = {
        "upload-offset": str(resumable_uploads.offset(folder, upload)),
        **tus_lengths.headers(upload),
        "upload-metadata": upload.metadata_header(),
        "upload-expires": _expiry(request, upload),
        "cache-control": "no-store",
    }
    return Response(headers=headers, media_type=PLAIN)


async def continued(request: Request) -> Response:
    for header in ("upload-offset", "content-type"):
        if header not in request.headers:
            raise tus_error(403, f"{header.title()} header required")
    upload, uploader = _upload_and_client(request)
    new_offset = await _append(request, upload, uploader, int(request.headers["upload-offset"]))
    headers = {"upload-offset": str(new_offset), "upload-expires": _expiry(request, upload)}
    return Response(status_code=204, headers=headers)


async def terminated(request: Request) -> Response:
    upload, uploader = _upload_and_client(request)
    if not is_signed(request):
        await object_writes.check_permission(request, uploader.destination(upload.bucket, upload.name))
    async with _locked(request, upload) as upload:
        if upload.done:
            raise StorageError(400, "TusError", "Cannot terminate an already completed upload")
        _delete(request, upload)
    return Response(status_code=204)


def _upload_and_client(request: Request) -> tuple[Resumable, Uploader]:
    """The upload that the path names, and its client: each chunk states whether it replaces a file."""
    folder = storage_of(request).files.resumable
    if is_signed(request):
        upload = resumable_uploads.find(folder, request.path_params["id"])
        return upload, signed_uploader(request, upload.bucket, upload.name)
    caller = verified_caller(request)
    upload = resumable_uploads.find(folder, request.path_params["id"])
    return upload, Uploader(caller, _is_upsert(request) or (request.method == "HEAD" and upload.upsert))


def _is_upsert(request: Request) -> bool:
    return request.headers.get("x-upsert") == "true"


async def _append(request: Request, upload: Resumable, uploader: Uploader, offset: int) -> int:
    """Append the body and return the new offset. The received bytes of a broken request are kept."""
    storage = storage_of(request)
    destination = uploader.destination(upload.bucket, upload.name)
    await object_writes.check_permission(request, destination)
    async with _locked(request, upload) as upload:
        if upload.done or offset != resumable_uploads.offset(storage.files.resumable, upload):
            raise tus_error(409, "Upload-Offset conflict")
        upload, limit = await tus_lengths.with_length(request, upload, destination, offset)
        grow = partial(storage.unfinished.grow, upload.version)
        sink = Sink(storage.files.resumable / upload.version, limit - offset, grow=grow)
        try:
            if request.headers.get("content-type") == CHUNK:
                async for chunk in request.stream():
                    await sink.write(chunk)
        finally:
            await sink.save()
            sink.close()
        new_offset = offset + sink.size
        if offset < HEAD <= new_offset and new_offset != upload.length:
            await _check_head(request, upload, destination)
        if new_offset == upload.length:
            await _finish(request, upload, uploader)
    return new_offset


async def _check_head(request: Request, upload: Resumable, destination: Destination) -> None:
    """Check the first bytes. If they are of another type, delete the upload and raise StorageError."""
    files = storage_of(request).files
    async with transaction(request, destination.caller) as tx:
        bucket = await bucket_named(tx, destination.bucket)
    check = object_writes.head_check(bucket, destination.name, upload.kind)
    try:
        if check:
            check(await asyncio.to_thread(head_of, files.resumable / upload.version))
    except StorageError:
        _delete(request, upload)
        raise


async def _finish(request: Request, upload: Resumable, uploader: Uploader) -> None:
    """All bytes are received: make them an object."""
    files, uncertain_commits = storage_of(request).files, storage_of(request).uncertain_commits
    if upload.version in uncertain_commits.versions:
        raise StorageError(423, "ResourceLocked", "The upload is being finished")
    assert upload.length is not None
    destination = uploader.destination(upload.bucket, upload.name)
    # Not only while receiving: a request may have been cut after its bytes were kept.
    await _check_head(request, upload, destination)
    seconds = upload.metadata.get("cacheControl", "")
    metadata = models.metadata(
        upload.length,
        upload.version.replace("-", ""),
        upload.kind,
        f"max-age={seconds}" if seconds.isdecimal() else "no-cache",
    )
    fail_point("before keeping")
    try:
        await files.keep_resumable(upload.version)
        fail_point("before row")
        user_metadata = json_object(upload.metadata.get("metadata", ""))
        await object_writes.write_row(request, destination, upload.version, metadata, user_metadata)
    except FileExistsError:
        log.info("an upload was finished by an earlier request")
    except StorageError:
        _delete(request, upload)
        raise
    resumable_uploads.mark_done(files.resumable / f"{upload.version}.json")
    storage_of(request).unfinished.end(upload.version)


def _delete(request: Request, upload: Resumable) -> None:
    resumable_uploads.forget(storage_of(request).files.resumable, upload)
    storage_of(request).unfinished.end(upload.version)


@asynccontextmanager
async def _locked(request: Request, upload: Resumable) -> AsyncIterator[Resumable]:
    """Lock the upload for this request, and read it again.

    Raises StorageError if the lock is not free in PATIENCE seconds, or the upload is gone.
    """
    storage, end = storage_of(request), time.monotonic() + PATIENCE
    uploading = storage.uploading
    while upload.version in uploading:
        if time.monotonic() > end:
            raise StorageError(423, "ResourceLocked", "The upload is being written to by another request")
        await asyncio.sleep(0.05)
    uploading.add(upload.version)
    try:
        yield resumable_uploads.find(storage.files.resumable, upload.id)
    finally:
        uploading.discard(upload.version)


def _location(request: Request, upload: Resumable, signed: bool) -> str:
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
    host = request.headers.get("x-forwarded-host") or request.headers.get("host", "")
    path = f"{request.scope.get('root_path', '')}/upload/resumable{'/sign' if signed else ''}"
    return f"{scheme}://{host}{path}/{upload.id}"


def _expiry(request: Request, upload: Resumable) -> str:
    end = upload.started + storage_of(request).settings.resumable_lifetime
    return format_datetime(datetime.fromtimestamp(end, UTC), usegmt=True)
