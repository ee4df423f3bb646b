"""Maintained counts of ratings."""

from uuid import UUID

import psycopg
import pytest

from tests.sql.people import item, person, rate


@pytest.fixture
def films(db: psycopg.Connection) -> dict[str, UUID]:
    return {name: item(db, f"Film {name}") for name in "ABCDE"}


def test_rating_counts_follow_inserts_updates_and_deletes(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    viewer = person(db)

    def counts() -> tuple[object, ...] | None:
        return db.execute(
            "select s.rating_count, s.rating_sum, r.rating_count, r.rating_sum "
            "from private.item_counts s, raters r where s.item_id = %s and r.id = %s",
            [films["A"], viewer.rater_id],
        ).fetchone()

    rate(db, viewer.rater_id, {films["A"]: 4, films["B"]: 2})
    assert counts() == (1, 4, 2, 6)
    db.execute("update ratings set rating = 5 where item_id = %s", [films["A"]])
    assert counts() == (1, 5, 2, 7)
    db.execute("delete from ratings where item_id = %s", [films["A"]])
    assert counts() == (0, 0, 1, 2)


def test_deleting_an_item_removes_its_ratings_from_counts(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    viewer = person(db)
    rate(db, viewer.rater_id, {films["A"]: 4, films["B"]: 2})
    db.execute("delete from content where id = %s", [films["A"]])
    assert db.execute("select count(*) from items where id = %s", [films["A"]]).fetchone() == (0,)
    row = db.execute(
        "select rating_count, rating_sum from raters where id = %s", [viewer.rater_id]
    ).fetchone()
    assert row == (1, 2)
