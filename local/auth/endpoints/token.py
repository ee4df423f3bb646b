"""POST /token: sign in by password, or exchange a refresh token."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse

from local.auth import audit, credentials, grants, limits
from local.auth.bodies import decode, read_body
from local.auth.context import audience_of, auth_of, client_of
from local.auth.database import first
from local.auth.errors import AuthError
from local.auth.models import User
from local.auth.tokens import is_refresh_token


@dataclass(frozen=True)
class PasswordGrantParams:
    email: str = ""
    phone: str = ""
    password: str = ""


@dataclass(frozen=True)
class RefreshTokenGrantParams:
    refresh_token: str = ""


async def token(request: Request) -> JSONResponse:
    match request.query_params.get("grant_type"):
        case "password":
            return await _by_password(request)
        case "refresh_token":
            return await _by_refresh_token(request)
    raise AuthError(400, "invalid_credentials", "unsupported_grant_type")


async def _by_password(request: Request) -> JSONResponse:
    auth, content = auth_of(request), await read_body(request)
    await limits.of_address(request, "sign_in")
    params = decode(content, PasswordGrantParams)
    _check(params)
    await limits.of_account(request, params.email)
    async with auth.pool.connection() as connection:
        user = await first(connection, User, "user_by_email", email=params.email, aud=audience_of(request))
    # Always compared: neither time nor message shows whether the user exists or is banned.
    same = await credentials.matches(params.password, user.encrypted_password if user else None)
    if user is None or not same:
        raise _invalid_credentials()
    _check_active(user)
    async with auth.pool.connection() as connection, connection.transaction():
        # Checked again: comparing the password may have waited for seconds.
        now = await first(connection, User, "lock_user", id=user.id)
        if now is None or now.encrypted_password != user.encrypted_password:
            raise _invalid_credentials()
        _check_active(now)
        await audit.record(connection, "login", user, provider="email")
        answer = await grants.begin(connection, auth, user, "password", client_of(request))
    return JSONResponse({**answer, "weak_password": _weakness(params, auth.settings.minimum_password_length)})


def _check(params: PasswordGrantParams) -> None:
    if params.email and params.phone:
        message = "Only an email address or phone number should be provided on login."
        raise AuthError(400, "validation_failed", message)
    if params.phone:
        raise AuthError(422, "phone_provider_disabled", "Phone logins are disabled")
    if not params.email:
        raise AuthError(400, "validation_failed", "missing email or phone")


def _check_active(user: User) -> None:
    if user.is_banned(datetime.now(UTC)):
        raise AuthError(400, "user_banned", "User is banned")
    if not user.email_confirmed_at:
        raise AuthError(400, "email_not_confirmed", "Email not confirmed")


def _invalid_credentials() -> AuthError:
    return AuthError(400, "invalid_credentials", "Invalid login credentials")


def _weakness(params: PasswordGrantParams, minimum: int) -> dict[str, object] | None:
    """The field `weak_password` for a password that no longer meets the rules but still signs in."""
    try:
        credentials.check_strength(params.password, minimum)
    except AuthError as error:
        return {"message": error.message, "reasons": error.reasons}
    return None


async def _by_refresh_token(request: Request) -> JSONResponse:
    content = await read_body(request)
    await limits.of_address(request, "refresh")
    params = decode(content, RefreshTokenGrantParams)
    if not is_refresh_token(params.refresh_token):
        raise AuthError(400, "validation_failed", "Refresh token is not valid")
    return JSONResponse(await grants.refresh(auth_of(request), params.refresh_token, client_of(request)))
