"""The custom access token hook: a database function that may change a token's claims."""

from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from local.auth.claims import violations
from local.auth.database import Connection
from local.auth.errors import AuthError
from local.auth.settings import Function

TIMEOUT = "2s"


async def customised(connection: Connection, function: Function, event: dict[str, Any]) -> dict[str, Any]:
    """The claims to sign. Raises AuthError if the function fails, refuses, or returns invalid claims."""
    try:
        output = await _call(connection, function, event)
    except psycopg.Error as error:
        raise AuthError(500, "unexpected_failure", f"Error running hook URI: {function}") from error
    return accepted(output)


def accepted(output: Any) -> dict[str, Any]:
    answer = output if isinstance(output, dict) else {}
    if refusal := _refusal(answer.get("error")):
        raise refusal
    if "claims" not in answer:
        raise AuthError(500, "unexpected_failure", "output claims field is missing")
    claims = answer["claims"]
    if not isinstance(claims, dict):
        raise AuthError(500, "unexpected_failure", "Error unmarshaling JSON output.")
    if errors := violations(claims):
        listed = "".join(f"- {violation}\n" for violation in errors)
        message = f"output claims do not conform to the expected schema: \n{listed}"
        raise AuthError(500, "unexpected_failure", message)
    return claims


def _refusal(error: Any) -> AuthError | None:
    if not isinstance(error, dict) or not error.get("message") or not isinstance(error["message"], str):
        return None
    status = error.get("http_code")
    if not isinstance(status, int) or not 400 <= status <= 599:
        status = 500
    return AuthError(status, "unexpected_failure" if status == 500 else "unknown", error["message"])


async def _call(connection: Connection, function: Function, event: dict[str, Any]) -> Any:
    call = sql.SQL("select {}(%s) as output").format(sql.Identifier(*function))
    await connection.execute("select set_config('statement_timeout', %s, true)", [TIMEOUT])
    row = await (await connection.execute(call, [Jsonb(event)])).fetchone()
    await connection.execute("set local statement_timeout to default")
    return row and row["output"]
