"""Downloads and information about files: with a token, from a public bucket, by a signed URL."""

from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from local.storage import callers, names
from local.storage.callers import Caller
from local.storage.context import bucket_named, caller_of, storage_of, transaction
from local.storage.endpoints.signed_urls import signed_claims
from local.storage.errors import no_such_bucket, no_such_key
from local.storage.file_responses import headers_of, send
from local.storage.json_responses import JsonResponse
from local.storage.models import Object
from local.storage.tokens import DOWNLOAD


async def own(request: Request) -> Response:
    return await send(request, lambda: _readable(request, caller_of(request)))


async def optional(request: Request) -> Response:
    """Without a valid token only public buckets can be read."""
    return await send(request, lambda: _readable(request, _caller_or_anonymous(request)))


async def public(request: Request) -> Response:
    return await send(request, lambda: _public(request))


async def signed(request: Request) -> Response:
    claims = signed_claims(request, DOWNLOAD)
    expires = datetime.fromtimestamp(claims["exp"], UTC) if "exp" in claims else None
    fixed = {"expires": format_datetime(expires, usegmt=True)} if expires else {}
    return await send(request, lambda: _object(request, callers.service()), fixed)


async def own_head(request: Request) -> Response:
    return _head(request, await _readable(request, caller_of(request)))


async def optional_head(request: Request) -> Response:
    return _head(request, await _readable(request, _caller_or_anonymous(request)))


async def public_head(request: Request) -> Response:
    return _head(request, await _public(request))


async def own_info(request: Request) -> Response:
    return _info(await _readable(request, caller_of(request)))


async def optional_info(request: Request) -> Response:
    return _info(await _readable(request, _caller_or_anonymous(request)))


async def public_info(request: Request) -> Response:
    return _info(await _public(request))


def _head(request: Request, shown: Object) -> Response:
    headers = headers_of(request, shown)
    return Response(headers={**headers, "content-length": str((shown.metadata or {}).get("size", 0))})


def _info(shown: Object) -> Response:
    """The file's own `cache-control` is only in the body: this response is not the file."""
    information = shown.described()
    headers = {"cache-control": "no-cache", "etag": information["etag"] or ""}
    return JsonResponse(information, headers=headers)


def _caller_or_anonymous(request: Request) -> Caller:
    return callers.caller_or_anonymous(request, storage_of(request).settings.jwt_secret)


async def _readable(request: Request, caller: Caller) -> Object:
    """The object: without policies in a public bucket, by the policies in another. Raises StorageError."""
    async with transaction(request, caller) as tx:
        bucket = await bucket_named(tx, request.path_params["bucket"])
    if not (bucket.public or caller.is_verified):
        raise no_such_bucket()
    return await _object(request, callers.service() if bucket.public else caller)


async def _public(request: Request) -> Object:
    async with transaction(request, callers.service()) as tx:
        bucket = await bucket_named(tx, request.path_params["bucket"])
    if not bucket.public:
        raise no_such_bucket()
    return await _object(request, callers.service())


async def _object(request: Request, caller: Caller) -> Object:
    bucket, name = request.path_params["bucket"], request.path_params["name"]
    names.check_bucket(bucket)
    names.check_key(name)
    async with transaction(request, caller) as tx:
        row = await tx.row("object", bucket=bucket, name=name)
    if row is None:
        raise no_such_key()
    return Object.of(row)
