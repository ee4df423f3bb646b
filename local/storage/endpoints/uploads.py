"""POST and PUT /object/BUCKET/NAME, and PUT with a signed URL: one file in one request."""

import uuid
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from local.storage import models, receiving, storing
from local.storage.answers import Answer
from local.storage.callers import service
from local.storage.context import caller_of, storage_of
from local.storage.endpoints.signing import signed_claims
from local.storage.failing import fail_point
from local.storage.models import Object
from local.storage.storing import Place
from local.storage.tokens import UPLOAD


async def created(request: Request) -> Response:
    return await _answer(request, upsert=request.headers.get("x-upsert") == "true")


async def updated(request: Request) -> Response:
    return await _answer(request, upsert=True)


async def by_signed_url(request: Request) -> Response:
    """The policies were asked when the URL was made."""
    claims = signed_claims(request, UPLOAD)
    owner = service(claims.get("owner"))
    stored = await _stored(request, Place(*_target(request), owner, claims.get("upsert") is True))
    return Answer({"Key": f"{stored.bucket_id}/{stored.name}"})


async def _answer(request: Request, upsert: bool) -> Response:
    stored = await _stored(request, Place(*_target(request), caller_of(request), upsert))
    return Answer({"Id": str(stored.id), "Key": f"{stored.bucket_id}/{stored.name}"})


def _target(request: Request) -> tuple[str, str]:
    return request.path_params["bucket"], request.path_params["name"]


async def _stored(request: Request, place: Place) -> Object:
    try:
        return await _received(request, place)
    except Exception:
        await receiving.drain(request)
        raise


async def _received(request: Request, place: Place) -> Object:
    storage, version = storage_of(request), str(uuid.uuid4())
    incoming = receiving.Form(request) if receiving.is_form(request) else receiving.Raw(request)
    described = await incoming.description()
    bucket = await storing.admitted(request, place, described.kind)
    judge = storing.judge(bucket, place.name, described.kind)
    limit, unfinished = storage.limit(bucket, place.name), storage.unfinished
    unfinished.begin(version, place.holder)
    try:
        grow = partial(unfinished.grow, version)
        async with storage.files.receiving(version, limit, judge, grow) as sink:
            await incoming.receive(sink)
            await storage.files.keep(sink)
    finally:
        unfinished.end(version)
    fail_point("before row")
    metadata = models.metadata(sink.size, sink.digest.hexdigest(), described.kind, described.cache_control)
    return await storing.recorded(request, place, version, metadata, described.user_metadata)
