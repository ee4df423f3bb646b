"""Callers of functions: their token must be valid, and their session must not have ended."""

from typing import Any

import jwt
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool
from starlette.datastructures import Headers

from local import pools, session_check
from local.claims import verified
from local.functions.errors import FunctionError, unauthorized, unavailable

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


def pool(url: str) -> Pool:
    """A closed pool: open it with `async with`."""
    return pools.pool(url, least=0, size=4, timeout=10)


def claims_of(headers: Headers, secret: str) -> dict[str, Any]:
    """The claims of the token, or without one of the API key. Raises FunctionError."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if not token:
        raise unauthorized("Missing authorization header")
    if scheme.lower() != "bearer":
        raise unauthorized("Auth header is not 'Bearer {token}'")
    try:
        return verified(token.strip(), secret)
    except jwt.InvalidTokenError as error:
        raise unauthorized("Invalid JWT") from error


async def check_session(pool: Pool, function: str, claims: dict[str, Any]) -> None:
    """Call the session check, schema.name, as the caller.

    Raises FunctionError for a caller whose session has ended, as every other service does.
    """
    if not session_check.applies(function, claims):
        return
    try:
        async with pool.connection() as connection:
            await session_check.check(connection, function, claims)
    except session_check.SessionEnded as ended:
        raise FunctionError(ended.status, ended.code, ended.message) from ended
    except psycopg.DataError as error:
        raise unauthorized("Invalid JWT") from error
    except psycopg.OperationalError as error:
        raise unavailable() from error
