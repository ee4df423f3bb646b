"""How often somebody may try: counted before anything else is done, whatever becomes of it."""

from starlette.requests import Request

from local import limits
from local.auth.context import auth_of
from local.auth.errors import AuthError

NOBODY = "anon"


async def of_address(request: Request, scope: str) -> None:
    """Raises AuthError over_request_rate_limit."""
    await _count(request, scope, limits.network(request))


async def of_account(request: Request, email: str) -> None:
    """A try of its password, whether there is one or not. Raises AuthError over_request_rate_limit."""
    await _count(request, "password", email)


async def _count(request: Request, scope: str, caller: str) -> None:
    auth = auth_of(request)
    async with auth.pool.connection() as connection:
        refusal = await limits.refusal(connection, auth.settings.admission, NOBODY, scope, caller)
    if refusal:
        raise AuthError(429, "over_request_rate_limit", "Request rate limit reached", headers=refusal.headers)
