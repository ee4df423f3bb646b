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

from local.storage import models, names, receiving, resumables, storing
from local.storage.contents import HEAD, OCTETS
from local.storage.context import bucket_named, storage_of, transaction
from local.storage.endpoints import lengths, tus
from local.storage.endpoints.tus import PIECE, VERSION
from local.storage.endpoints.uploaders import Uploader, believed_caller, is_signed, signed_uploader
from local.storage.errors import StorageError, invalid_request, of_database, of_disk, tus_error
from local.storage.failing import fail_point
from local.storage.files import Sink, head_of
from local.storage.receiving import json_object
from local.storage.resumables import Resumable
from local.storage.storing import Place

PLAIN = "text/plain;charset=UTF-8"
PATIENCE = 10
"""Seconds for a broken connection to be noticed, whose client has already come back."""
ABILITIES = {
    "tus-version": VERSION,
    "tus-extension": "creation,creation-with-upload,creation-defer-length,termination",
}

Endpoint = Callable[[Request], Awaitable[Response]]

log = logging.getLogger(__name__)


def speaking_tus(endpoint: Endpoint) -> Endpoint:
    """Refusals as plain text with the status itself, and the protocol's headers on everything.

    A request without a valid token is refused in Storage's form, before the protocol is looked at.
    """

    async def answer(request: Request) -> Response:
        if not is_signed(request):
            await _check_token(request)
        try:
            tus.check_headers(request)
            response: Response | None = await endpoint(request)
        except (StorageError, psycopg.Error, OSError) as error:
            await receiving.drain(request)
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
        believed_caller(request)
    except StorageError:
        await receiving.drain(request)
        raise


def _refusal(error: StorageError | psycopg.Error | OSError) -> Response | None:
    """None for what is nobody's fault but ours."""
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


async def abilities(request: Request) -> Response:
    limit = str(storage_of(request).settings.file_size_limit)
    return Response(status_code=204, headers={**ABILITIES, "tus-max-size": limit, "tus-resumable": VERSION})


async def created(request: Request) -> Response:
    folder = storage_of(request).files.resumable
    signed = is_signed(request)
    caller = None if signed else believed_caller(request)
    if "upload-concat" in request.headers:
        message = (
            "Concatenation extension is not (yet) supported. Disable parallel uploads in the tus client."
        )
        raise tus_error(501, message)
    length = lengths.told_at_start(request)
    if "upload-metadata" not in request.headers:
        raise invalid_request("Metadata header is required")
    metadata = resumables.parsed_metadata(request.headers["upload-metadata"])
    bucket, name = metadata.get("bucketName", ""), metadata.get("objectName", "")
    names.check_bucket(bucket)
    kind = names.checked_header(metadata.get("contentType", OCTETS), "contentType")
    names.checked_header(metadata.get("cacheControl", ""), "cacheControl")
    json_object(metadata.get("metadata", ""))
    if caller is None:
        uploader = signed_uploader(request, bucket, name)
    else:
        uploader = Uploader(caller, _is_upsert(request))
    await storing.admitted_in_pieces(request, uploader.place(bucket, name), kind, length)
    who = uploader.place(bucket, name).holder
    upload = resumables.planned(bucket, name, length, metadata, uploader.upsert, who)
    storage_of(request).unfinished.begin(upload.version, who)
    try:
        resumables.start(folder, upload)
    except OSError:
        storage_of(request).unfinished.end(upload.version)
        raise
    headers = {"location": _location(request, upload, signed), "upload-expires": _expiry(request, upload)}
    if request.headers.get("content-type") == PIECE or length == 0:
        headers["upload-offset"] = str(await _continued(request, upload, uploader, 0))
    return Response(status_code=201, headers=headers, media_type=PLAIN)


async def told(request: Request) -> Response:
    """How far the upload is. One that is complete but could not be finished is finished now."""
    folder = storage_of(request).files.resumable
    upload, uploader = _asked(request)
    if not upload.done and resumables.offset(folder, upload) == upload.length:
        async with _alone(request, upload) as upload:
            if not upload.done:
                await _finished(request, upload, uploader)
        upload = replace(upload, done=True)
    headers = {
        "upload-offset": str(resumables.offset(folder, upload)),
        **lengths.headers(upload),
        "upload-metadata": upload.given_metadata(),
        "upload-expires": _expiry(request, upload),
        "cache-control": "no-store",
    }
    return Response(headers=headers, media_type=PLAIN)


