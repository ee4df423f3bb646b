"""The loader of the seed data: complete, idempotent, merged with existing rows."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from local.temporary_stack import Stack
from seed import movielens, own
from seed.load import load
from seed.rows import Book, Film, Neighbour, Person, Rating, Tag, Weight, item_id

DESCRIBING = (
    "people",
    "credits",
    "item_keywords",
    "alternative_titles",
    "content_translations",
    "content_certificates",
)
ANN, BEN, CAT = (Person(item_id("person", name), f'{name} "O\'Neil" 黒;') for name in ("Ann", "Ben", "Cat"))
RAN = Film(
    item_id("own", "ran-1985"),
    "Ran",
    original_language="ja",
    original_title="乱",
    maturity_rating="FSK 12",
    countries=["JP", "FR"],
    directors=[ANN.id],
    actors=[BEN.id, CAT.id, ANN.id],
    keywords=["samurai", "king lear"],
    alternative_titles={'Chaos + "war"; %': "alternative", "Ran": "transliteration"},
    translations={"ja": ["乱", None], "de": [None, "Ein alter Mann teilt sein Reich."]},
)
RAN_ALONE = replace(RAN, directors=[], actors=[])


@pytest.fixture
def loaded(stack: Stack) -> Iterator[psycopg.Connection]:
    """A connection whose catalog is deleted afterwards, because the loader commits."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        yield connection
        for table in ("content", "books", "raters", "genres", "people", "recommendation_models"):
            connection.execute(f"delete from {table}")


def counts(connection: psycopg.Connection) -> dict[str, int]:
    tables = ("content", "books", "item_genres", "item_tags", "ratings", *DESCRIBING)
    query = " union all ".join(f"select '{table}', count(*) from {table}" for table in tables)
    return dict(connection.execute(query).fetchall())


def test_loading_again_changes_no_row(loaded: psycopg.Connection) -> None:
    films, books, tags = list(movielens.films())[:200], list(own.books()), list(movielens.tags())
    ids = {film.id for film in films}
    tags = [tag for tag in tags if tag.item_id in ids]
    ratings = [rating for rating in movielens.ratings() if rating.item_id in ids]

    def load_all() -> tuple[dict[str, int], object]:
        load(loaded, Person, own.people())
        load(loaded, Film, films)
        load(loaded, Book, books)
        load(loaded, Tag, tags)
        load(loaded, Rating, ratings)
        changes = loaded.execute("select max(updated_at) from content").fetchall()
        return counts(loaded), changes

    assert load_all() == load_all()


def test_people_titles_and_facts_of_a_film_are_loaded(loaded: psycopg.Connection) -> None:
    load(loaded, Person, [ANN, BEN, CAT])
    load(loaded, Film, [RAN])
    assert rows(loaded, "select job, position, person_id from credits order by 1, 2") == [
        ("actor", 1, BEN.id),
        ("actor", 2, CAT.id),
        ("actor", 3, ANN.id),
        ("director", 1, ANN.id),
    ]
    assert rows(loaded, "select keyword from item_keywords order by 1") == [("king lear",), ("samurai",)]
    assert rows(loaded, "select title, kind from alternative_titles order by 1") == [
        ('Chaos + "war"; %', "alternative"),
        ("Ran", "transliteration"),
    ]
    assert rows(loaded, "select language, title, overview from content_translations order by 1") == [
        ("de", None, "Ein alter Mann teilt sein Reich."),
        ("ja", "乱", None),
    ]
    assert rows(loaded, "select country, maturity_rating from content_certificates") == [("DE", "FSK 12")]
    assert rows(loaded, "select countries, minimum_age from content join items using (id)") == [
        (["JP", "FR"], 12)
    ]


def test_changed_list_updates_and_removes_what_it_no_longer_has(loaded: psycopg.Connection) -> None:
    load(loaded, Person, [ANN, BEN, CAT])
    load(loaded, Film, [RAN])
    changed = replace(
        RAN,
        actors=[CAT.id, BEN.id],
        directors=[CAT.id],
        keywords=["samurai"],
        alternative_titles={"Ran": "alternative"},
        translations={"ja": ["乱", "老いた武将。"]},
        maturity_rating="FSK 16",
    )
    load(loaded, Person, [replace(BEN, name="Ben"), CAT])
    load(loaded, Film, [changed])
    assert rows(loaded, "select job, position, person_id from credits order by 1, 2") == [
        ("actor", 1, CAT.id),
        ("actor", 2, BEN.id),
        ("director", 1, CAT.id),
    ]
    assert rows(loaded, "select name from people order by 1") == [("Ben",), (CAT.name,)]
    assert rows(loaded, "select keyword from item_keywords") == [("samurai",)]
    assert rows(loaded, "select title, kind from alternative_titles") == [("Ran", "alternative")]
    assert rows(loaded, "select language, overview from content_translations") == [("ja", "老いた武将。")]
    assert rows(loaded, "select maturity_rating from content_certificates") == [("FSK 16",)]


def test_source_without_people_keeps_those_of_another_source(loaded: psycopg.Connection) -> None:
    load(loaded, Person, [ANN, BEN, CAT])
    load(loaded, Film, [replace(RAN, tmdb_id=42)])
    before = counts(loaded)
    load(loaded, Film, [Film(item_id("tmdb", "42"), "Ran", tmdb_id=42)])
    assert counts(loaded) == before
    assert rows(loaded, "select countries from content") == [(["JP", "FR"],)]


def test_person_whom_no_load_added_stays_without_credits(loaded: psycopg.Connection) -> None:
    loaded.execute("insert into people (name) values ('Dan')")
    load(loaded, Film, [RAN_ALONE])
    assert rows(loaded, "select name from people") == [("Dan",)]


def rows(connection: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query.encode()).fetchall()


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
    films = [RAN_ALONE, Film(item_id("own", "bad"), "   ")]
    with pytest.raises(psycopg.errors.CheckViolation, match="content_title_length"):
        load(loaded, Film, films)
    assert counts(loaded) == before


def test_loaded_item_model_is_active_and_packed_once(loaded: psycopg.Connection) -> None:
    first, second = (Film(item_id("own", title), title) for title in ("One", "Two"))
    load(loaded, Film, [first, second])
    weights = [Neighbour(first.id, second.id, 0.5), Neighbour(second.id, first.id, -0.25)]
    for _ in range(2):
        load(loaded, Neighbour, weights)
    assert rows(loaded, "select name, version, is_active, item_count from recommendation_models") == [
        ("liked_together", 1, True, 2)
    ]
    assert rows(loaded, "select item_id, weight from item_neighbours order by weight") == [
        (second.id, -0.25),
        (first.id, 0.5),
    ]
    assert rows(loaded, "select cardinality(targets) from recommendation_models") == [(2,)]
    assert rows(loaded, "select count(*) from private.item_weights") == [(2,)]


def test_loaded_item_model_does_not_replace_a_trained_one(loaded: psycopg.Connection) -> None:
    film = Film(item_id("own", "One"), "One")
    load(loaded, Film, [film, RAN_ALONE])
    loaded.execute(
        "insert into recommendation_models (name, version, is_active) values ('liked_together', 7, true)"
    )
    load(loaded, Neighbour, [Neighbour(film.id, RAN_ALONE.id, 0.5)])
    assert rows(loaded, "select version from recommendation_models") == [(7,)]
    assert rows(loaded, "select from item_neighbours") == []


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
