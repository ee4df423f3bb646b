"""Load data into the database at DATABASE_URL: `python -m seed [own|all]`.

own: the project's own films and books. all, the default: MovieLens too. With SEED_DIR, a folder that
contains TMDB's films and books, those instead.
"""

import csv
import gzip
import os
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import psycopg
from rich.console import Console

from seed import books, movielens, own, tmdb
from seed.load import TABLES, load
from seed.rows import Book, Film, Neighbour, Person, Rating, Row, Tag, Weight

Source = tuple[type[Row], Iterable[Row]]
FIRST_MODEL = """
    select private.enqueue('recommend', 'train_item_model', '{}', 'train_item_model')
    where exists (select from ratings) and not exists (select from recommendation_models where is_active)
"""
"""Trains the first model at once instead of at night, where the data has none."""
NAMES: dict[type[Row], str] = {Neighbour: "weights of the item model"}
MALFORMED = (ValueError, LookupError, EOFError, csv.Error, zlib.error, gzip.BadGzipFile)
"""Errors of reading a file with malformed content, among them text that is not UTF-8."""
console = Console(highlight=False)


class SeedError(Exception):
    """The data cannot be loaded; the message gives the reason for the user."""


def main() -> int:
    try:
        seed(sys.argv[1:], os.environ.get("DATABASE_URL"), os.environ.get("SEED_DIR"))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: what is shown above is loaded, `make seed` loads the rest\n")
        return 130
    except (SeedError, psycopg.Error, OSError) as error:
        sys.stderr.write(f"error: {sentence(error)}\n")
        return 2 if isinstance(error, SeedError) else 1
    return 0


def sentence(error: Exception) -> str:
    if isinstance(error, psycopg.OperationalError):
        return f"the database does not answer: {str(error).strip()}"
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
        return f"the database lacks the migrations (`make up` applies them): {str(error).strip()}"
    if isinstance(error, psycopg.Error):
        return f"the database refuses the data: {str(error).strip()}"
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'} cannot be read: {error.strerror or error}"
    return str(error)


def seed(words: Sequence[str], database_url: str | None, folder: str | None) -> None:
    """Load the data. Raises SeedError, psycopg.Error and OSError."""
    if not database_url:
        raise SeedError("DATABASE_URL is not set: `make up` writes it to .env.local")
    sources = chosen(words, folder)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for kind, rows in sources:
            started = time.monotonic()
            count = load(connection, kind, legible(rows, folder))
            console.print(
                f"{count:>7,} {NAMES.get(kind, TABLES[kind])} in {time.monotonic() - started:.1f} s"
            )
        connection.execute("analyze")
        connection.execute(FIRST_MODEL)
        publish(connection)


def publish(connection: psycopg.Connection) -> None:
    """Publish the counts of what was loaded and update popularity, as a job does each hour."""
    for function in ("publish_counts", "refresh_popularity"):
        while connection.execute(f"select private.{function}()".encode()).fetchone() != (0,):
            pass


def chosen(words: Sequence[str], folder: str | None) -> list[Source]:
    data = " ".join(words) or "all"
    if data not in ("own", "all"):
        raise SeedError(f"DATA is own or all, not {data!r}")
    if folder and data == "own":
        raise SeedError("DATA=own loads our own texts and SEED_DIR others: name one of the two")
    if folder and not (Path(folder) / "tmdb").is_dir():
        raise SeedError(f"SEED_DIR={folder} has no folder tmdb/")
    return scale(Path(folder)) if folder else demo(data)


def legible(rows: Iterable[Row], folder: str | None) -> Iterator[Row]:
    """The rows. Raises SeedError if a file of the folder is malformed."""
    try:
        yield from rows
    except MALFORMED as error:
        place = f"a file of SEED_DIR={folder}" if folder else "a file of seed/data"
        raise SeedError(f"{place} is malformed: {type(error).__name__}: {error}") from error


def demo(data: str) -> list[Source]:
    if data == "own":
        return [(Person, own.people()), (Film, own.films()), (Book, own.books())]
    return [
        (Person, own.people()),
        (Film, movielens.films()),
        (Book, own.books()),
        (Tag, movielens.tags()),
        (Weight, movielens.weights()),
        (Rating, movielens.ratings()),
        (Neighbour, movielens.model()),
    ]


def scale(folder: Path) -> list[Source]:
    return [(Film, tmdb.films(folder)), (Book, books.books(folder))]


if __name__ == "__main__":
    sys.exit(main())
