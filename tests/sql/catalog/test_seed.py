"""The loader of the seed data: complete, idempotent, merged with existing rows."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import psycopg
import pytest

from local.temporary_stack import Stack
from seed import movielens, own
from seed.load import load
from seed.rows import Book, Film, Rating, Tag, Weight, item_id


@pytest.fixture
def loaded(stack: Stack) -> Iterator[psycopg.Connection]:
    """A connection whose catalog is deleted afterwards, because the loader commits."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        yield connection
        for table in ("content", "books", "raters", "genres"):
            connection.execute(f"delete from {table}")


def counts(connection: psycopg.Connection) -> dict[str, int]:
    tables = ("content", "books", "item_genres", "item_tags", "ratings")
    query = " union all ".join(f"select '{table}', count(*) from {table}" for table in tables)
    return dict(connection.execute(query).fetchall())


def test_loading_again_changes_no_row(loaded: psycopg.Connection) -> None:
    films, books, tags = list(movielens.films())[:200], list(own.books()), list(movielens.tags())
    ids = {film.id for film in films}
    tags = [tag for tag in tags if tag.item_id in ids]
    ratings = [rating for rating in movielens.ratings() if rating.item_id in ids]

    def load_all() -> tuple[dict[str, int], object]:
        load(loaded, Film, films)
        load(loaded, Book, books)
        load(loaded, Tag, tags)
        load(loaded, Rating, ratings)
        changes = loaded.execute("select max(updated_at) from content").fetchall()
        return counts(loaded), changes

    assert load_all() == load_all()


def test_film_of_two_sources_is_stored_once(loaded: psycopg.Connection) -> None:
    first = Film(item_id("own", "x"), "The Film", tmdb_id=42, overview="Told by us.", genres=["Drama"])
    second = Film(item_id("tmdb", "42"), "The Film", tmdb_id=42, popularity=7, genres=["DRAMA", "Crime"])
    load(loaded, Film, [first])
    load(loaded, Film, [second])
    rows = loaded.execute("select id, overview, popularity from content where tmdb_id = 42").fetchall()
    assert rows == [(first.id, "Told by us.", 7)]
    assert loaded.execute("select from item_genres where item_id = %s", [first.id]).rowcount == 2


def test_maturity_rating_is_kept_when_another_source_has_null(loaded: psycopg.Connection) -> None:
    first = Film(item_id("own", "x"), "The Film", tmdb_id=42, maturity_rating="PG")
    load(loaded, Film, [first])
    load(loaded, Film, [replace(first, id=item_id("tmdb", "42"), maturity_rating=None)])
    assert loaded.execute(
        "select maturity_rating, minimum_age from content join items using (id) where tmdb_id = 42"
    ).fetchall() == [("PG", 8)]


def test_special_characters_are_stored_unchanged_by_the_loader(loaded: psycopg.Connection) -> None:
    text = 'tab\there, "quoted"; new\nline \\N \\. 😀 שלום %&+'
    book = Book(item_id("own-book", "x"), text, authors=[text, "b,c", "{}"], description=text, genres=[text])
    load(loaded, Book, [book])
    row = loaded.execute("select title, authors, description from books where id = %s", [book.id]).fetchone()
    assert row == (text, [text, "b,c", "{}"], text)


def test_invalid_row_rolls_back_the_whole_load(loaded: psycopg.Connection) -> None:
    before = counts(loaded)
    films = [*islice(own.films(), 10), Film(item_id("own", "bad"), "   ")]
    with pytest.raises(psycopg.errors.CheckViolation, match="content_title_length"):
        load(loaded, Film, films)
    assert counts(loaded) == before


def test_loaded_weights_replace_manual_but_not_fitted_weights(
    loaded: psycopg.Connection,
) -> None:
    before = loaded.execute("select * from recommendation_weights order by part, min_ratings").fetchall()
    weights = list(movielens.weights())
    try:
        load(loaded, Weight, weights)
        load(loaded, Weight, [replace(weight, weight=0.5) for weight in weights])
        rows = loaded.execute(
            "select part, min_ratings, weight from recommendation_weights where fitted_at is not null"
        ).fetchall()
        assert sorted(rows) == sorted((w.part, w.min_ratings, pytest.approx(w.weight)) for w in weights)
    finally:
        loaded.execute("delete from recommendation_weights")
        with loaded.cursor().copy(
            "copy recommendation_weights (part, min_ratings, weight, explanation, fitted_at) from stdin"
        ) as copy:
            for row in before:
                copy.write_row(row)
