"""URLs that let their bearer read or store one file until they expire."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.storage import names, storing, tokens
from local.storage.answers import Answer
from local.storage.bodies import INTEGER, STRINGS, Field, body
from local.storage.callers import Caller
from local.storage.context import bucket_named, caller_of, storage_of, transaction
from local.storage.database import SERVICE
from local.storage.errors import StorageError, invalid_request, invalid_signature, no_such_key
from local.storage.storing import Place
from local.storage.tokens import DOWNLOAD, UPLOAD

SERVICE_LONGEST = 365 * 24 * 3600
"""Seconds for which a URL may be valid that the service signs: nothing but new keys takes one back."""
ONE = {"expiresIn": Field(INTEGER, required=True, minimum=1)}
MANY = {**ONE, "paths": Field(STRINGS, required=True, minimum=1)}
UNKNOWN = "Either the object does not exist or you do not have access to it"


async def one(request: Request) -> Response:
    caller = caller_of(request)
    given = await body(request, ONE)
    _check_lifetime(request, caller, given["expiresIn"])
    bucket, name = request.path_params["bucket"], request.path_params["name"]
    names.check_bucket(bucket)
    names.check_key(name)
    async with transaction(request, caller) as tx:
        if await tx.row("object", bucket=bucket, name=name) is None:
            raise no_such_key()
    return Answer({"signedURL": _url(request, bucket, name, given["expiresIn"])})


async def many(request: Request) -> Response:
    caller = caller_of(request)
    given = await body(request, MANY)
    _check_lifetime(request, caller, given["expiresIn"])
    bucket = request.path_params["bucket"]
    names.check_bucket(bucket)
    async with transaction(request, caller) as tx:
        rows = await tx.rows("names", bucket=bucket, names=given["paths"])
    known = {row["name"] for row in rows}
    return Answer(
        [
            {
                "error": None if name in known else UNKNOWN,
                "path": name,
                "signedURL": _url(request, bucket, name, given["expiresIn"]) if name in known else None,
            }
            for name in given["paths"]
        ]
    )


async def upload(request: Request) -> Response:
    """For a file that the caller could store now."""
    caller, settings = caller_of(request), storage_of(request).settings
    bucket, name = request.path_params["bucket"], request.path_params["name"]
    place = Place(bucket, name, caller, upsert=request.headers.get("x-upsert") == "true")
    names.check_key(name)
    async with transaction(request, caller) as tx:
        await bucket_named(tx, bucket)
    await storing.check_permission(request, place)
    path = f"{bucket}/{name}"
    claims = {"url": path, "upsert": place.upsert, "scope": UPLOAD}
    if caller.owner:
        claims["owner"] = caller.owner
    token = tokens.sign(claims, settings.jwt_secret, settings.upload_url_lifetime)
    return Answer({"url": f"/object/upload/sign/{path}?token={token}", "token": token})


def signed_claims(request: Request, purpose: str) -> dict[str, Any]:
    """What the token in a signed URL says, if it is for this path and purpose. Raises StorageError."""
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
    """Raises StorageError: a URL of another lifetime than the client takes it for would break later."""
    most = SERVICE_LONGEST if caller.role == SERVICE else storage_of(request).settings.signed_url_lifetime
    if seconds > most:
        raise invalid_request(f"body/expiresIn must be <= {most}")


def _url(request: Request, bucket: str, name: str, lifetime: int) -> str:
    path = f"{bucket}/{name}"
    secret = storage_of(request).settings.jwt_secret
    token = tokens.sign({"url": path, "scope": DOWNLOAD}, secret, lifetime)
    return f"/object/sign/{path}?token={token}"
