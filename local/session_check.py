"""The project's check of a session: a token that is valid by itself may be of a session that has ended."""

import json
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

ROLE = "authenticated"
"""The role of tokens with a session."""
AS_CALLER = f"""
    select set_config('role', '{ROLE}', true), set_config('request.jwt.claims', %s, true),
        set_config('request.headers', '{{}}', true)
"""
ENDED = "PGRST"
"""The SQLSTATE that the session check raises; its message is the body of the response."""


@dataclass
class SessionEnded(Exception):
    """The session has ended, or its user is banned or suspended: status, code and message of a response."""

    status: int
    code: str
    message: str


def applies(function: str, claims: dict[str, Any]) -> bool:
    """Whether the token has a session to check, and the project checks it."""
    return bool(function) and claims.get("role") == ROLE


async def check(connection: AsyncConnection[Any], function: str, claims: dict[str, Any]) -> None:
    """Call the session check, schema.name, as the caller. Raises SessionEnded and psycopg.Error."""
    call = sql.SQL("select {}()").format(sql.Identifier(*function.split(".")))
    try:
        async with connection.transaction(force_rollback=True):
            await connection.execute(AS_CALLER, [json.dumps(claims)])
            await connection.execute(call)
    except psycopg.Error as error:
        if error.sqlstate != ENDED:
            raise
        refusal = json.loads(error.diag.message_primary or "{}")
        status = json.loads(error.diag.message_detail or "{}").get("status", 401)
        raise SessionEnded(status, refusal.get("code", ""), refusal.get("message", "")) from error
