"""The caller of a request: the bearer of a user's access token, or of a service key."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request

from local.auth import tokens
from local.auth.context import auth_of
from local.auth.database import Connection, first
from local.auth.errors import AuthError
from local.auth.models import NO_ID, Session, User

BEARER = re.compile(r"[Bb]earer (\S+)")
ADMIN_ROLES = ("service_role", "supabase_admin")


@dataclass(frozen=True)
class Caller:
    user: User
    session: Session | None
    claims: dict[str, Any]


def claims_of_bearer(request: Request) -> dict[str, Any]:
    bearer = BEARER.fullmatch(request.headers.get("authorization", ""))
    if not bearer:
        raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
    return tokens.verify(bearer[1], auth_of(request).settings.jwt_secret)


async def caller(request: Request, connection: Connection) -> Caller:
    """Raises AuthError if the user or the session of the token does not exist, or the user is banned."""
    claims = claims_of_bearer(request)
    if not claims.get("sub"):
        raise AuthError(403, "bad_jwt", "invalid claim: missing sub claim")
    user_id = as_uuid(claims["sub"])
    if user_id is None:
        raise AuthError(400, "bad_jwt", "invalid claim: sub claim must be a UUID")
    user = await first(connection, User, "user_by_id", id=user_id)
    if user is None:
        raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
    session = await _session(connection, claims)
    if user.is_banned(datetime.now(UTC)):
        raise AuthError(403, "user_banned", "User is banned")
    return Caller(user, session, claims)


async def administrator(request: Request, connection: Connection) -> str:
    """The role of a service key. Raises AuthError for every other caller."""
    claims = claims_of_bearer(request)
    await _session(connection, claims)
    role = claims.get("role")
    if role not in ADMIN_ROLES:
        raise AuthError(403, "not_admin", "User not allowed")
    return str(role)


def as_uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


async def _session(connection: Connection, claims: dict[str, Any]) -> Session | None:
    if not claims.get("session_id"):
        return None
    session_id = as_uuid(claims["session_id"])
    if session_id is None:
        raise AuthError(403, "bad_jwt", "invalid claim: session_id claim must be a UUID")
    if session_id == NO_ID:
        return None
    session = await first(connection, Session, "session_by_id", id=session_id)
    if session is None:
        raise AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist")
    return session
