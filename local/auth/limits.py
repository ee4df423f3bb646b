"""Rate limits: each attempt is counted first, also one that fails."""

from starlette.requests import Request

from local import limits
from local.auth.context import auth_of
from local.auth.errors import AuthError

NOBODY = "anon"


async def of_address(request: Request, scope: str) -> None:
    """Count a request of a network address. Raises AuthError over_request_rate_limit."""
    await _count(request, scope, limits.network(request))


async def of_account(request: Request, email: str) -> None:
    """Count an attempt at a password, of existing accounts or not. Raises AuthError."""
    await _count(request, "password", email)


async def _count(request: Request, scope: str, caller: str) -> None:
    auth = auth_of(request)
    async with auth.pool.connection() as connection:
        refusal = await limits.refusal(connection, auth.settings.admission, NOBODY, scope, caller)
    if refusal:
        raise AuthError(429, "over_request_rate_limit", "Request rate limit reached", headers=refusal.headers)
