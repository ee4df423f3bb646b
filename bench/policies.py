"""Measure reading one's own rows among those of 100,000 people, through the policies of each table."""

from statistics import median

import psycopg
from psycopg import sql

from bench.table import Table
from local.temporary_stack import Stack
from tools import scratch
from tools.access.people import become
from tools.access.population import PEOPLE, populate

CALLS = 200


def measure(stack: Stack) -> list[Table]:
    """Measured in a separate database on the stack's Postgres."""
    table = Table(
        "Own rows",
        f"All rows that a signed-in person sees of a table in which {PEOPLE:,} people have a row each: the "
        f"times that Postgres reports for planning and execution, {CALLS} calls.",
        ("table", "least ms", "median ms", "median ms of planning"),
    )
    with scratch.migrated() as url, psycopg.connect(url) as db:
        population = populate(db)
        become(db, population.viewer)
        for name in population.tables:
            ran, planned = zip(*(_times(db, name) for _ in range(CALLS)), strict=True)
            table.rows.append((name, min(ran), median(ran), median(planned)))
        db.rollback()
    return [table]


def _times(db: psycopg.Connection, table: str) -> tuple[float, float]:
    """Milliseconds of execution and of planning."""
    query = sql.SQL("explain (analyze, timing off, format json) select * from {}")
    row = db.execute(query.format(sql.Identifier(*table.split(".")))).fetchone()
    assert row
    return row[0][0]["Execution Time"], row[0][0]["Planning Time"]
