"""get_genre_rows: a row of items for each favourite genre."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.sql.people import become, empty_catalog, person, rate
from tests.sql.recommend.content import film, genre
from tests.sql.recommend.publishing import publish


@pytest.fixture
def genres(db: psycopg.Connection) -> dict[str, list[UUID]]:
    """Eight dramas, seven horror films and six westerns, of which one is also a drama."""
    empty_catalog(db)
    films = {
        name: [film(db, f"{name} {n}") for n in range(8 - index)]
        for index, name in enumerate(("Drama", "Horror", "Western"))
    }
    for name, members in films.items():
        genre(db, name, *members, *(films["Western"][:1] if name == "Drama" else []))
    return films


def rows(db: psycopg.Connection, *parameters: object) -> dict[str, list[Any]]:
    by_genre: dict[str, list[Any]] = {}
    holes = ", ".join(["%s"] * len(parameters))
    for name, id in db.execute(f"select genre, id from get_genre_rows({holes})", parameters):
        by_genre.setdefault(name, []).append(id)
    return by_genre


def test_favourite_genre_comes_first_without_rated_items(
    db: psycopg.Connection, genres: dict[str, list[UUID]]
) -> None:
    viewer = person(db)
    rate(db, viewer.rater_id, {film: 5 for film in genres["Western"][:3]})
    publish(db)
    become(db, viewer)
    listed = rows(db, 2)
    assert list(listed) == ["Western", "Drama"]
    assert set(listed["Western"]) == set(genres["Western"][3:])
    assert set(listed["Drama"]) == set(genres["Drama"])


def test_newcomer_gets_the_most_common_genres(db: psycopg.Connection, genres: dict[str, list[UUID]]) -> None:
    publish(db)
    become(db, None)
    listed = rows(db, 3, 4)
    assert list(listed) == ["Drama", "Horror", "Western"]
    assert [len(items) for items in listed.values()] == [4, 4, 4]
    assert len({item for items in listed.values() for item in items}) == 12


def test_rows_hide_what_the_viewer_may_not_see(db: psycopg.Connection, genres: dict[str, list[UUID]]) -> None:
    db.execute("update content set maturity_rating = 'R' where id = any(%s)", [genres["Horror"]])
    db.execute("update content set maturity_rating = 'G' where id = any(%s)", [genres["Drama"]])
    publish(db)
    viewer = person(db)
    db.execute("update profiles set maturity_rating = 'PG-13' where id = %s", [viewer.profile_id])
    become(db, viewer)
    assert "Horror" not in rows(db)


@pytest.mark.parametrize("call", ["0", "11", "5, 0", "5, 51", "5, 5, 'opera'"])
def test_parameter_of_genre_rows_out_of_range_is_named(db: psycopg.Connection, call: str) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        db.execute(f"select * from get_genre_rows({call})")
    assert '"field"' in (refused.value.diag.message_detail or "")
