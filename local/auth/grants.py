"""New and refreshed sessions: the responses of /token and /signup."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg

from local.auth import audit, hooks, tokens, users
from local.auth.claims import claims_of
from local.auth.context import Auth, Client
from local.auth.database import Connection, every, first, only, run
from local.auth.errors import AuthError
from local.auth.models import MethodUsed, RefreshToken, Session, User
from local.auth.sessions import Exchange, end_reason, exchange

LOCK_TIMEOUT = "5s"


async def begin(
    connection: Connection, auth: Auth, user: User, method: str, client: Client
) -> dict[str, Any]:
    """Start a session of this user, within the caller's transaction. Raises AuthError for a deleted user."""
    signed_in = await first(connection, User, "mark_sign_in", id=user.id)
    if signed_in is None:
        raise AuthError(403, "user_not_found", "The user was deleted meanwhile")
    session = await only(connection, Session, "insert_session", id=uuid4(), user_id=user.id, **asdict(client))
    await run(connection, "insert_method_used", session_id=session.id, method=method)
    token = await _successor(connection, session, parent="")
    shown = replace(signed_in, confirmed_at=user.confirmed_at)
    return await _answer(connection, auth, shown, session, token, method)


async def refresh(auth: Auth, shown: str, client: Client) -> dict[str, Any]:
    """Exchange a refresh token. Requests of one session wait for each other: one token has one successor."""
    try:
        async with auth.pool.connection() as connection, connection.transaction():
            answer = await _refresh(connection, auth, shown, client)
    except psycopg.errors.LockNotAvailable as error:
        message = "Too many concurrent token refresh requests on the same session or refresh token"
        raise AuthError(409, "conflict", message) from error
    if answer is None:
        raise AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
    return answer


async def _refresh(connection: Connection, auth: Auth, shown: str, client: Client) -> dict[str, Any] | None:
    """None: the token was reused, and the session has been ended."""
    await connection.execute("select set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
    session = await first(connection, Session, "lock_session_of_token", token=shown)
    token = await first(connection, RefreshToken, "refresh_token", token=shown)
    if session is None or token is None:
        raise AuthError(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
    user = await only(connection, User, "user_by_id", id=session.user_id)
    now, settings = datetime.now(UTC), auth.settings
    if user.is_banned(now):
        raise AuthError(400, "user_banned", "Invalid Refresh Token: User Banned")
    if over := end_reason(session, token, now, settings.inactivity_timeout, settings.timebox):
        raise AuthError(400, "session_expired", f"Invalid Refresh Token: {over}")
    active = await first(connection, RefreshToken, "active_refresh_token", session_id=session.id)
    match exchange(token, active, now, settings.reuse_interval):
        case Exchange.REUSE:
            await run(connection, "delete_session", id=session.id)
            await audit.record(connection, "token_revoked", user)
            return None
        case Exchange.ROTATE:
            await run(connection, "revoke_refresh_token", token=token.token)
            successor = await _successor(connection, session, parent=token.token)
            await audit.record(connection, "token_revoked", user)
        case Exchange.REPEAT:
            successor = active.token if active else token.token
    await audit.record(connection, "token_refreshed", user)
    await run(connection, "mark_refresh", id=session.id, **asdict(client))
    return await _answer(connection, auth, user, session, successor, "token_refresh")


async def _successor(connection: Connection, session: Session, parent: str) -> str:
    token = tokens.new_refresh_token()
    of_session = {"user_id": session.user_id, "session_id": session.id}
    await run(connection, "insert_refresh_token", token=token, parent=parent, **of_session)
    return token


async def _answer(
    connection: Connection, auth: Auth, user: User, session: Session, refresh_token: str, method: str
) -> dict[str, Any]:
    settings, now = auth.settings, datetime.now(UTC)
    methods = await every(connection, MethodUsed, "methods_used", session_id=session.id)
    claims = claims_of(user, session, methods, now, timedelta(seconds=settings.jwt_expiry))
    expires_at = claims["exp"]
    if settings.access_token_hook:
        event = {"user_id": str(user.id), "claims": claims, "authentication_method": method}
        claims = await hooks.customised(connection, settings.access_token_hook, event)
    return {
        "access_token": tokens.sign(claims, settings.jwt_secret),
        "token_type": "bearer",
        "expires_in": settings.jwt_expiry,
        "expires_at": expires_at,
        "refresh_token": refresh_token,
        "user": await users.described(connection, user),
    }
