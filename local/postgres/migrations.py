"""Apply supabase/migrations in order, once each, recorded as the Supabase CLI records them."""

import re
from collections.abc import Callable
from pathlib import Path

import psycopg

from local.settings import StackError

LOCK = 5432154321
NAME = re.compile(r"(\d{14})_(\w+)\.sql")


def apply(database_url: str, folder: Path, report: Callable[[str], None] = lambda _: None) -> list[str]:
    """Apply pending migrations, each reported and in one transaction, and return their versions.

    Raises StackError with the file and Postgres's message; earlier files stay applied.
    """
    done = []
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        applied = {
            row[0] for row in connection.execute("select version from supabase_migrations.schema_migrations")
        }
        for path in sorted(folder.glob("*.sql")):
            named = NAME.fullmatch(path.name)
            if not named:
                raise StackError(
                    f"{path.name} is no migration's name: it reads YYYYMMDDHHMMSS_what_it_does.sql"
                )
            if named[1] not in applied:
                report(path.name)
                _apply(connection, path, named[1], named[2])
                done.append(named[1])
        if done:
            connection.execute("notify pgrst, 'reload schema'")
    return done


def _apply(connection: psycopg.Connection, path: Path, version: str, name: str) -> None:
    text = path.read_text()
    record = (
        "insert into supabase_migrations.schema_migrations (version, name, statements) values (%s, %s, %s)"
    )
    try:
        with connection.transaction():
            connection.execute(text.encode())
            connection.execute("reset all")
            connection.execute(record, [version, name, [text]])
    except psycopg.Error as error:
        place = f", line {_line(text, error)}" if _line(text, error) else ""
        raise StackError(f"migration {path.name}{place}: {error}".strip()) from error


def _line(text: str, error: psycopg.Error) -> int | None:
    position = error.diag.statement_position
    return text.count("\n", 0, int(position)) + 1 if position else None
