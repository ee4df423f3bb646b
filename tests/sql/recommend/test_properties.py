"""Properties of recommendations for random ratings."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.people import Person, become, item, person, rate

RATERS, FILMS = 5, 7
STEPS = st.integers(1, 10).map(lambda step: step / 2)
TABLE = st.dictionaries(st.tuples(st.integers(0, RATERS - 1), st.integers(0, FILMS - 1)), STEPS)
Ratings = Mapping[tuple[int, int], float]


class Undone(Exception):
    """Raised at the end of an example to roll it back."""


@pytest.fixture
def people(db: psycopg.Connection) -> list[Person]:
    return [person(db) for _ in range(RATERS)]


@pytest.fixture
def films(db: psycopg.Connection) -> list[UUID]:
    return [item(db, f"Film {number}") for number in range(FILMS)]


def rated(db: psycopg.Connection, people: list[Person], films: list[UUID], ratings: Ratings) -> set[UUID]:
    """Store the ratings; the films that the first person rated."""
    for (who, what), rating in ratings.items():
        rate(db, people[who].rater_id, {films[what]: rating})
    return {films[what] for who, what in ratings if who == 0}


def fetch(db: psycopg.Connection, query: str, *parameters: object) -> list[Any]:
    return db.execute(query, parameters).fetchall()


@given(ratings=TABLE, count=st.integers(1, 10))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_list_is_unseen_stable_and_as_long_as_possible(
    db: psycopg.Connection, people: list[Person], films: list[UUID], ratings: Ratings, count: int
) -> None:
    with pytest.raises(Undone), db.transaction():
        seen = rated(db, people, films, ratings)
        become(db, people[0])
        listed = [row[0] for row in fetch(db, "select id from get_recommendations(%s)", count)]
        assert not seen & set(listed)
        assert len(listed) == len(set(listed)) == min(count, FILMS - len(seen))
        assert listed == [row[0] for row in fetch(db, "select id from get_recommendations(%s)", count)]
        assert set(listed) <= set(films)
        raise Undone


@given(ratings=TABLE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_predictions_are_in_range_and_equal_with_stored_neighbours(
    db: psycopg.Connection, people: list[Person], films: list[UUID], ratings: Ratings
) -> None:
    query = "select id, predicted_rating, score from get_collaborative_recommendations(%s, 20)"
    with pytest.raises(Undone), db.transaction():
        seen = rated(db, people, films, ratings)
        become(db, people[0])
        live = fetch(db, query, people[0].id)
        db.execute("reset role")
        db.execute("select private.refresh_user_similarity(%s)", [people[0].rater_id])
        become(db, people[0])
        assert fetch(db, query, people[0].id) == live
        assert all(0.5 <= row[1] <= 5 for row in live)
        assert not seen & {row[0] for row in live}
        raise Undone


@given(ratings=TABLE, gone=st.integers(0, FILMS - 1))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_maintained_counts_equal_counted_rows(
    db: psycopg.Connection, people: list[Person], films: list[UUID], ratings: Ratings, gone: int
) -> None:
    with pytest.raises(Undone), db.transaction():
        db.execute("reset role")
        rated(db, people, films, ratings)
        db.execute("update ratings set rating = 5.5 - rating where rater_id = %s", [people[1].rater_id])
        db.execute("delete from ratings where rater_id = %s", [people[2].rater_id])
        db.execute("delete from content where id = %s", [films[gone]])
        wrong = fetch(
            db,
            "select s.item_id from private.item_counts s left join ratings r using (item_id) "
            "group by s.item_id "
            "having s.rating_count <> count(r.rating) or s.rating_sum <> coalesce(sum(r.rating), 0) "
            "union all "
            "select o.id from raters o left join ratings r on r.rater_id = o.id group by o.id "
            "having o.rating_count <> count(r.rating) or o.rating_sum <> coalesce(sum(r.rating), 0)",
        )
        assert wrong == []
        raise Undone