async def continued(request: Request) -> Response:
    for header in ("upload-offset", "content-type"):
        if header not in request.headers:
            raise tus_error(403, f"{header.title()} header required")
    upload, uploader = _asked(request)
    reached = await _continued(request, upload, uploader, int(request.headers["upload-offset"]))
    headers = {"upload-offset": str(reached), "upload-expires": _expiry(request, upload)}
    return Response(status_code=204, headers=headers)


async def terminated(request: Request) -> Response:
    upload, uploader = _asked(request)
    if not is_signed(request):
        await storing.check_permission(request, uploader.place(upload.bucket, upload.name))
    async with _alone(request, upload) as upload:
        if upload.done:
            raise StorageError(400, "TusError", "Cannot terminate an already completed upload")
        _forget(request, upload)
    return Response(status_code=204)


def _asked(request: Request) -> tuple[Resumable, Uploader]:
    """The upload that the path names, and its client, who says with each piece whether it replaces a file."""
    folder = storage_of(request).files.resumable
    if is_signed(request):
        upload = resumables.find(folder, request.path_params["id"])
        return upload, signed_uploader(request, upload.bucket, upload.name)
    caller = believed_caller(request)
    upload = resumables.find(folder, request.path_params["id"])
    return upload, Uploader(caller, _is_upsert(request) or (request.method == "HEAD" and upload.upsert))


def _is_upsert(request: Request) -> bool:
    return request.headers.get("x-upsert") == "true"


async def _continued(request: Request, upload: Resumable, uploader: Uploader, offset: int) -> int:
    """Append the body; the new offset. What came of a body that breaks off is kept."""
    storage = storage_of(request)
    place = uploader.place(upload.bucket, upload.name)
    await storing.check_permission(request, place)
    async with _alone(request, upload) as upload:
        if upload.done or offset != resumables.offset(storage.files.resumable, upload):
            raise tus_error(409, "Upload-Offset conflict")
        upload, most = await lengths.told_now(request, upload, place, offset)
        grow = partial(storage.unfinished.grow, upload.version)
        sink = Sink(storage.files.resumable / upload.version, most - offset, grow=grow)
        try:
            if request.headers.get("content-type") == PIECE:
                async for piece in request.stream():
                    await sink.write(piece)
        finally:
            await sink.save()
            sink.close()
        reached = offset + sink.size
        if offset < HEAD and (reached >= HEAD or reached == upload.length):
            await _judged(request, upload, place)
        if reached == upload.length:
            await _finished(request, upload, uploader)
    return reached


async def _judged(request: Request, upload: Resumable, place: Place) -> None:
    """The first bytes are there. Raises StorageError, and the upload is over, if they are of another type."""
    files = storage_of(request).files
    async with transaction(request, place.caller) as tx:
        bucket = await bucket_named(tx, place.bucket)
    judge = storing.judge(bucket, place.name, upload.kind)
    try:
        if judge:
            judge(await asyncio.to_thread(head_of, files.resumable / upload.version))
    except StorageError:
        _forget(request, upload)
        raise


async def _finished(request: Request, upload: Resumable, uploader: Uploader) -> None:
    """The bytes are all there: they become an object."""
    files, doubts = storage_of(request).files, storage_of(request).doubts
    if upload.version in doubts.versions:
        raise StorageError(423, "ResourceLocked", "The upload is being finished")
    assert upload.length is not None
    place = uploader.place(upload.bucket, upload.name)
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
        await storing.recorded(request, place, upload.version, metadata, user_metadata)
    except FileExistsError:
        log.info("an upload was finished before, unheard")
    except StorageError:
        _forget(request, upload)
        raise
    resumables.mark_done(files.resumable / f"{upload.version}.json")
    storage_of(request).unfinished.end(upload.version)


def _forget(request: Request, upload: Resumable) -> None:
    resumables.forget(storage_of(request).files.resumable, upload)
    storage_of(request).unfinished.end(upload.version)


@asynccontextmanager
async def _alone(request: Request, upload: Resumable) -> AsyncIterator[Resumable]:
    """One request at a time works on an upload, as it is by then. Raises StorageError for one that has waited
    too long, or whose upload is gone."""
    storage, end = storage_of(request), time.monotonic() + PATIENCE
    uploading = storage.uploading
    while upload.version in uploading:
        if time.monotonic() > end:
            raise StorageError(423, "ResourceLocked", "The upload is being written to by another request")
        await asyncio.sleep(0.05)
    uploading.add(upload.version)
    try:
        yield resumables.find(storage.files.resumable, upload.id)
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
