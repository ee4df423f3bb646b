"""Check that sql/, the migrations, docs/ and PostgreSQL 17 agree: `make drift`.

A database that the migrations create must equal one on which all files of sql/ were then run twice: tables,
columns, constraints, indexes, types, reference rows, functions, views, triggers, policies, grants, comments.
The same must hold on PostgreSQL 17. The queries of sql/lint and Supabase's database linter must find nothing.
Every function, helper view, policy and trigger must have a file, and every right a grant in a file.
"""

import sys
from collections.abc import Iterator

import psycopg

from tools import advisors, docs, filed, granted, migration, postgres17, scratch, snapshot, stack


def main() -> int:
    status = 0
    with stack.temporary_stack.running(stack.ROOT / ".local-test"):
        for fault in faults():
            sys.stderr.write(f"{fault}\n")
            status = 1
    return status


def faults() -> Iterator[str]:
    if missing := migration.pending():
        yield f"no migration carries {', '.join(missing)}: run `make migration name=what_it_does`"
        return
    with scratch.migrated() as url:
        with scratch.replayed(url, times=2) as replayed_url:
            yield from snapshot.differences(snapshot.take(url), snapshot.take(replayed_url))
        with psycopg.connect(url, options="-c search_path=") as connection:
            yield from lints(connection)
            sys.stdout.writelines(f"{note}\n" for note in notes(connection))
            yield from granted.faults(connection)
        yield from advisors.faults(url)
        yield from filed.faults(url)
        yield from docs.table_faults(url)
    yield from postgres17.faults(
        sorted(migration.MIGRATIONS.glob("*.sql")), [migration.ROOT / path for path in migration.sources()]
    )


def notes(connection: psycopg.Connection) -> Iterator[str]:
    """Findings that are not faults but that an operator should know."""
    for (table,) in connection.execute("select private.unlisted_tables()"):
        yield f"{table} leads to people and is not in private.data_inventory: exported by its plain columns"


def lints(connection: psycopg.Connection) -> Iterator[str]:
    """Findings of the queries of sql/lint. The connection has no search path."""
    for path in sorted((migration.SOURCES / "lint").glob("*.sql")):
        yield from (fault for (fault,) in connection.execute(path.read_bytes()))


if __name__ == "__main__":
    sys.exit(stack.exit_status(main))
