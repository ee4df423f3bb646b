"""Write rows by COPY into staging tables and from there into the catalogue; loading again changes nothing."""

from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

from seed.rows import Book, Film, Neighbour, Person, Rating, Row, Tag, Weight, columns, values

QUERIES = Path(__file__).parent / "sql"
TABLES: dict[type[Row], str] = {
    Person: "people",
    Film: "films",
    Book: "books",
    Tag: "tags",
    Rating: "ratings",
    Weight: "weights",
    Neighbour: "model",
}
BEFORE: dict[type[Row], tuple[str, ...]] = {
    Film: ("prepare_films", "load_genres", "load_credits", "load_keywords"),
    Book: ("prepare_books", "load_genres"),
}
"""What is loaded before the rows themselves, so that each item is indexed for search once."""
AFTER: dict[type[Row], tuple[str, ...]] = {Film: ("load_titles", "load_certificates")}


def load(connection: psycopg.Connection, kind: type[Row], rows: Iterable[Row]) -> int:
    """Load rows of one kind in one transaction; returns their number."""
    name = TABLES[kind]
    with connection.transaction():
        _run(connection, f"stage_{name}")
        copied = _copy(connection, f"staged_{name}", kind, rows)
        for step in (*BEFORE.get(kind, ()), f"load_{name}", *AFTER.get(kind, ())):
            _run(connection, step)
    return copied


def _run(connection: psycopg.Connection, step: str) -> None:
    connection.execute((QUERIES / f"{step}.sql").read_bytes())


def _copy(connection: psycopg.Connection, table: str, kind: type[Row], rows: Iterable[Row]) -> int:
    names = sql.SQL(", ").join(map(sql.Identifier, columns(kind)))
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(values(row))
            count += 1
    return count
