"""Find rights in a database that no `grant` in sql/ or a migration gives: defaults, or a change by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pglast
import psycopg
from pglast import ast
from pglast.enums import ObjectType

from tools import migration
from tools.source import roles

QUERY = Path(__file__).with_suffix(".sql")
KINDS = {
    ObjectType.OBJECT_TABLE: "table",
    ObjectType.OBJECT_SEQUENCE: "sequence",
    ObjectType.OBJECT_FUNCTION: "function",
    ObjectType.OBJECT_SCHEMA: "schema",
}
ALL = "all"

Right = tuple[str, str, str]
"""The object, the privilege and the grantee."""


def faults(connection: psycopg.Connection) -> Iterator[str]:
    """A sentence for each right without a grant. The connection has no search path."""
    known = written_grants()
    for thing, privilege, grantee in connection.execute(QUERY.read_bytes()):
        if not known & {(thing, privilege, grantee), (thing, ALL, grantee)}:
            yield f"{thing}: no file says `grant {privilege} … to {grantee}`: write it, or revoke it"


def written_grants() -> set[Right]:
    """The grants in sql/, and those written by hand in migrations above the carried files."""
    texts = [path.read_text() for path in migration.MIGRATIONS.glob("*.sql")]
    by_hand = [migration.MARK.split(text)[0] for text in texts]
    return {right for text in (*migration.sources().values(), *by_hand) for right in granted(text)}


def granted(text: str) -> Iterator[Right]:
    for raw in pglast.parse_sql(text):
        statement = raw.stmt
        if isinstance(statement, ast.GrantStmt) and statement.is_grant and statement.objtype in KINDS:
            for thing in statement.objects:
                for grantee in roles(statement.grantees):
                    yield from _rights(statement, thing, grantee)


def _rights(statement: Any, thing: Any, grantee: str) -> Iterator[Right]:
    kind, name = KINDS[statement.objtype], _name(thing)
    if not statement.privileges:
        yield f"{kind} {name}", ALL, grantee
    for privilege in statement.privileges or ():
        verb = privilege.priv_name or ALL
        if not privilege.cols:
            yield f"{kind} {name}", verb, grantee
        for column in privilege.cols or ():
            yield f"column {name}.{column.sval}", verb, grantee


def _name(thing: Any) -> str:
    if isinstance(thing, ast.RangeVar):
        return f"{thing.schemaname}.{thing.relname}"
    if isinstance(thing, ast.ObjectWithArgs):
        return ".".join(part.sval for part in thing.objname)
    return str(thing.sval)
