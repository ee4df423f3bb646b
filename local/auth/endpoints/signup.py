"""POST /signup: a user with e-mail address and password, or an anonymous user."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse

from local.auth import audit, credentials, grants, limits, users
from local.auth.bodies import Json, body
from local.auth.context import Auth, audience_of, auth_of, client_of
from local.auth.database import Connection
from local.auth.errors import AuthError
from local.auth.models import User


@dataclass(frozen=True)
class SignupParams:
    email: str = ""
    phone: str = ""
    password: str = ""
    data: Json | None = None


async def sign_up(request: Request) -> JSONResponse:
    auth, params = auth_of(request), await body(request, SignupParams)
    is_anonymous = not params.email and not params.phone
    if is_anonymous and not auth.settings.enable_anonymous_sign_ins:
        raise AuthError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    await limits.of_address(request, "anonymous" if is_anonymous else "sign_in")
    if not auth.settings.enable_signup:
        raise AuthError(422, "signup_disabled", "Signups not allowed for this instance")
    if is_anonymous:
        return await _anonymous(request, auth, params.data or {})
    return await _by_email(request, auth, params)


async def _anonymous(request: Request, auth: Auth, data: Json) -> JSONResponse:
    with users.writing("Database error creating anonymous user"):
        async with auth.pool.connection() as connection, connection.transaction():
            user = await users.insert(
                connection,
                uuid4(),
                audience_of(request),
                app_metadata={},
                user_metadata=data,
                is_anonymous=True,
            )
            return JSONResponse(await grants.begin(connection, auth, user, "anonymous", client_of(request)))


async def _by_email(request: Request, auth: Auth, params: SignupParams) -> JSONResponse:
    email = _checked(params, auth.settings.minimum_password_length)
    user = await _registered(auth, email, audience_of(request), params)
    async with auth.pool.connection() as connection, connection.transaction():
        await audit.record(connection, "login", user, provider="email")
        answer = await grants.begin(connection, auth, user, "password", client_of(request))
        return JSONResponse(_with_verified_identity(answer))


def _with_verified_identity(answer: dict[str, Any]) -> dict[str, Any]:
    """Show the identity as verified, as GoTrue does in the response to a sign-up; its row stays false."""
    for identity in answer["user"]["identities"]:
        identity["identity_data"]["email_verified"] = True
    return answer


def _checked(params: SignupParams, minimum_length: int) -> str:
    """The normalised address. Raises AuthError for an invalid address or password."""
    if not params.password:
        raise AuthError(400, "validation_failed", "Signup requires a valid password")
    credentials.check_strength(params.password, minimum_length)
    if params.email and params.phone:
        message = "Only an email address or phone number should be provided on signup."
        raise AuthError(400, "validation_failed", message)
    if params.phone:
        raise AuthError(400, "phone_provider_disabled", "Phone signups are disabled")
    return credentials.normal_email(params.email)


async def _registered(auth: Auth, email: str, aud: str, params: SignupParams) -> User:
    """The confirmed user. Of two concurrent requests for one address one succeeds.

    The password is hashed first, so that the time does not show whether the address is taken.
    """
    encrypted = await credentials.hashed(params.password)
    async with auth.pool.connection() as connection:
        owner = await users.owner_of_email(connection, email, aud)
        if owner and owner.email_confirmed_at:
            await audit.record(connection, "user_repeated_signup", owner, provider="email")
            raise _already_registered()
    with users.writing("Database error saving new user", users_email_partial_key=_already_registered()):
        async with auth.pool.connection() as connection, connection.transaction():
            user = owner or await _created(connection, email, aud, encrypted, params.data or {})
            await audit.record(connection, "user_signedup", user, provider="email")
            confirmed = await users.confirm_email(connection, user)
            return replace(confirmed, confirmed_at=user.confirmed_at)


async def _created(connection: Connection, email: str, aud: str, encrypted: str, data: Json) -> User:
    user = await users.insert(
        connection,
        uuid4(),
        aud,
        email=email,
        encrypted_password=encrypted,
        app_metadata=users.EMAIL_PROVIDER,
        user_metadata=data,
    )
    identity = {**data, **users.identity_data(user.id, email)}
    await users.add_identity(connection, user, identity)
    return await users.update_user_metadata(connection, user, identity)


def _already_registered() -> AuthError:
    return AuthError(422, "user_already_exists", "User already registered")
