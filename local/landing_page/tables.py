"""The number of rows of each table: counted for small tables, the planner's estimate for large ones."""

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row
from psycopg.sql import SQL, Identifier

TABLES = Path(__file__).with_suffix(".sql").read_bytes()
COUNT = SQL("select count(*) from {}")
KEPT = 5.0
"""Seconds."""
OPTIONS = "-c default_transaction_read_only=on -c statement_timeout=3000"


@dataclass(frozen=True)
class Table:
    schema: str
    name: str
    exact: bool
    rows: int | None
    """None: a large table that was never analysed."""


class Counts:
    """Counts, cached for KEPT seconds; concurrent requests wait for one query."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.at = float("-inf")
        self.tables: list[Table] | None = None

    async def get(self, database_url: str, schemas: tuple[str, ...]) -> list[Table] | None:
        async with self.lock:
            if time.monotonic() - self.at < KEPT:
                return self.tables
            tables = await tables_with_counts(database_url, schemas)
            # A failed query is cached too.
            self.at, self.tables = time.monotonic(), tables
            return tables


async def tables_with_counts(database_url: str, schemas: tuple[str, ...]) -> list[Table] | None:
    """The tables by schema and name; None if the database does not respond in time."""
    try:
        async with await AsyncConnection.connect(
            database_url, connect_timeout=2, options=OPTIONS
        ) as connection:
            async with connection.cursor(row_factory=class_row(Table)) as cursor:
                tables = await (await cursor.execute(TABLES, [list(schemas)])).fetchall()
            return [await _with_count(connection, table) if table.exact else table for table in tables]
    except psycopg.Error:
        return None


async def _with_count(connection: AsyncConnection[TupleRow], table: Table) -> Table:
    query = COUNT.format(Identifier(table.schema, table.name))
    row = await (await connection.execute(query)).fetchone()
    return replace(table, rows=row[0] if row else None)
