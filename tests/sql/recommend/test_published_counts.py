"""Published counts: no query reveals the ratings or events of a single account."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.sql.people import become, item, item_model, person
from tests.sql.recommend.counts import act, delete_rating, give_rating, people, stats, trend, undone
from tests.sql.recommend.publishing import NOISELESS, another_day, publish


@pytest.mark.parametrize("how", [give_rating, act])
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
        give_rating(db, who, film)
        act(db, who, film, "view")
    publish(db, None)
    another_day(db)
    before = seen()
    for who in crowd[:4]:
        if how == "rates":
            give_rating(db, person(db, "newcomer"), film, 0.5)
        elif how == "changes":
            give_rating(db, who, film, 0.5)
            give_rating(db, who, film, 5)
        elif how == "takes back":
            delete_rating(db, who, film)
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
        give_rating(db, who, film, rating)
    publish(db, NOISELESS)
    assert stats(db, film) == (expected[0], pytest.approx(expected[1], abs=1e-3), 0)
    assert trend(db, film) == pytest.approx(sum(ratings) / 5)
    assert trend(db, film, "001") == pytest.approx(sum(ratings) / 5)


def test_pending_changes_outlive_retention_until_published(db: psycopg.Connection, film: UUID) -> None:
    """One account a quarter: pending changes are not deleted before the fifth account."""
    for who in people(db, 5):
        db.execute("update private.pending_changes set changed_on = changed_on - 91 where is_pending")
        while db.execute("select private.apply_retention()").rowcount:
            pass
        give_rating(db, who, film)
        act(db, who, film)
    publish(db, NOISELESS)
    # (5 * 4 + 5 * 3.5) / (5 + 5) = 3.75; 5 * 3.75
    assert stats(db, film) == (5, pytest.approx(18.75), 5)
    assert trend(db, film) is not None


def test_published_counts_are_multiples_of_five_and_means_rounded(db: psycopg.Connection, film: UUID) -> None:
    for who in people(db, 7):
        give_rating(db, who, film, 4.5)
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
            give_rating(db, who, film, 3)
        publish(db, None)
    for who in attackers:
        give_rating(db, who, film, 3)
    means: dict[float, list[float]] = {}
    for rating in (0.5, 5):
        with undone(db):
            give_rating(db, victim, film, rating)
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
        give_rating(db, who, film, 2)
    publish(db, NOISELESS)
    first = stats(db, film)
    for rating in (5, 1, 5):
        for who in crowd:
            give_rating(db, who, film, rating)
            act(db, who, film)
        publish(db, NOISELESS)
        assert stats(db, film)[:2] == first[:2]
    another_day(db)
    for who in crowd:
        give_rating(db, who, film, 4)
    publish(db, NOISELESS)
    # (5 * 4 + 5 * 2.75) / 10 = 3.375: the mean of all is this film's, published as 2.75.
    assert stats(db, film)[:2] == (5, pytest.approx(16.875))


def test_counts_are_withdrawn_when_fewer_than_five_remain(db: psycopg.Connection, film: UUID) -> None:
    crowd = people(db, 9)
    for who in crowd:
        give_rating(db, who, film)
    publish(db, NOISELESS)
    another_day(db)
    for who in crowd[:5]:
        delete_rating(db, who, film)
    publish(db, NOISELESS)
    assert stats(db, film) is None
    assert trend(db, film) is trend(db, film, "001") is None


def test_new_rating_among_old_ones_has_their_trend(db: psycopg.Connection, film: UUID) -> None:
    """Four ratings are five weeks old and one is new: the trend is that of five old ratings of 5."""
    for who in people(db, 4):
        give_rating(db, who, film, 5)
    db.execute("update ratings set created_at = now() - interval '35 days' where item_id = %s", [film])
    give_rating(db, person(db, "victim"), film, 5)
    publish(db, NOISELESS)
    assert trend(db, film) == pytest.approx(5 / 32)


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
    give_rating(db, viewer, film)
    waiting = db.execute(
        "select figure, voter::text from private.pending_changes where item_id = %s order by figure", [film]
    ).fetchall()
    assert [figure for figure, _ in waiting] == ["001", "LI", "ratings"]
    assert not {str(viewer.id), str(viewer.profile_id), str(viewer.rater_id)} & {
        voter for _, voter in waiting
    }
