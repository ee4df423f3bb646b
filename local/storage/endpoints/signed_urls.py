"""Signed URLs: the bearer may read or store one file until the URL expires."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.storage import names, object_writes, tokens
from local.storage.callers import Caller
from local.storage.context import bucket_named, caller_of, storage_of, transaction
from local.storage.database import SERVICE
from local.storage.errors import StorageError, invalid_request, invalid_signature, no_such_key
from local.storage.json_bodies import INTEGER, STRINGS, Field, body
from local.storage.json_responses import JsonResponse
from local.storage.object_writes import Destination
from local.storage.tokens import DOWNLOAD, UPLOAD

SERVICE_LONGEST = 365 * 24 * 3600
"""Longest lifetime in seconds of a URL that the service signs: only new keys revoke a URL."""
ONE = {"expiresIn": Field(INTEGER, required=True, minimum=1)}
MANY = {**ONE, "paths": Field(STRINGS, required=True, minimum=1)}
UNKNOWN = "Either the object does not exist or you do not have access to it"


async def one(request: Request) -> Response:
    caller = caller_of(request)
    fields = await body(request, ONE)
    _check_lifetime(request, caller, fields["expiresIn"])
    bucket, name = request.path_params["bucket"], request.path_params["name"]
    names.check_bucket(bucket)
    names.check_key(name)
    async with transaction(request, caller) as tx:
        if await tx.row("object", bucket=bucket, name=name) is None:
            raise no_such_key()
    return JsonResponse({"signedURL": _url(request, bucket, name, fields["expiresIn"])})


async def many(request: Request) -> Response:
    caller = caller_of(request)
    fields = await body(request, MANY)
    _check_lifetime(request, caller, fields["expiresIn"])
    bucket = request.path_params["bucket"]
    names.check_bucket(bucket)
    async with transaction(request, caller) as tx:
        rows = await tx.rows("names", bucket=bucket, names=fields["paths"])
    known = {row["name"] for row in rows}
    return JsonResponse(
        [
            {
                "error": None if name in known else UNKNOWN,
                "path": name,
                "signedURL": _url(request, bucket, name, fields["expiresIn"]) if name in known else None,
            }
            for name in fields["paths"]
        ]
    )


async def upload(request: Request) -> Response:
    """Sign a URL for the upload of a file that the caller may store now. Raises StorageError."""
    caller, settings = caller_of(request), storage_of(request).settings
    bucket, name = request.path_params["bucket"], request.path_params["name"]
    destination = Destination(bucket, name, caller, upsert=request.headers.get("x-upsert") == "true")
    names.check_key(name)
    async with transaction(request, caller) as tx:
        await bucket_named(tx, bucket)
    await object_writes.check_permission(request, destination)
    path = f"{bucket}/{name}"
    claims = {"url": path, "upsert": destination.upsert, "scope": UPLOAD}
    if caller.owner:
        claims["owner"] = caller.owner
    token = tokens.sign(claims, settings.jwt_secret, settings.upload_url_lifetime)
    return JsonResponse({"url": f"/object/upload/sign/{path}?token={token}", "token": token})


def signed_claims(request: Request, purpose: str) -> dict[str, Any]:
    """The claims of the token in a signed URL. Raises StorageError for another path or purpose."""
    if "token" not in request.query_params:
        raise invalid_request("querystring must have required property 'token'")
    path = f"{request.path_params['bucket']}/{request.path_params['name']}"
    return verified_claims(request, request.query_params["token"], path, purpose)


def verified_claims(request: Request, token: str, path: str, purpose: str) -> dict[str, Any]:
    try:
        claims = tokens.verify(token, storage_of(request).settings.jwt_secret)
    except tokens.InvalidToken as error:
        raise StorageError(400, "InvalidJWT", str(error)) from error
    if claims.get("url") != path or not tokens.is_for(claims, purpose):
        raise invalid_signature()
    return claims


def _check_lifetime(request: Request, caller: Caller, seconds: int) -> None:
    """Raises StorageError for too long a lifetime: a shorter one would surprise the client later."""
    most = SERVICE_LONGEST if caller.role == SERVICE else storage_of(request).settings.signed_url_lifetime
    if seconds > most:
        raise invalid_request(f"body/expiresIn must be <= {most}")


def _url(request: Request, bucket: str, name: str, lifetime: int) -> str:
    path = f"{bucket}/{name}"
    secret = storage_of(request).settings.jwt_secret
    token = tokens.sign({"url": path, "scope": DOWNLOAD}, secret, lifetime)
    return f"/object/sign/{path}?token={token}"
