"""The full TMDB and book data, if a folder has them; their licences forbid to distribute them."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.settings import ROOT
from local.temporary_stack import Stack
from seed import books, tmdb
from seed.load import load
from seed.rows import Book, Film
from tests.sql.people import become
from tools import scratch

FOLDER = Path(os.environ.get("SEED_DIR") or ROOT.parent / "shared" / "data")
pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(not (FOLDER / "tmdb").is_dir(), reason=f"{FOLDER} holds no folder tmdb/"),
]


@pytest.fixture(scope="module")
def loaded(stack: Stack) -> Iterator[psycopg.Connection]:
    """A database of its own, which is dropped faster than its rows are deleted."""
    with scratch.migrated() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter table content disable trigger enqueue_inserted")
        connection.execute("alter table books disable trigger enqueue_inserted")
        load(connection, Film, tmdb.films(FOLDER))
        load(connection, Book, books.books(FOLDER))
        connection.execute("alter table content enable trigger enqueue_inserted")
        connection.execute("alter table books enable trigger enqueue_inserted")
        connection.execute("analyze")
        yield connection


def test_full_catalog_has_every_film_and_book_once(loaded: psycopg.Connection) -> None:
    films = loaded.execute("select count(*), count(distinct tmdb_id) from movies").fetchone()
    assert films == (11_406, 11_406)
    assert loaded.execute("select count(*) from books").fetchone() == (10_078,)


def test_genres_of_all_sources_are_merged(loaded: psycopg.Connection) -> None:
    slugs = loaded.execute("select slug from genres where lower(name) = 'science fiction'").fetchall()
    assert slugs == [("science-fiction",)]


def test_popular_list_is_read_from_an_index(loaded: psycopg.Connection) -> None:
    with loaded.transaction():
        become(loaded, None)
        rows = loaded.execute("select title from get_popular_items(5, 'movie')").fetchall()
        assert len(rows) == 5
        lines = loaded.execute(
            "explain (analyze, format text) select * from content where kind = 'movie' "
            "order by popularity desc limit 5"
        ).fetchall()
        assert "content_kind_popularity" in str(lines)


@pytest.mark.parametrize(
    "source",
    [
        "private.nearest(array_fill(0.1::real, array[384])::vector, 'movie', 12)",
        "private.popular('movie', 12)",
        "private.recommend(null, 'movie', 12, 0.3)",
    ],
)
def test_list_details_are_read_without_a_sequential_scan(loaded: psycopg.Connection, source: str) -> None:
    query = f"explain select c.* from {source} as f join catalog_items as c on c.id = f.item_id"
    assert "Seq Scan on content" not in str(loaded.execute(query).fetchall())


def test_title_pattern_is_matched_by_the_trigram_index(loaded: psycopg.Connection) -> None:
    with loaded.transaction():
        loaded.execute("set local enable_seqscan = off")
        plan = loaded.execute("explain select id from content where title ilike '%shawshank%'").fetchall()
        assert "content_title_trgm" in str(plan)
    row = loaded.execute("select count(*) from content where title ilike '%shawshank%'").fetchone()
    assert row == (1,)
