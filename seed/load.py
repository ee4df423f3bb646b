"""Write rows by COPY into staging tables and from there into the catalogue; loading again changes nothing."""

from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

from seed.rows import Book, Film, Rating, Row, Tag, Weight, columns, values

QUERIES = Path(__file__).parent / "sql"
TABLES: dict[type[Row], str] = {
    Film: "films",
    Book: "books",
    Tag: "tags",
    Rating: "ratings",
    Weight: "weights",
}
WITH_GENRES = (Film, Book)


def load(connection: psycopg.Connection, kind: type[Row], rows: Iterable[Row]) -> int:
    """Load rows of one kind in one transaction; returns their number.

    Genres are inserted before the items that have them, so that each item is indexed for search once.
    """
    name = TABLES[kind]
    with connection.transaction():
        connection.execute((QUERIES / f"stage_{name}.sql").read_bytes())
        copied = _copy(connection, f"staged_{name}", kind, rows)
        if kind in WITH_GENRES:
            connection.execute((QUERIES / f"prepare_{name}.sql").read_bytes())
            connection.execute((QUERIES / "load_genres.sql").read_bytes())
        connection.execute((QUERIES / f"load_{name}.sql").read_bytes())
    return copied


def _copy(connection: psycopg.Connection, table: str, kind: type[Row], rows: Iterable[Row]) -> int:
    names = sql.SQL(", ").join(map(sql.Identifier, columns(kind)))
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(values(row))
            count += 1
    return count
