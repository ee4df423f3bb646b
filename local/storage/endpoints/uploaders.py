"""Who brings a resumable upload: the bearer of a token, or of a signature for one name."""

from dataclasses import dataclass

from starlette.requests import Request

from local.storage.callers import Caller, bearer, service
from local.storage.context import storage_of
from local.storage.endpoints.signing import verified_claims
from local.storage.errors import StorageError, access_denied
from local.storage.storing import Place
from local.storage.tokens import UPLOAD, InvalidToken


@dataclass(frozen=True)
class Uploader:
    """On whose account a file comes."""

    caller: Caller
    upsert: bool

    def place(self, bucket: str, name: str) -> Place:
        return Place(bucket, name, self.caller, self.upsert)


def believed_caller(request: Request) -> Caller:
    """Raises StorageError without a token that is believed."""
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
