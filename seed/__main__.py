"""python -m seed [own|all]: load data into the database that DATABASE_URL names.

own: our own films and books. all, the default: MovieLens with them. With SEED_DIR, a folder that holds
TMDB's films and books, those instead.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psycopg
from rich.console import Console

from seed import books, movielens, own, tmdb
from seed.load import TABLES, load
from seed.rows import Book, Film, Rating, Row, Tag, Weight

Source = tuple[type[Row], Iterable[Row]]
FIRST_MODEL = """
    select private.enqueue('recommend', 'train_item_model', '{}', 'train_item_model')
    where exists (select from ratings) and not exists (select from recommendation_models where is_active)
"""
"""Otherwise the first would be trained at night."""
PUBLISH = "select private.publish_counts()"
"""Otherwise counts would be published within the hour."""
console = Console(highlight=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m seed", description="Load films, books and ratings.")
    parser.add_argument("data", nargs="?", choices=("own", "all"), default="all")
    arguments = parser.parse_args()
    database_url, folder = os.environ.get("DATABASE_URL"), os.environ.get("SEED_DIR")
    errors = Console(stderr=True, highlight=False)
    if not database_url:
        errors.print("DATABASE_URL is not set: `make up` writes it to .env.local")
        return 2
    if folder and not (Path(folder) / "tmdb").is_dir():
        errors.print(f"SEED_DIR={folder} holds no folder tmdb/", markup=False)
        return 2
    with psycopg.connect(database_url, autocommit=True) as connection:
        for kind, rows in scale(Path(folder)) if folder else demo(arguments.data):
            started = time.monotonic()
            count = load(connection, kind, rows)
            console.print(f"{count:>7,} {TABLES[kind]} in {time.monotonic() - started:.1f} s")
        connection.execute("analyze")
        connection.execute(FIRST_MODEL)
        while connection.execute(PUBLISH).fetchone() != (0,):
            pass
    return 0


def demo(data: str) -> list[Source]:
    if data == "own":
        return [(Film, own.films()), (Book, own.books())]
    return [
        (Film, movielens.films()),
        (Book, own.books()),
        (Tag, movielens.tags()),
        (Weight, movielens.weights()),
        (Rating, movielens.ratings()),
    ]


def scale(folder: Path) -> list[Source]:
    return [(Film, tmdb.films(folder)), (Book, books.books(folder))]


if __name__ == "__main__":
    sys.exit(main())
