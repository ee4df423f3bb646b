"""A stack with 1,000,209 ratings of 3,706 films among 100,000, with vectors, 1,000 books and 300 accounts.

Its data is kept between runs, since loading takes minutes.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg
from dotenv import dotenv_values
from psycopg import sql
from psycopg.rows import TupleRow

from bench import corpus, million
from bench.embeddings import store
from bench.world import accounts
from local import settings
from local.settings import ROOT
from local.temporary_stack import Stack, local, two_free_ports
from seed.load import load
from seed.rows import Book, Film, Rating

RATINGS = 1_000_209
ACCOUNTS = 300
Say = Callable[[str], None]
Connection = psycopg.Connection[TupleRow]


@contextmanager
def running(say: Say) -> Iterator[Stack]:
    """Start the stack in the folder SCALE_DIR, load the data if it is missing, and stop it at the end."""
    directory = Path(os.environ.get("SCALE_DIR") or ROOT / ".local-scale")
    os.environ["LOCAL_DIR"] = str(directory)
    local("down", LOCAL_PORT="")
    os.environ["LOCAL_PORT"] = str(two_free_ports())
    try:
        local("up")
        variables = dotenv_values(directory / ".env.local")
        stack = Stack(settings.load(), {name: value or "" for name, value in variables.items()})
        stack.lift_limits()
        fill(stack, say)
        yield stack
    finally:
        local("down")


def fill(stack: Stack, say: Say) -> None:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        if _count(connection, "ratings") >= RATINGS and _count(connection, "item_embeddings") >= corpus.FILMS:
            return
        connection.execute("alter table content disable trigger enqueue_inserted")
        connection.execute("alter table books disable trigger enqueue_inserted")
        films, vectors = corpus.catalogue()
        books, book_vectors = corpus.some_books()
        say(f"{load(connection, Film, films):,} films, {load(connection, Book, books):,} books")
        items = [film.id for film in films] + [book.id for book in books]
        stored = store(connection, stack, items, np.concatenate([vectors, book_vectors]))
        say(f"{stored:,} embeddings")
        if _count(connection, "ratings") < RATINGS:
            fill_ratings(connection, say)
        connection.execute("alter table content enable trigger enqueue_inserted")
        connection.execute("alter table books enable trigger enqueue_inserted")
        connection.execute("vacuum (analyze)")


def fill_ratings(connection: Connection, say: Say) -> None:
    pairs = million.pairs(corpus.FOLDER)
    films = {key: film.id for key, film in corpus.rated_films().items()}
    users = np.unique(pairs[:, 0])
    some = users[:: len(users) // ACCOUNTS]
    people = accounts(connection, len(some))
    raters = {int(user): person.rater for user, person in zip(some, people, strict=True)}
    say(f"{load(connection, Rating, million.ratings(pairs, raters, films)):,} ratings")


def _count(connection: Connection, table: str) -> int:
    row = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0
