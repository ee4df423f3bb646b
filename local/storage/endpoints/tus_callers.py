"""The client of a resumable upload: it has a token, or a signature for one name."""

from dataclasses import dataclass

from starlette.requests import Request

from local.storage.callers import Caller, bearer, service
from local.storage.context import storage_of
from local.storage.endpoints.signed_urls import verified_claims
from local.storage.errors import StorageError, access_denied
from local.storage.object_writes import Destination
from local.storage.tokens import UPLOAD, InvalidToken


@dataclass(frozen=True)
class Uploader:
    """The caller of an upload, and whether the upload replaces a file."""

    caller: Caller
    upsert: bool

    def destination(self, bucket: str, name: str) -> Destination:
        return Destination(bucket, name, self.caller, self.upsert)


def verified_caller(request: Request) -> Caller:
    """Raises StorageError without a valid token."""
    try:
        return bearer(request, storage_of(request).settings.jwt_secret)
    except InvalidToken as error:
        raise access_denied(str(error)) from error


def is_signed(request: Request) -> bool:
    return "/upload/resumable/sign" in request.url.path


def signed_uploader(request: Request, bucket: str, name: str) -> Uploader:
    token = request.headers.get("x-signature")
    if not token:
        raise StorageError(400, "InvalidSignature", "Missing x-signature header")
    claims = verified_claims(request, token, f"{bucket}/{name}", UPLOAD)
    return Uploader(service(claims.get("owner")), claims.get("upsert") is True)
