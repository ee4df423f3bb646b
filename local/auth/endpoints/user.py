"""GET and PUT /user: the bearer's own account."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import JSONResponse

from local.auth import audit, credentials, limits, users
from local.auth.access import Caller, caller
from local.auth.bodies import Json, decode, read_body
from local.auth.context import audience_of, auth_of
from local.auth.database import Connection, first
from local.auth.errors import AuthError
from local.auth.models import User


@dataclass(frozen=True)
class UserUpdateParams:
    email: str = ""
    phone: str = ""
    password: str | None = None
    data: Json | None = None
    app_metadata: Json | None = None


async def read(request: Request) -> JSONResponse:
    async with auth_of(request).pool.connection() as connection:
        called = await caller(request, connection)
        _check_audience(request, called)
        return JSONResponse(await users.described(connection, called.user))


def _check_audience(request: Request, called: Caller) -> None:
    audience = called.claims.get("aud")
    named = audience[0] if isinstance(audience, list) and audience else audience
    if not named or request.headers.get("x-jwt-aud", named) != named:
        raise AuthError(400, "validation_failed", "Token audience doesn't match request audience")


async def update(request: Request) -> JSONResponse:
    auth, content = auth_of(request), await read_body(request)
    async with auth.pool.connection() as connection:
        called = await caller(request, connection)
        params = decode(content, UserUpdateParams)
        email = _checked(params, called.user, auth.settings.minimum_password_length)
        if email:
            await _check_email_is_free(connection, called.user, email, audience_of(request))
    if params.password is not None and called.user.email:
        await limits.of_account(request, called.user.email)
    encrypted = await _new_password(called.user, params.password)
    user = await _changed(request, called.user, email, encrypted, params.data)
    async with auth.pool.connection() as connection:
        return JSONResponse(await users.described(connection, user))


def _checked(params: UserUpdateParams, user: User, minimum_length: int) -> str | None:
    """The new address, None for no change. Raises AuthError for a change that the user may not make."""
    email = credentials.normal_email(params.email) if params.email else None
    if params.phone and params.phone != user.phone:
        raise AuthError(422, "phone_provider_disabled", "Phone numbers are disabled")
    if params.password is not None:
        credentials.check_strength(params.password, minimum_length)
    if params.app_metadata is not None:
        raise AuthError(403, "not_admin", "Updating app_metadata requires admin privileges")
    if user.is_anonymous and params.password and not email:
        message = "Updating password of an anonymous user without an email or phone is not allowed"
        raise AuthError(422, "validation_failed", message)
    return None if email == user.email else email


async def _check_email_is_free(connection: Connection, user: User, email: str, aud: str) -> None:
    if await users.owner_of_email(connection, email, aud, but=user.id):
        raise users.email_exists()
    if not user.is_anonymous:
        message = "Changing an email address takes a confirmation mail, which this server does not send"
        raise AuthError(422, "email_provider_disabled", message)


async def _new_password(user: User, password: str | None) -> str | None:
    if password is None:
        return None
    if await credentials.matches(password, user.encrypted_password):
        raise AuthError(422, "same_password", "New password should be different from the old password.")
    return await credentials.hashed(password)


async def _changed(
    request: Request, caller_before: User, email: str | None, encrypted: str | None, data: Json | None
) -> User:
    """The changed user. The caller is checked again: hashing a password may have waited for seconds."""
    with users.writing("Error updating user", users_email_partial_key=users.email_exists()):
        async with auth_of(request).pool.connection() as connection, connection.transaction():
            await first(connection, User, "lock_user", id=caller_before.id)
            called = await caller(request, connection)
            before = user = called.user
            if email is not None:
                await _check_email_is_free(connection, user, email, audience_of(request))
            if encrypted is not None:
                kept = called.session.id if called.session else None
                user = await users.set_password(connection, user, encrypted, keep_session=kept)
                await audit.record(connection, "user_updated_password", user)
            if data is not None:
                user = await users.update_user_metadata(connection, user, data)
            if email is not None:
                user = await users.give_email(connection, user, email, confirmed=True)
                user = await users.confirm_email(connection, user)
            await audit.record(connection, "user_modified", user)
            return replace(user, confirmed_at=before.confirmed_at)
