"""Published counts: no query reveals a single rater, and each account counts once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import Stack
from tests.sql.people import Person, become, item, item_model, person, rate
from tests.sql.recommend.publishing import EXACTLY, QUIET, another_day, publish
from tests.waiting import until

PATHS = {
    "item_stats": "select * from item_stats where item_id = %(film)s",
    "item_trends": "select * from item_trends where item_id = %(film)s order by country",
    "popular": "select * from get_popular_items(200)",
    "onboarding": "select * from get_onboarding_items(50)",
    "trending": "select id from get_trending_items(200)",
    "trending_here": "select id from get_trending_items(200, country => 'LI')",
    "trending_in_a_language": "select id from get_trending_items(200, language => 'rm')",
    "prediction": "select predict_rating(%(watcher)s, %(film)s)",
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


@pytest.fixture
def film(db: psycopg.Connection) -> UUID:
    film = item(db, "A film that few know")
    db.execute("update content set original_language = 'rm' where id = %s", [film])
    return film


@pytest.fixture
def seen(db: psycopg.Connection, film: UUID) -> Callable[[], dict[str, Any]]:
    """A function that runs every query of PATHS as a viewer without ratings."""
    watcher, other = person(db, "observer"), item(db, "Another film")

    def look() -> dict[str, Any]:
        become(db, watcher)
        values = {"film": film, "watcher": watcher.id, "other": other}
        rows = {name: db.execute(query, values).fetchall() for name, query in PATHS.items()}
        db.execute("reset role")
        return rows

    return look


def give(
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


def take_back(db: psycopg.Connection, who: Person, film: UUID) -> None:
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


@pytest.mark.parametrize("how", [give, act])
def test_activity_of_fewer_than_five_accounts_is_not_published(
    db: psycopg.Connection, film: UUID, seen: Callable[[], dict[str, Any]], how: Callable[..., None]
) -> None:
    before = seen()
    for who in people(db, 4):
        how(db, who, film)
    publish(db, None)
    assert seen() == before
    how(db, person(db, "fifth_viewer"), film)
    assert seen() == before
    publish(db, None)
    changed = {name for name, rows in seen().items() if rows != before[name]}
    assert {"item_stats", "item_trends", "trending", "trending_here"} <= changed


@pytest.mark.parametrize("how", ["rates", "changes", "takes back", "acts", "deletes a profile", "is erased"])
def test_changes_by_four_accounts_are_not_published(
    db: psycopg.Connection, film: UUID, seen: Callable[[], dict[str, Any]], how: str
) -> None:
    """Four accounts are one too few, also if one of them acts a hundred times."""
    crowd = people(db, 12)
    for who in crowd:
        give(db, who, film)
        act(db, who, film, "view")
    publish(db, None)
    another_day(db)
    before = seen()
    for who in crowd[:4]:
        if how == "rates":
            give(db, person(db, "newcomer"), film, 0.5)
        elif how == "changes":
            give(db, who, film, 0.5)
            give(db, who, film, 5)
        elif how == "takes back":
            take_back(db, who, film)
        elif how == "acts":
            act(db, who, film, "share", times=100)
        elif how == "deletes a profile":
            become(db, who)
            db.execute("insert into profiles (account_id, name) values (%s, 'Second')", [who.id])
            db.execute("delete from profiles where id = %s", [who.profile_id])
            db.execute("reset role")
        else:
            db.execute("delete from auth.users where id = %s", [who.id])
        publish(db, None)
        assert seen() == before


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        # (5 * 4 + 5 * 3.5) / (5 + 5) = 3.75; 5 * 3.75
        ([4] * 5, (5, 18.75)),
        # The mean of ten, shrunk to 3.5 with the weight of five: (20 + 5 + 17.5) / 15 = 2.8333
        ([4] * 5 + [1] * 5, (10, 28.3333)),
    ],
)
def test_counts_of_five_accounts_are_published(
    db: psycopg.Connection, film: UUID, ratings: list[float], expected: tuple[int, float]
) -> None:
    for who, rating in zip(people(db, len(ratings)), ratings, strict=True):
        give(db, who, film, rating)
    publish(db, QUIET)
    assert stats(db, film) == (expected[0], pytest.approx(expected[1], abs=1e-3), 0)
    assert trend(db, film) == pytest.approx(sum(ratings) / 5)
    assert trend(db, film, "001") == pytest.approx(sum(ratings) / 5)


def test_pending_changes_outlive_retention_until_published(db: psycopg.Connection, film: UUID) -> None:
    """One account a quarter: pending changes are not deleted before the fifth account."""
    for who in people(db, 5):
        db.execute("update private.pending_changes set changed_on = changed_on - 91 where is_pending")
        while db.execute("select private.apply_retention()").rowcount:
            pass
        give(db, who, film)
        act(db, who, film)
    publish(db, QUIET)
    # (5 * 4 + 5 * 3.5) / (5 + 5) = 3.75; 5 * 3.75
    assert stats(db, film) == (5, pytest.approx(18.75), 5)
    assert trend(db, film) is not None


def test_published_counts_are_multiples_of_five_and_means_rounded(db: psycopg.Connection, film: UUID) -> None:
    for who in people(db, 7):
        give(db, who, film, 4.5)
        act(db, who, film)
    seen: set[int] = set()
    for _ in range(30):
        with undone(db):
            publish(db, None)
            count, total, events = stats(db, film)
            seen |= {count, events}
            assert total / count == pytest.approx(round(total / count, 1), abs=1e-9)
            # The trend decays each second.
            assert (trend(db, film) or 0) * 2 == pytest.approx(round((trend(db, film) or 0) * 2), abs=1e-3)
    assert seen == {5, 10}


@pytest.mark.parametrize("where", ["the first publication", "a later one"])
def test_noise_hides_the_rating_of_the_fifth_account(db: psycopg.Connection, film: UUID, where: str) -> None:
    """With all other ratings known, one publication lets an attacker guess 0.5 or 5 right 7 times in 10."""
    attackers, victim = people(db, 4), person(db, "victim")
    if where == "a later one":
        for who in people(db, 5):
            give(db, who, film, 3)
        publish(db, None)
    for who in attackers:
        give(db, who, film, 3)
    means: dict[float, list[float]] = {}
    for rating in (0.5, 5):
        with undone(db):
            give(db, victim, film, rating)
            means[rating] = [published_mean(db, film) for _ in range(150)]
    low, high = means[0.5], means[5]
    right = max(
        (sum(mean < at for mean in low) + sum(mean >= at for mean in high)) / 300 for at in {*low, *high}
    )
    assert right < 0.85
    assert {*low} & {*high}


def published_mean(db: psycopg.Connection, film: UUID) -> float:
    means: list[float] = []
    with undone(db):
        publish(db, None)
        count, total, _ = stats(db, film)
        means.append(round(total / count, 1))
    return means[0]


def test_same_accounts_cause_one_publication_a_day(db: psycopg.Connection, film: UUID) -> None:
    """Otherwise five accounts could cause hundreds of publications and average the noise out."""
    crowd = people(db, 5)
    for who in crowd:
        give(db, who, film, 2)
    publish(db, QUIET)
    first = stats(db, film)
    for rating in (5, 1, 5):
        for who in crowd:
            give(db, who, film, rating)
            act(db, who, film)
        publish(db, QUIET)
        assert stats(db, film)[:2] == first[:2]
    another_day(db)
    for who in crowd:
        give(db, who, film, 4)
    publish(db, QUIET)
    # (5 * 4 + 5 * 2.75) / 10 = 3.375: the mean of all is this film's, published as 2.75.
    assert stats(db, film)[:2] == (5, pytest.approx(16.875))


def test_counts_are_withdrawn_when_fewer_than_five_remain(db: psycopg.Connection, film: UUID) -> None:
    crowd = people(db, 9)
    for who in crowd:
        give(db, who, film)
    publish(db, QUIET)
    another_day(db)
    for who in crowd[:5]:
        take_back(db, who, film)
    publish(db, QUIET)
    assert stats(db, film) is None
    assert trend(db, film) is trend(db, film, "001") is None


def test_new_rating_among_old_ones_has_their_trend(db: psycopg.Connection, film: UUID) -> None:
    """Four ratings are five weeks old and one is new: the trend is that of five old ratings of 5."""
    for who in people(db, 4):
        give(db, who, film, 5)
    db.execute("update ratings set created_at = now() - interval '35 days' where item_id = %s", [film])
    give(db, person(db, "victim"), film, 5)
    publish(db, QUIET)
    assert trend(db, film) == pytest.approx(5 / 32)


# Each account counts once.


def test_repeated_shares_of_one_account_count_once(db: psycopg.Connection, film: UUID) -> None:
    attacker, others = person(db, "attacker"), people(db, 4)
    for who in others:
        act(db, who, film)
    for _ in range(3):
        act(db, attacker, film, times=500)
    publish(db, QUIET)
    assert trend(db, film) == pytest.approx(5)
    assert stats(db, film)[2] == 5


def test_backdated_events_count_once_per_day_of_arrival(db: psycopg.Connection, film: UUID) -> None:
    attacker = person(db, "attacker")
    row = db.execute("select now()").fetchone()
    assert row
    for days in range(30):
        act(db, attacker, film, occurred_at=(row[0] - timedelta(days=days)).isoformat())
    publish(db, EXACTLY)
    assert trend(db, film) == pytest.approx(1)
    assert stats(db, film)[2] == 1


def test_event_types_and_days_count_separately(db: psycopg.Connection, film: UUID) -> None:
    viewer = person(db)
    act(db, viewer, film, "share")
    db.execute("update interactions set received_at = received_at - interval '1 day'")
    act(db, viewer, film, "share")
    act(db, viewer, film, "view", times=3)
    act(db, viewer, film, "dislike")
    publish(db, EXACTLY)
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
        give(db, attacker, film, rating, profile)
    for who in others:
        give(db, who, film, 3)
    publish(db, QUIET)
    assert stats(db, film) is None
    give(db, person(db, "fifth_viewer"), film, 3)
    publish(db, QUIET)
    # Five accounts of mean 3, shrunk towards 3.5.
    assert stats(db, film)[:2] == (5, pytest.approx(5 * 3.25))
    assert trend(db, film) == pytest.approx(4 * 0.6 + 1)


def test_repeated_rating_and_deletion_counts_once(db: psycopg.Connection, film: UUID) -> None:
    attacker = person(db, "attacker")
    for _ in range(60):
        give(db, attacker, film, 5)
        take_back(db, attacker, film)
    publish(db, EXACTLY)
    assert (stats(db, film), trend(db, film)) == (None, None)
    another_day(db)
    give(db, attacker, film, 5)
    publish(db, EXACTLY)
    assert trend(db, film) == pytest.approx(1)


@pytest.mark.parametrize("path", ["changed", "moved", "taken back"])
def test_changed_rating_changes_the_trend(db: psycopg.Connection, film: UUID, path: str) -> None:
    viewer, other = person(db), item(db, "Another film")
    give(db, viewer, film, 5)
    publish(db, EXACTLY)
    another_day(db)
    if path == "changed":
        give(db, viewer, film, 1)
    elif path == "moved":
        become(db, viewer)
        db.execute("update ratings set item_id = %s where item_id = %s", [other, film])
    else:
        take_back(db, viewer, film)
    publish(db, EXACTLY)
    assert trend(db, film) == (pytest.approx(0.2) if path == "changed" else None)
    assert trend(db, other) == (pytest.approx(1) if path == "moved" else None)


@pytest.mark.parametrize(("age", "stays"), [("0 s", False), ("6 days 23 hours", False), ("7 days 1 s", True)])
@pytest.mark.parametrize("how", ["profile", "user"])
def test_recent_ratings_are_deleted_with_their_profile(
    db: psycopg.Connection, film: UUID, age: str, stays: bool, how: str
) -> None:
    attacker = person(db, "attacker")
    give(db, attacker, film, 5)
    act(db, attacker, film)
    db.execute("update ratings set updated_at = now() - %s::interval where item_id = %s", [age, film])
    publish(db, EXACTLY)
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
    publish(db, EXACTLY)
    assert stats(db, film) == ((1, 5, 0) if stays else None)


@pytest.mark.parametrize("change", ["item_id = %s", "rating = 1, item_id = %s"])
def test_changed_old_rating_counts_as_recent(db: psycopg.Connection, film: UUID, change: str) -> None:
    attacker, other = person(db, "attacker"), item(db, "Another film")
    give(db, attacker, film, 5)
    db.execute(
        "update ratings set created_at = now() - interval '8 days', updated_at = now() - interval '8 days'"
    )
    become(db, attacker)
    db.execute(f"update ratings set {change}".encode(), [other])
    db.execute("insert into profiles (name) values ('Next')")
    db.execute("delete from profiles where id = %s", [attacker.profile_id])
    db.execute("reset role")
    assert db.execute("select from ratings where item_id = any(%s)", [[film, other]]).rowcount == 0


def test_age_of_a_settled_rating_is_a_setting(db: psycopg.Connection, film: UUID) -> None:
    viewer = person(db)
    give(db, viewer, film)
    db.execute("update ratings set updated_at = now() - interval '2 days' where item_id = %s", [film])
    db.execute("update private.periods set length = interval '1 day' where name = 'rating_settles'")
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select from ratings where item_id = %s", [film]).rowcount == 1


# Anonymous users.


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
        give(db, who, film, 5)
        act(db, who, film)
    publish(db, EXACTLY)
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
    give(db, who, film, 5)
    act(db, who, film)
    db.execute("update auth.users set is_anonymous = false, email = 'a@example.com' where id = %s", [who.id])
    publish(db, EXACTLY)
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
    give(db, who, film)
    db.execute("update ratings set updated_at = now() - interval '90 days' where item_id = %s", [film])
    db.execute("delete from auth.users where id = %s", [who.id])
    assert db.execute("select from ratings where item_id = %s", [film]).rowcount == 0


# Who may see what.


@pytest.mark.parametrize(("name", "seen"), [("liked_together", 2), ("rated_alike", 0), ("other", 0)])
@pytest.mark.parametrize("who", ["anon", "authenticated"])
def test_client_reads_only_the_published_model_weights(
    db: psycopg.Connection, film: UUID, name: str, seen: int, who: str
) -> None:
    """A weight between two items reveals the ratings of a single rater of both."""
    other = item(db, "Another film")
    item_model(db, {film: {other: 0.5}, other: {film: 0.5}}, name=name)
    become(db, person(db) if who == "authenticated" else None)
    assert db.execute("select from item_neighbours where item_id in (%s, %s)", [film, other]).rowcount == seen


@pytest.mark.parametrize("relation", ["item_counts", "pending_changes", "publication", "trend_votes"])
@pytest.mark.parametrize("who", ["anon", "authenticated"])
def test_client_cannot_read_exact_counts(db: psycopg.Connection, relation: str, who: str) -> None:
    become(db, person(db) if who == "authenticated" else None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"select from private.{relation}")


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_client_cannot_publish_counts(db: psycopg.Connection, role: str) -> None:
    become(db, person(db) if role == "authenticated" else None, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select private.publish_counts()")


def test_pending_changes_name_no_account(db: psycopg.Connection, film: UUID) -> None:
    viewer = person(db)
    give(db, viewer, film)
    waiting = db.execute(
        "select figure, voter::text from private.pending_changes where item_id = %s order by figure", [film]
    ).fetchall()
    assert [figure for figure, _ in waiting] == ["001", "LI", "ratings"]
    assert not {str(viewer.id), str(viewer.profile_id), str(viewer.rater_id)} & {
        voter for _, voter in waiting
    }
