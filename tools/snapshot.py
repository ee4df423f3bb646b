"""The functions, views, triggers, policies, grants and comments of two databases, and where they differ."""

from collections.abc import Iterator
from difflib import ndiff
from pathlib import Path

import psycopg

QUERY = Path(__file__).with_suffix(".sql")

Snapshot = dict[str, str]


def take(url: str) -> Snapshot:
    """Each object's name and its definition; names are qualified, whatever the search path of the role is."""
    with psycopg.connect(url, options="-c search_path=") as connection:
        return dict(connection.execute(QUERY.read_bytes()).fetchall())


def differences(migrated: Snapshot, replayed: Snapshot) -> Iterator[str]:
    """A sentence and a few lines for each object that the migrations and sql/ do not agree on."""
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
