"""Erasure of an account: no row leads to the person, ratings stay under a pseudonym."""

from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from tests.sql.people import person
from tests.sql.privacy.deletions import erase, exists, make_due
from tests.sql.privacy.household import Household, household, traces
from tests.sql.recommend.publishing import publish

STATS = (
    "select * from item_stats join private.item_counts using (item_id) "
    "where item_id = any(%s) order by item_id"
)
TRENDS = "select item_id, country, trend from item_trends where item_id = any(%s) order by 1, 2"


def test_erasure_leaves_no_trace_of_the_account(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    other = household(db, films, "other_viewer")
    db.execute(
        "insert into user_similarities (rater_id, neighbour_id, co_ratings) "
        "values (%(a)s, %(b)s, 3), (%(b)s, %(a)s, 3)",
        {"a": home.owner.rater_id, "b": other.owner.rater_id},
    )
    names, others = home.names(db), other.names(db)
    before, kept = traces(db, names), traces(db, others)
    assert {"public.user_similarities.neighbour_id", "procrastinate.procrastinate_jobs.args"} <= before
    assert {"auth.audit_log_entries.payload", "auth.refresh_tokens.user_id"} <= before
    make_due(db, home.owner)
    assert erase(db, home.owner)
    assert traces(db, names) == set()
    assert traces(db, others) == kept
    assert not erase(db, home.owner)


def test_ratings_of_an_erased_account_still_count(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    publish(db)
    stats, trends = (db.execute(rows, [films]).fetchall() for rows in (STATS, TRENDS))
    query = "select item_id, rating from ratings where item_id = any(%s) order by 1, 2"
    ratings = db.execute(query, [films]).fetchall()
    make_due(db, home.owner)
    assert erase(db, home.owner)
    assert db.execute(STATS, [films]).fetchall() == stats != []
    assert db.execute(TRENDS, [films]).fetchall() == trends != []
    assert db.execute(query, [films]).fetchall() == ratings
    rows = db.execute(
        "select rating_count, rating_sum from raters where id = any(%s)", [pseudonyms(db, films)]
    )
    assert rows.fetchall() == [(4, 7), (4, 7)]


def pseudonyms(db: psycopg.Connection, films: list[UUID]) -> list[UUID]:
    """Raters of the films that have no profile any more."""
    rows = db.execute(
        "select distinct a.id from raters a join ratings r on r.rater_id = a.id "
        "where a.profile_id is null and r.item_id = any(%s)",
        [films],
    ).fetchall()
    return [row[0] for row in rows]


def test_erasure_rounds_times_of_ratings_to_months(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    db.execute(
        "update ratings set created_at = '2026-03-31T23:59:59.123456Z', "
        "updated_at = '2026-04-30T23:59:59.9Z' where item_id = any(%s)",
        [films],
    )
    make_due(db, home.owner)
    assert erase(db, home.owner)
    times = db.execute(
        "select distinct created_at, updated_at from ratings where item_id = any(%s)", [films]
    ).fetchall()
    assert times == [(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))]


def test_erasure_keeps_computed_similarities(db: psycopg.Connection, home: Household) -> None:
    other = person(db, "other_viewer")
    for rater in home.profiles.values():
        for pair in ((rater, other.rater_id), (other.rater_id, rater)):
            db.execute(
                "insert into user_similarities (rater_id, neighbour_id, similarity, co_ratings, weight) "
                "values (%s, %s, 0.5, 4, 0.25)",
                pair,
            )
    make_due(db, home.owner)
    assert erase(db, home.owner)
    stored = (
        "select s.rater_id = %(other)s, s.neighbour_id = %(other)s, s.similarity, s.co_ratings, s.weight, "
        "coalesce(r.profile_id, n.profile_id) = %(profile)s "
        "from user_similarities s join raters r on r.id = s.rater_id join raters n on n.id = s.neighbour_id "
        "where %(other)s in (s.rater_id, s.neighbour_id) order by 1"
    )
    rows = db.execute(stored, {"other": other.rater_id, "profile": other.profile_id}).fetchall()
    assert rows == [(False, True, 0.5, 4, 0.25, True)] * 2 + [(True, False, 0.5, 4, 0.25, True)] * 2


def test_erasure_enqueues_no_job_with_the_new_pseudonym(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    make_due(db, home.owner)
    assert erase(db, home.owner)
    assert traces(db, [str(rater) for rater in pseudonyms(db, films)]) == {
        "public.raters.id",
        "public.ratings.rater_id",
    }


def test_failed_erasure_is_rolled_back(db: psycopg.Connection, home: Household) -> None:
    make_due(db, home.owner)
    names = home.names(db)
    before = traces(db, names)
    with pytest.raises(psycopg.errors.RaiseException), db.transaction():
        db.execute("create function pg_temp.fail() returns trigger language plpgsql as "
                   "$$ begin raise 'the lights went out'; end $$")  # fmt: skip
        db.execute("create trigger fail after delete on auth.users "
                   "for each row execute function pg_temp.fail()")  # fmt: skip
        erase(db, home.owner)
    assert traces(db, names) == before
    assert erase(db, home.owner)
    assert traces(db, names) == set()


def test_account_with_a_running_job_is_not_erased(db: psycopg.Connection, home: Household) -> None:
    make_due(db, home.owner)
    with db.transaction():
        db.execute("set local search_path = procrastinate")
        db.execute(
            "update procrastinate_jobs set status = 'doing' where args::text like %s",
            [f"%{home.owner.rater_id}%"],
        )
        db.execute("set local search_path = public, extensions")
    with pytest.raises(psycopg.errors.ObjectInUse, match="a job runs"), db.transaction():
        erase(db, home.owner)
    assert exists(db, home.owner)


def test_user_deleted_through_auth_leaves_no_trace(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    names = home.names(db)
    db.execute("delete from auth.users where id = %s", [home.owner.id])
    assert traces(db, names) == set()
    row = db.execute("select count(*) from ratings where item_id = any(%s)", [films]).fetchone()
    assert row == (8,)


def test_deleted_profile_leaves_pseudonymous_ratings(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    profile = next(id for id in home.profiles if id != home.owner.profile_id)
    db.execute("delete from profiles where id = %s", [profile])
    assert traces(db, [str(profile), str(home.profiles[profile])]) == set()
    (rater,) = pseudonyms(db, films)
    counts = "select profile_id, rating_count from raters where id = any(%s) order by 1"
    assert db.execute(counts, [[home.owner.rater_id, rater]]).fetchall() == [
        (home.owner.profile_id, 4),
        (None, 4),
    ]


def test_deleted_profile_without_ratings_leaves_no_rater(db: psycopg.Connection) -> None:
    before = db.execute("select count(*) from raters").fetchone()
    viewer = person(db)
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select count(*) from raters").fetchone() == before


def test_soft_deletion_keeps_only_the_auth_rows(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    """The update empties the row of auth.users like Auth does."""
    other = household(db, films, "other_viewer")
    names, others = home.names(db), other.names(db)
    kept = traces(db, others)
    db.execute(
        "update auth.users set email = md5(email), recovery_token = '', encrypted_password = null, "
        "deleted_at = now() where id = %s",
        [home.owner.id],
    )
    assert traces(db, names) == {"auth.users.id", "auth.identities.user_id"}
    assert traces(db, others) == kept
    identity = "select identity_data from auth.identities where user_id = %s"
    assert db.execute(identity, [home.owner.id]).fetchall() == [({},)]
    row = db.execute("select count(*) from ratings where item_id = any(%s)", [films]).fetchone()
    assert row == (16,)
    db.execute("delete from auth.users where id = %s", [home.owner.id])
    assert traces(db, names) == set()
