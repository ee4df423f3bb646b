"""Rating and acting as clients, and reading the published counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, person

PATHS = {
    "item_stats": "select * from item_stats where item_id = %(film)s",
    "item_trends": "select * from item_trends where item_id = %(film)s order by country",
    "popular": "select * from get_popular_items(200)",
    "onboarding": "select * from get_onboarding_items(50)",
    "trending": "select id from get_trending_items(200)",
    "trending_here": "select id from get_trending_items(200, country => 'LI')",
    "trending_in_a_language": "select id from get_trending_items(200, language => 'rm')",
    "prediction": "select predict_rating(%(observer)s, %(film)s)",
    "similar": "select * from get_similar_items(%(other)s)",
    "weights": "select * from item_neighbours",
    "list": "select id, score from get_recommendations(200)",
}
"""Queries by which a client can observe ratings and events of a film."""


class Undone(Exception):
    """Raised at the end of an attempt to roll it back."""


@contextmanager
def undone(db: psycopg.Connection) -> Iterator[None]:
    with pytest.raises(Undone), db.transaction():
        yield
        raise Undone


def give_rating(
    db: psycopg.Connection, who: Person, film: UUID, rating: float = 4, profile: UUID | None = None
) -> None:
    """Rate a film, or change the rating, as a client in Liechtenstein."""
    headers = {"cf-ipcountry": "LI"} | ({"x-profile-id": str(profile)} if profile else {})
    become(db, who, headers=headers)
    db.execute(
        "insert into ratings (item_id, rating) values (%s, %s) "
        "on conflict (rater_id, item_id) do update set rating = excluded.rating",
        [film, rating],
    )
    db.execute("reset role")


def delete_rating(db: psycopg.Connection, who: Person, film: UUID) -> None:
    become(db, who)
    db.execute("delete from ratings where item_id = %s", [film])
    db.execute("reset role")


def act(
    db: psycopg.Connection, who: Person, film: UUID, kind: str = "share", times: int = 1, **fields: object
) -> None:
    become(db, who, headers={"cf-ipcountry": "LI"})
    event = {"item_id": str(film), "type": kind, **fields}
    events = [event | {"client_id": str(uuid4())} for _ in range(times)]
    db.execute("select record_interactions(%s)", [Jsonb(events)])
    db.execute("reset role")


def people(db: psycopg.Connection, count: int) -> list[Person]:
    return [person(db, f"viewer{number}") for number in range(count)]


def stats(db: psycopg.Connection, film: UUID) -> Any:
    return db.execute(
        "select rating_count, rating_sum, interaction_count from item_stats where item_id = %s", [film]
    ).fetchone()


def trend(db: psycopg.Connection, film: UUID, country: str = "LI") -> float | None:
    row = db.execute(
        "select power(2, trend - private.trend_of(1, now())) from item_trends "
        "where item_id = %s and country = %s",
        [film, country],
    ).fetchone()
    return row[0] if row else None
