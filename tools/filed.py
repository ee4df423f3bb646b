"""What a database has and no file of sql/ makes, and the other way round."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from pglast import ast

from tools import migration
from tools.source import qualified, read

QUERY = Path(__file__).with_suffix(".sql")


def faults(url: str) -> Iterator[str]:
    with psycopg.connect(url, options="-c search_path=") as connection:
        present = {name for (name,) in connection.execute(QUERY.read_bytes())}
    made = {name: path for path, text in migration.sources().items() for name in _made(path, text)}
    for name in sorted(present - made.keys()):
        yield f"{name}: the migrations make it, no file of sql/ does: write the file, or drop {name}"
    for name in sorted(made.keys() - present):
        yield f"{name}: {made[name]} makes it, the migrations do not"


def _made(path: str, text: str) -> Iterator[str]:
    for statement in read(path, text).statements:
        if isinstance(statement, ast.CreateFunctionStmt | ast.DefineStmt):
            yield f"function {qualified(statement)}"
        elif isinstance(statement, ast.ViewStmt):
            yield f"view {qualified(statement)}"
        elif isinstance(statement, ast.CreatePolicyStmt):
            yield f"policy {statement.policy_name} on {_table(statement.table)}"
        elif isinstance(statement, ast.CreateTrigStmt):
            yield f"trigger {statement.trigname} on {_table(statement.relation)}"


def _table(relation: Any) -> str:
    return f"{relation.schemaname}.{relation.relname}"
