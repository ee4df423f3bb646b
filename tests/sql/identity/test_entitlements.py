"""Tiers: what a subscription gives, until when, and where it is read."""

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, person

FREE = {"profiles": 5, "streams": 1, "downloads": 0, "ai_questions_per_day": 10}
PREMIUM = {
    "profiles": 5,
    "streams": 4,
    "devices": 10,
    "downloads": 25,
    "download_days": 30,
    "ai_questions_per_day": 100,
}


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db, "viewer")


def subscribe(db: psycopg.Connection, who: Person, status: str = "active", ends: str = "1 month") -> None:
    """As payments do it, by the service."""
    become(db, None, "service_role")
    db.execute(
        "insert into subscriptions (account_id, tier, status, current_period_end) "
        "values (%s, 'premium', %s, now() + %s::interval) "
        "on conflict (account_id) do update set status = excluded.status, "
        "current_period_end = excluded.current_period_end",
        [who.id, status, ends],
    )
    become(db, who)


def entitlements(db: psycopg.Connection) -> tuple[object, ...] | None:
    return db.execute("select tier, expires_at - now(), limits from get_entitlements()").fetchone()


def tier_in_token(db: psycopg.Connection, who: Person, **metadata: object) -> object:
    """What the access token made now would say."""
    db.execute("reset role")
    event = {"user_id": str(who.id), "claims": {"app_metadata": metadata}}
    row = db.execute("select private.custom_access_token_hook(%s)", [Jsonb(event)]).fetchone()
    become(db, who)
    assert row
    return row[0]["claims"]["app_metadata"]["tier"]


def has(db: psycopg.Connection, tier: str | None) -> object:
    row = db.execute("select private.has_tier(%s)", [tier]).fetchone()
    assert row
    return row[0]


def test_without_a_subscription_one_is_free(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    assert entitlements(db) == ("free", None, FREE)
    assert (has(db, "free"), has(db, "premium"), tier_in_token(db, viewer)) == (True, False, "free")


@pytest.mark.parametrize("status", ["trial", "active", "past_due", "cancelled"])
def test_a_subscription_gives_its_tier_until_its_end(
    db: psycopg.Connection, viewer: Person, status: str
) -> None:
    subscribe(db, viewer, status, "30 days")
    found = entitlements(db)
    assert found and (found[0], str(found[1]), found[2]) == ("premium", "30 days, 0:00:00", PREMIUM)
    assert (has(db, "free"), has(db, "premium"), tier_in_token(db, viewer)) == (True, True, "premium")


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        ("paused", "1 day"),
        ("expired", "1 day"),
        ("active", "-1 second"),
        ("active", "0"),
        ("trial", "-9 days"),
    ],
)
def test_one_that_ran_out_or_rests_gives_nothing(
    db: psycopg.Connection, viewer: Person, status: str, ends: str
) -> None:
    subscribe(db, viewer, status, ends)
    assert entitlements(db) == ("free", None, FREE)
    assert (has(db, "premium"), tier_in_token(db, viewer)) == (False, "free")


def test_a_change_shows_at_once(db: psycopg.Connection, viewer: Person) -> None:
    subscribe(db, viewer)
    assert has(db, "premium") is True
    subscribe(db, viewer, "expired")
    assert has(db, "premium") is False


def test_the_token_says_what_is_paid_for_not_what_a_user_row_says(
    db: psycopg.Connection, viewer: Person
) -> None:
    become(db, viewer)
    assert tier_in_token(db, viewer, tier="premium", roles=["admin"], provider="email") == "free"


@pytest.mark.parametrize("tier", [None, "", "gold", "Premium", "'; --"])
def test_nobody_has_a_tier_that_is_none(db: psycopg.Connection, viewer: Person, tier: str | None) -> None:
    subscribe(db, viewer)
    assert has(db, tier) is False


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_who_is_nobody_has_what_is_free(db: psycopg.Connection, role: str) -> None:
    become(db, None, role)
    assert (has(db, "free"), has(db, "premium")) == (True, False)


def test_one_sees_ones_own_subscription_alone(db: psycopg.Connection, viewer: Person) -> None:
    subscribe(db, viewer)
    assert db.execute("select account_id from subscriptions").fetchall() == [(viewer.id,)]
    become(db, person(db, "other_viewer"))
    assert db.execute("select account_id from subscriptions").fetchall() == []
    assert entitlements(db) == ("free", None, FREE)


@pytest.mark.parametrize("table", ["subscriptions", "tiers", "tier_limits"])
@pytest.mark.parametrize(
    "verb", ["delete from {}", "update {} set tier = tier", "insert into {} default values"]
)
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_nobody_writes_them_but_the_service(
    db: psycopg.Connection, viewer: Person, table: str, verb: str, role: str
) -> None:
    subscribe(db, viewer)
    become(db, viewer, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(verb.format(table).replace("tiers set tier = tier", "tiers set name = name"))


@pytest.mark.parametrize("table", ["tiers", "tier_limits"])
@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_everybody_reads_what_can_be_had(
    db: psycopg.Connection, viewer: Person, table: str, role: str
) -> None:
    become(db, viewer, role)
    assert db.execute(f"select * from {table}").fetchall()


@pytest.mark.parametrize(("tier", "status"), [("free", "active"), ("gold", "active"), ("premium", "unpaid")])
def test_a_subscription_to_what_is_not_for_sale_is_refused(
    db: psycopg.Connection, viewer: Person, tier: str, status: str
) -> None:
    become(db, None, "service_role")
    with pytest.raises(psycopg.errors.IntegrityError):
        db.execute("insert into subscriptions values (%s, %s, %s, now())", [viewer.id, tier, status])
