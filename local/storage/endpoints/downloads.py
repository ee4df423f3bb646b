"""Reading a file and what is known of it: with a token, from a public bucket, by a signed URL."""

from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from local.storage import callers, names
from local.storage.answers import Answer
from local.storage.callers import Caller
from local.storage.context import bucket_named, caller_of, storage_of, transaction
from local.storage.endpoints.signing import signed_claims
from local.storage.errors import no_such_bucket, no_such_key
from local.storage.models import Object
from local.storage.sending import headers_of, send
from local.storage.tokens import DOWNLOAD


async def own(request: Request) -> Response:
    return await send(request, lambda: _readable(request, caller_of(request)))


async def optional(request: Request) -> Response:
    """Without a token that is believed, public buckets only."""
    return await send(request, lambda: _readable(request, _anybody(request)))


async def public(request: Request) -> Response:
    return await send(request, lambda: _public(request))


async def signed(request: Request) -> Response:
    claims = signed_claims(request, DOWNLOAD)
    expires = datetime.fromtimestamp(claims["exp"], UTC) if "exp" in claims else None
    fixed = {"expires": format_datetime(expires, usegmt=True)} if expires else {}
    return await send(request, lambda: _found(request, callers.service()), fixed)


async def own_head(request: Request) -> Response:
    return _head(request, await _readable(request, caller_of(request)))


async def optional_head(request: Request) -> Response:
    return _head(request, await _readable(request, _anybody(request)))


async def public_head(request: Request) -> Response:
    return _head(request, await _public(request))


async def own_info(request: Request) -> Response:
    return _info(await _readable(request, caller_of(request)))


async def optional_info(request: Request) -> Response:
    return _info(await _readable(request, _anybody(request)))


async def public_info(request: Request) -> Response:
    return _info(await _public(request))


def _head(request: Request, found: Object) -> Response:
    headers = headers_of(request, found)
    return Response(headers={**headers, "content-length": str((found.metadata or {}).get("size", 0))})


def _info(found: Object) -> Response:
    """The file's own `cache-control` is in the body alone: this answer is about the file, not the file."""
    shown = found.described()
    return Answer(shown, headers={"cache-control": "no-cache", "etag": shown["etag"] or ""})


def _anybody(request: Request) -> Caller:
    return callers.caller_or_nobody(request, storage_of(request).settings.jwt_secret)


async def _readable(request: Request, caller: Caller) -> Object:
    """What is in a public bucket is everybody's; elsewhere the policies say."""
    async with transaction(request, caller) as tx:
        bucket = await bucket_named(tx, request.path_params["bucket"])
    if not (bucket.public or caller.believed):
        raise no_such_bucket()
    return await _found(request, callers.service() if bucket.public else caller)


async def _public(request: Request) -> Object:
    async with transaction(request, callers.service()) as tx:
        bucket = await bucket_named(tx, request.path_params["bucket"])
    if not bucket.public:
        raise no_such_bucket()
    return await _found(request, callers.service())


async def _found(request: Request, caller: Caller) -> Object:
    bucket, name = request.path_params["bucket"], request.path_params["name"]
    names.check_bucket(bucket)
    names.check_key(name)
    async with transaction(request, caller) as tx:
        row = await tx.row("object", bucket=bucket, name=name)
    if row is None:
        raise no_such_key()
    return Object.of(row)
