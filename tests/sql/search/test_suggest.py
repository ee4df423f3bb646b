"""suggest: titles and authors while the user types."""

import psycopg
import pytest

from tests.sql.people import become
from tests.sql.search.documents import book, film


@pytest.fixture
def shelf(db: psycopg.Connection) -> psycopg.Connection:
    db.execute("delete from private.search_words")
    film(db, "Blade Runner", popularity=40, original_title="Der Klingenläufer", release_year=1982)
    film(db, "Blade Runner 2049", popularity=90)
    film(db, "Blade", popularity=60)
    film(db, "The Blair Witch Project", popularity=50)
    film(db, "Amélie", popularity=10)
    film(db, "100% Wolf", popularity=5)
    book(db, "Emma", ["Jane Austen"])
    book(db, "Persuasion", ["Jane Austen", "Ann Other"])
    return db


def suggestions(db: psycopg.Connection, typed: str, count: int = 8) -> list[str]:
    become(db, None)
    return [row[0] for row in db.execute("select suggestion from suggest(%s, %s)", [typed, count])]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("b", ["Blade Runner 2049", "Blade", "The Blair Witch Project", "Blade Runner"]),
        ("BL", ["Blade Runner 2049", "Blade", "The Blair Witch Project", "Blade Runner"]),
        ("bla", ["Blade Runner 2049", "Blade", "The Blair Witch Project", "Blade Runner"]),
        ("blair", ["The Blair Witch Project"]),
        ("blade", ["Blade", "Blade Runner 2049", "Blade Runner"]),
        ("blade r", ["Blade Runner 2049", "Blade Runner"]),
        ("  Blade   RUNNER ", ["Blade Runner", "Blade Runner 2049"]),
        ("runn", ["Blade Runner 2049", "Blade Runner"]),
        ("amel", ["Amélie"]),
        ("Amé", ["Amélie"]),
        ("klingen", ["Der Klingenläufer"]),
        ("jane", ["Jane Austen"]),
        ("aus", ["Jane Austen"]),
        ("100%", ["100% Wolf"]),
        ("zzz", []),
    ],
)
def test_suggestions_match_word_prefixes_by_popularity(
    shelf: psycopg.Connection, typed: str, expected: list[str]
) -> None:
    assert suggestions(shelf, typed) == expected


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("blade runer", "Blade Runner 2049"),
        ("blaed", "Blade"),
        ("jane austin", "Jane Austen"),
        ("persuason", "Persuasion"),
        ("persausi", "Persuasion"),
        ("amleie", "Amélie"),
    ],
)
def test_misspelled_prefix_is_corrected(shelf: psycopg.Connection, typed: str, first: str) -> None:
    assert first in suggestions(shelf, typed)


def test_title_suggestion_has_its_item_and_an_author_has_none(shelf: psycopg.Connection) -> None:
    become(shelf, None)
    suggested = shelf.execute("select suggestion, kind, title, year from suggest('klingen')").fetchall()
    assert suggested == [("Der Klingenläufer", "movie", "Blade Runner", 1982)]
    author = shelf.execute("select kind, id, title, year, image from suggest('jane')").fetchall()
    assert author == [("author", None, None, None, None)]


def test_suggestions_apply_the_count_and_current_popularity(shelf: psycopg.Connection) -> None:
    assert suggestions(shelf, "bl", 2) == ["Blade Runner 2049", "Blade"]
    become(shelf, None, "service_role")
    shelf.execute("update content set popularity = 100 where title = 'Blade Runner'")
    assert suggestions(shelf, "bl", 1) == ["Blade Runner"]


@pytest.mark.parametrize(
    ("field", "typed", "count"),
    [
        ("q", None, 8),
        ("q", "", 8),
        ("q", "  ", 8),
        ("q", "x" * 201, 8),
        ("count", "x", 0),
        ("count", "x", 51),
    ],
)
def test_suggest_names_a_parameter_out_of_range(
    db: psycopg.Connection, field: str, typed: str | None, count: int
) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        db.execute("select * from suggest(%s, %s)", [typed, count])
    assert f'"field": "{field}"' in (refused.value.diag.message_detail or "")
