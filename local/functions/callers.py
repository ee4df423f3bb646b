"""Callers of functions: their token must be valid, and their session must not have ended."""

import json
from typing import Any

import jwt
import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool
from starlette.datastructures import Headers

from local import pools
from local.claims import verified
from local.functions.errors import FunctionError, unauthorized, unavailable

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]
AS_CALLER = """
    select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true),
        set_config('request.headers', '{}', true)
"""
ENDED = "PGRST"
"""The SQLSTATE that the session check raises; its message is the body of the response."""


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
    if not function or claims.get("role") != "authenticated":
        return
    try:
        async with pool.connection() as connection, connection.transaction():
            await connection.execute(AS_CALLER, [json.dumps(claims)])
            check = sql.SQL("select {}()").format(sql.Identifier(*function.split(".")))
            await connection.execute(check)
    except psycopg.DataError as error:
        raise unauthorized("Invalid JWT") from error
    except psycopg.OperationalError as error:
        raise unavailable() from error
    except psycopg.Error as error:
        if error.sqlstate != ENDED:
            raise
        refusal = json.loads(error.diag.message_primary or "{}")
        status = json.loads(error.diag.message_detail or "{}").get("status", 401)
        raise FunctionError(status, refusal.get("code", ""), refusal.get("message", "")) from error
