"""Each account counts once, whatever it repeats; settled ratings outlive their profile."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from tests.sql.people import become, item, person
from tests.sql.recommend.counts import act, delete_rating, give_rating, people, stats, trend
from tests.sql.recommend.publishing import EXACT, NOISELESS, another_day, publish


def test_repeated_shares_of_one_account_count_once(db: psycopg.Connection, film: UUID) -> None:
    attacker, others = person(db, "attacker"), people(db, 4)
    for who in others:
        act(db, who, film)
    for _ in range(3):
        act(db, attacker, film, times=500)
    publish(db, NOISELESS)
    assert trend(db, film) == pytest.approx(5)
    assert stats(db, film)[2] == 5


def test_backdated_events_count_once_per_day_of_arrival(db: psycopg.Connection, film: UUID) -> None:
    attacker = person(db, "attacker")
    row = db.execute("select now()").fetchone()
    assert row
    for days in range(30):
        act(db, attacker, film, occurred_at=(row[0] - timedelta(days=days)).isoformat())
    publish(db, EXACT)
    assert trend(db, film) == pytest.approx(1)
    assert stats(db, film)[2] == 1


def test_event_types_and_days_count_separately(db: psycopg.Connection, film: UUID) -> None:
    viewer = person(db)
    act(db, viewer, film, "share")
    db.execute(
        "update interactions set received_at = received_at - interval '1 day' where item_id = %s", [film]
    )
    act(db, viewer, film, "share")
    act(db, viewer, film, "view", times=3)
    act(db, viewer, film, "dislike")
    publish(db, EXACT)
    assert trend(db, film) == pytest.approx(2.3)
    assert stats(db, film)[2] == 4


def test_five_profiles_of_an_account_count_as_one_account(db: psycopg.Connection, film: UUID) -> None:
    """Counts use the mean of their ratings, the trend the highest."""
    attacker, others = person(db, "attacker"), people(db, 3)
    become(db, attacker)
    profiles = [attacker.profile_id] + [
        db.execute(
            "insert into profiles (account_id, name) values (%s, %s) returning id", [attacker.id, str(number)]
        ).fetchall()[0][0]
        for number in range(4)
    ]
    for profile, rating in zip(profiles, (5, 4, 3, 2, 1), strict=True):
        give_rating(db, attacker, film, rating, profile)
    for who in others:
        give_rating(db, who, film, 3)
    publish(db, NOISELESS)
    assert stats(db, film) is None
    give_rating(db, person(db, "fifth_viewer"), film, 3)
    publish(db, NOISELESS)
    # Five accounts of mean 3, shrunk towards 3.5.
    assert stats(db, film)[:2] == (5, pytest.approx(5 * 3.25))
    assert trend(db, film) == pytest.approx(4 * 0.6 + 1)


def test_repeated_rating_and_deletion_counts_once(db: psycopg.Connection, film: UUID) -> None:
    attacker = person(db, "attacker")
    for _ in range(60):
        give_rating(db, attacker, film, 5)
        delete_rating(db, attacker, film)
    publish(db, EXACT)
    assert (stats(db, film), trend(db, film)) == (None, None)
    another_day(db)
    give_rating(db, attacker, film, 5)
    publish(db, EXACT)
    assert trend(db, film) == pytest.approx(1)


@pytest.mark.parametrize("path", ["changed", "moved", "taken back"])
def test_changed_rating_changes_the_trend(db: psycopg.Connection, film: UUID, path: str) -> None:
    viewer, other = person(db), item(db, "Another film")
    give_rating(db, viewer, film, 5)
    publish(db, EXACT)
    another_day(db)
    if path == "changed":
        give_rating(db, viewer, film, 1)
    elif path == "moved":
        become(db, viewer)
        db.execute("update ratings set item_id = %s where item_id = %s", [other, film])
    else:
        delete_rating(db, viewer, film)
    publish(db, EXACT)
    assert trend(db, film) == (pytest.approx(0.2) if path == "changed" else None)
    assert trend(db, other) == (pytest.approx(1) if path == "moved" else None)


@pytest.mark.parametrize(("age", "stays"), [("0 s", False), ("6 days 23 hours", False), ("7 days 1 s", True)])
@pytest.mark.parametrize("how", ["profile", "user"])
def test_recent_ratings_are_deleted_with_their_profile(
    db: psycopg.Connection, film: UUID, age: str, stays: bool, how: str
) -> None:
    attacker = person(db, "attacker")
    give_rating(db, attacker, film, 5)
    act(db, attacker, film)
    db.execute("update ratings set updated_at = now() - %s::interval where item_id = %s", [age, film])
    publish(db, EXACT)
    another_day(db)
    if how == "profile":
        become(db, attacker)
        db.execute("insert into profiles (account_id, name) values (%s, 'Next')", [attacker.id])
        db.execute("delete from profiles where id = %s", [attacker.profile_id])
        db.execute("reset role")
    else:
        db.execute("delete from auth.users where id = %s", [attacker.id])
    left = db.execute("select rating, country from ratings where item_id = %s", [film]).fetchall()
    assert left == ([(5, None)] if stays else [])
    counts = db.execute("select rating_count from private.item_counts where item_id = %s", [film]).fetchone()
    assert counts == (int(stays),)
    publish(db, EXACT)
    assert stats(db, film) == ((1, 5, 0) if stays else None)


@pytest.mark.parametrize("change", ["item_id = %s", "rating = 1, item_id = %s"])
def test_changed_old_rating_counts_as_recent(db: psycopg.Connection, film: UUID, change: str) -> None:
    attacker, other = person(db, "attacker"), item(db, "Another film")
    give_rating(db, attacker, film, 5)
    db.execute(
        "update ratings set created_at = now() - interval '8 days', updated_at = now() - interval '8 days' "
        "where item_id = %s",
        [film],
    )
    become(db, attacker)
    db.execute(f"update ratings set {change}".encode(), [other])
    db.execute("insert into profiles (name) values ('Next')")
    db.execute("delete from profiles where id = %s", [attacker.profile_id])
    db.execute("reset role")
    assert db.execute("select from ratings where item_id = any(%s)", [[film, other]]).rowcount == 0


def test_age_of_a_settled_rating_is_a_setting(db: psycopg.Connection, film: UUID) -> None:
    viewer = person(db)
    give_rating(db, viewer, film)
    db.execute("update ratings set updated_at = now() - interval '2 days' where item_id = %s", [film])
    db.execute("update private.periods set length = interval '1 day' where name = 'rating_settles'")
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select from ratings where item_id = %s", [film]).rowcount == 1
