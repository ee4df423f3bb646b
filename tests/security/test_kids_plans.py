"""Policies of the catalogue cost a kids profile no function call for each row where items have many rows."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.sql.identity.kids import act
from tests.sql.people import Person, item, item_model, person

Node = dict[str, Any]


@pytest.fixture
def kid(db: psycopg.Connection) -> Person:
    viewer = person(db, "viewer")
    act(db, viewer)
    row = db.execute("insert into profiles (name, is_kids) values ('Mia', true) returning id").fetchone()
    assert row
    db.execute("reset role")
    return Person(viewer.id, row[0], viewer.rater_id)


@pytest.fixture
def films(db: psycopg.Connection) -> list[UUID]:
    """A film rated G, another rated G and one rated R, each a neighbour of the others."""
    films = [item(db, f"Fibonacci {rating}") for rating in ("G", "PG", "R")]
    for film, rating in zip(films, ("G", "PG", "R"), strict=True):
        db.execute("update content set maturity_rating = %s where id = %s", [rating, film])
    item_model(db, {a: {b: 0.9 for b in films if b != a} for a in films})
    return films


def plan_of_count(db: psycopg.Connection) -> str:
    explain = "explain (analyze, verbose, timing off, format json) select count(*) from item_neighbours"
    row = db.execute(explain).fetchone()
    assert row
    return str(row[0])


def test_counting_neighbours_calls_no_function_for_each_row(
    db: psycopg.Connection, kid: Person, films: list[UUID]
) -> None:
    act(db, kid)
    plan = plan_of_count(db)
    assert "hashed SubPlan" in plan
    assert "item_exists" not in plan


def test_kids_profile_counts_only_pairs_of_permitted_items(
    db: psycopg.Connection, kid: Person, films: list[UUID]
) -> None:
    query = "select count(*) from item_neighbours where item_id = any(%s) and neighbour_id = any(%s)"
    act(db, kid)
    assert db.execute(query, [films, films]).fetchone() == (2,)
    db.execute("reset role")
    assert db.execute(query, [films, films]).fetchone() == (6,)


@pytest.mark.parametrize(
    ("rating", "is_kids", "shows_unrated", "permitted"),
    [
        ("PG", True, True, {"G", "PG"}),
        ("G", True, False, {"G"}),
        ("PG-13", False, True, {"G", "PG", None}),
        ("R", False, False, {"G", "PG", "R"}),
        ("NC-17", False, True, {"G", "PG", "R", None}),
    ],
)
def test_permitted_items_are_those_that_exist_for_the_profile(
    db: psycopg.Connection,
    kid: Person,
    films: list[UUID],
    rating: str,
    is_kids: bool,
    shows_unrated: bool,
    permitted: set[str | None],
) -> None:
    films = [*films, item(db, "Fibonacci, unrated")]
    db.execute(
        "update profiles set maturity_rating = %s, is_kids = %s, shows_unrated = %s where id = %s",
        [rating, is_kids, shows_unrated, kid.profile_id],
    )
    act(db, kid)
    ids = {id for (id,) in db.execute("select private.permitted_items()")}
    names = dict(zip(films, ("G", "PG", "R", None), strict=True))
    assert {names[film] for film in films if film in ids} == permitted
    assert {film for film in films if film in ids} == {
        film for (film,) in db.execute("select id from items where id = any(%s)", [films])
    }
