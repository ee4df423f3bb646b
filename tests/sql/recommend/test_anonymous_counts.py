"""Anonymous users do not count until they are permanent."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.conftest import Stack
from tests.sql.people import Person, item, person, rate
from tests.sql.recommend.counts import act, give_rating, people, stats, trend
from tests.sql.recommend.publishing import EXACT, publish
from tests.waiting import until


def anonymous(db: psycopg.Connection) -> Person:
    user = uuid4()
    db.execute("insert into auth.users (id, is_anonymous) values (%s, true)", [user])
    row = db.execute(
        "select p.id, r.id from profiles p join raters r on r.profile_id = p.id where p.account_id = %s",
        [user],
    ).fetchone()
    assert row
    return Person(user, *row)


def test_anonymous_users_have_no_weight(
    db: psycopg.Connection, film: UUID, seen: Callable[[], dict[str, Any]]
) -> None:
    before = seen()
    crowd = [anonymous(db) for _ in range(6)]
    for who in crowd:
        give_rating(db, who, film, 5)
        act(db, who, film)
    publish(db, EXACT)
    assert seen() == before
    for table in ("item_stats", "item_trends", "private.item_counts", "private.pending_changes"):
        assert db.execute(f"select from {table} where item_id = %s", [film]).rowcount == 0
    others = {who.rater_id for who in people(db, 12)}
    for rater in others:
        rate(db, rater, {film: 5})
    first, *rest = others
    neighbours = "select neighbour_id from private.compute_neighbours(%s)"
    assert {row[0] for row in db.execute(neighbours, [first])} == set(rest)
    # Their own lists use the ratings of others.
    assert {row[0] for row in db.execute(neighbours, [crowd[0].rater_id])} == others


def test_anonymous_user_counts_once_permanent(db: psycopg.Connection, film: UUID) -> None:
    who = anonymous(db)
    give_rating(db, who, film, 5)
    act(db, who, film)
    db.execute("update auth.users set is_anonymous = false, email = 'a@example.com' where id = %s", [who.id])
    publish(db, EXACT)
    assert stats(db, film) == (1, 5, 1)
    assert trend(db, film) == pytest.approx(2)
    assert db.execute(
        "select rating_count, rating_sum, rating_square_sum from private.item_counts where item_id = %s",
        [film],
    ).fetchone() == (1, 5, 25)


@pytest.fixture
def committed(stack: Stack) -> Iterator[tuple[Person, UUID]]:
    """A committed film and viewer who does not count yet, deleted after the test."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        viewer, film = person(connection), item(connection, "Film of two connections")
        connection.execute("update raters set is_counted = false where id = %s", [viewer.rater_id])
        yield viewer, film
        connection.execute("delete from content where id = %s", [film])
        connection.execute("delete from auth.users where id = %s", [viewer.id])
        connection.execute("delete from raters where id = %s", [viewer.rater_id])


def test_concurrent_rating_of_a_newly_counted_rater_counts(
    stack: Stack, committed: tuple[Person, UUID]
) -> None:
    viewer, film = committed
    with (
        psycopg.connect(stack.database_url, autocommit=True) as looking,
        psycopg.connect(stack.database_url) as counting,
        psycopg.connect(stack.database_url, autocommit=True) as rating,
        ThreadPoolExecutor() as pool,
    ):
        counting.execute("update raters set is_counted = true where id = %s", [viewer.rater_id])
        rated = pool.submit(rate, rating, viewer.rater_id, {film: 5})
        waits = "select cardinality(pg_blocking_pids(%s)) > 0"
        until(lambda: looking.execute(waits, [rating.info.backend_pid]).fetchone() == (True,))
        counting.commit()
        rated.result(60)
        counts = looking.execute(
            "select rating_count, rating_sum from private.item_counts where item_id = %s", [film]
        ).fetchone()
    assert counts == (1, 5)


def test_ratings_of_an_anonymous_user_are_deleted_with_it(db: psycopg.Connection, film: UUID) -> None:
    who = anonymous(db)
    give_rating(db, who, film)
    db.execute("update ratings set updated_at = now() - interval '90 days' where item_id = %s", [film])
    db.execute("delete from auth.users where id = %s", [who.id])
    assert db.execute("select from ratings where item_id = %s", [film]).rowcount == 0
