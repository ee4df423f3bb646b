"""The caller of a request: the bearer of a token, or anon without one."""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.requests import Request

from local.storage import tokens
from local.storage.errors import access_denied, invalid_request

BEARER = re.compile(r"^Bearer\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Caller:
    role: str
    claims: dict[str, Any] = field(default_factory=dict)
    is_verified: bool = True
    """Whether the request has a valid token."""
    is_service: bool = False
    """Whether the token is the service's; signed URLs use its role without one."""

    @property
    def owner(self) -> str | None:
        return self.claims.get("sub")

    @property
    def owner_uuid(self) -> UUID | None:
        try:
            return UUID(self.owner)
        except (TypeError, ValueError):
            return None


ANONYMOUS = Caller("anon", is_verified=False)


def service(owner: str | None = None) -> Caller:
    """The service role, which no policy restricts: for what the server itself decides."""
    return Caller("service_role", {"role": "service_role", **({"sub": owner} if owner else {})})


def caller_of(request: Request, secret: str) -> Caller:
    """Raises StorageError without a valid token."""
    if "authorization" not in request.headers:
        raise invalid_request("headers must have required property 'authorization'")
    try:
        return bearer(request, secret)
    except tokens.InvalidToken as error:
        raise access_denied(str(error)) from error


def caller_or_anonymous(request: Request, secret: str) -> Caller:
    try:
        return bearer(request, secret)
    except tokens.InvalidToken:
        return ANONYMOUS


def bearer(request: Request, secret: str) -> Caller:
    """Raises InvalidToken."""
    claims = tokens.verify(BEARER.sub("", request.headers.get("authorization", "")), secret)
    role = str(claims.get("role") or "anon")
    return Caller(role, claims, is_service=role == "service_role")
