"""Take a snapshot of a database's definitions and compare two.

A snapshot has tables with their columns, constraints, indexes and reference rows, types, functions, views,
triggers, policies, grants, comments and settings.
"""

from collections.abc import Iterator
from difflib import ndiff
from pathlib import Path

import psycopg

from tools.migration import ROOT

QUERIES = tuple(
    ROOT / "tools" / name for name in ("snapshot.sql", "snapshot_tables.sql", "snapshot_rows.sql")
)
"""Each runs on a connection without a search path; its last statement returns names and definitions."""

Snapshot = dict[str, str]
"""The definition of each object by its name."""


def take(url: str) -> Snapshot:
    with psycopg.connect(url, options="-c search_path=") as connection:
        return read(connection)


def read(connection: psycopg.Connection) -> Snapshot:
    """The snapshot of the connection's database. Names are qualified if the connection has no search path."""
    return {name: definition for query in QUERIES for name, definition in _rows(connection, query)}


def _rows(connection: psycopg.Connection, query: Path) -> list[tuple[str, str]]:
    cursor = connection.execute(query.read_bytes())
    while cursor.nextset():
        pass
    return cursor.fetchall()


def differences(migrated: Snapshot, replayed: Snapshot) -> Iterator[str]:
    """A sentence and the changed lines for each object on which the migrations and sql/ disagree."""
    for name in sorted(migrated.keys() | replayed.keys()):
        before, after = migrated.get(name), replayed.get(name)
        if before is None:
            yield f"{name}: sql/ makes it, the migrations do not\n{_indented(after or '')}"
        elif after is None:
            yield f"{name}: the migrations make it, sql/ takes it away\n{_indented(before)}"
        elif before != after:
            yield f"{name}: differs (- by the migrations, + by sql/)\n{_changed_lines(before, after)}"


def _changed_lines(before: str, after: str) -> str:
    lines = ndiff(before.splitlines(), after.splitlines())
    return _indented("\n".join(line for line in lines if line[0] in "+-"))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
