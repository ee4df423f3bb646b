"""Users created and changed with a service key: POST /admin/users and PUT /admin/users/ID."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse

from local.auth import audit, credentials, users
from local.auth.access import administrator, as_uuid
from local.auth.bodies import Json, decode, read_body
from local.auth.context import audience_of, auth_of
from local.auth.database import Connection, only
from local.auth.durations import duration
from local.auth.endpoints.admin_users import locked, named
from local.auth.errors import AuthError
from local.auth.models import NO_ID, User


@dataclass(frozen=True)
class AdminUserParams:
    id: str = ""
    aud: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""
    password: str | None = None
    password_hash: str = ""
    email_confirm: bool = False
    user_metadata: Json | None = None
    app_metadata: Json | None = None
    ban_duration: str = ""


async def created(request: Request) -> JSONResponse:
    auth, content = auth_of(request), await read_body(request)
    async with auth.pool.connection() as connection:
        role = await administrator(request, connection)
        params = decode(content, AdminUserParams)
        if not params.email and not params.phone:
            raise AuthError(400, "validation_failed", "Cannot create a user without either an email or phone")
        email, aud = _email(params), params.aud or audience_of(request)
        if await users.owner_of_email(connection, email, aud):
            raise users.email_exists()
    user_id, banned_until = _new_id(params.id), _ban_end(params.ban_duration)
    encrypted = await _first_password(params, auth.settings.minimum_password_length)
    taken = {"users_email_partial_key": users.email_exists(), "users_pkey": _id_exists()}
    with users.writing("Database error creating new user", **taken):
        async with auth.pool.connection() as connection, connection.transaction():
            user = await users.insert(
                connection,
                user_id,
                aud,
                email=email,
                encrypted_password=encrypted,
                role=params.role or users.ROLE,
                app_metadata=users.merged(users.EMAIL_PROVIDER, params.app_metadata or {}),
                user_metadata=params.user_metadata or {},
            )
            await users.add_identity(connection, user, users.identity_data(user_id, email))
            await audit.record(connection, "user_signedup", role, user_id=str(user_id), user_email=email)
            if params.email_confirm:
                user = await users.confirm_email(connection, user)
            if banned_until:
                user = await only(connection, User, "set_ban", id=user_id, until=banned_until)
            return JSONResponse(await users.described(connection, replace(user, confirmed_at=None)))


async def updated(request: Request) -> JSONResponse:
    auth, content = auth_of(request), await read_body(request)
    async with auth.pool.connection() as connection:
        role = await administrator(request, connection)
        user_id = (await named(request, connection)).id
        params = decode(content, AdminUserParams)
    email = _email(params) if params.email or params.phone else ""
    banned_until = _ban_end(params.ban_duration)
    encrypted = None
    if params.password is not None:
        credentials.check_strength(params.password, auth.settings.minimum_password_length)
        encrypted = await credentials.hashed(params.password)
    with users.writing("Error updating user", users_email_partial_key=users.email_exists()):
        async with auth.pool.connection() as connection, connection.transaction():
            before = await locked(connection, user_id)
            user = await _changed(connection, before, params, email, encrypted)
            if params.ban_duration:
                user = await only(connection, User, "set_ban", id=user.id, until=banned_until)
            traits = {"user_id": str(user.id), "user_email": user.email}
            await audit.record(connection, "user_modified", role, **traits)
            user = replace(user, confirmed_at=before.confirmed_at)
            return JSONResponse(await users.described(connection, user))


async def _changed(
    connection: Connection, user: User, params: AdminUserParams, email: str, encrypted: str | None
) -> User:
    if params.role:
        user = await only(connection, User, "set_role", id=user.id, role=params.role.strip())
    if params.email_confirm:
        user = await users.confirm_email(connection, user)
    if encrypted is not None:
        user = await users.set_password(connection, user, encrypted)
    if email:
        user = await users.give_email(connection, user, email, params.email_confirm)
    if params.app_metadata is not None:
        user = await users.update_app_metadata(connection, user, params.app_metadata)
    if params.user_metadata is not None:
        user = await users.update_user_metadata(connection, user, params.user_metadata)
    return user


def _email(params: AdminUserParams) -> str:
    if params.phone:
        raise AuthError(422, "phone_provider_disabled", "Phone numbers are disabled")
    return credentials.normal_email(params.email)


def _new_id(text: str) -> UUID:
    if not text:
        return uuid4()
    user_id = as_uuid(text)
    if user_id is None:
        raise AuthError(400, "validation_failed", "ID must conform to the uuid v4 format")
    if user_id == NO_ID:
        raise AuthError(400, "validation_failed", "ID cannot be a nil uuid")
    return user_id


async def _first_password(params: AdminUserParams, minimum_length: int) -> str:
    """The hash; of a random password if none is sent."""
    if params.password and params.password_hash:
        message = "Only a password or a password hash should be provided"
        raise AuthError(400, "validation_failed", message)
    if params.password_hash:
        if not credentials.is_bcrypt(params.password_hash):
            raise AuthError(400, "validation_failed", "The password hash must be bcrypt's")
        return params.password_hash
    if params.password:
        credentials.check_strength(params.password, minimum_length)
    return await credentials.hashed(params.password or secrets.token_urlsafe(32))


def _ban_end(text: str) -> datetime | None:
    """The end of the ban, None for no ban."""
    length = timedelta(0) if text in ("", "none") else duration(text)
    if length is None:
        message = f'invalid format for ban duration: time: invalid duration "{text}"'
        raise AuthError(400, "validation_failed", message)
    return datetime.now(UTC) + length if length else None


def _id_exists() -> AuthError:
    return AuthError(422, "user_already_exists", "A user with this id has already been registered")
