"""Tiers: what a subscription gives, until when, and where the tier is read."""

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
    """Store a subscription as the service role, like the payment webhook."""
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
    """The tier in an access token issued now."""
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


def test_viewer_without_a_subscription_has_the_free_tier(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    assert entitlements(db) == ("free", None, FREE)
    assert (has(db, "free"), has(db, "premium"), tier_in_token(db, viewer)) == (True, False, "free")


@pytest.mark.parametrize("status", ["trial", "active", "past_due", "cancelled"])
def test_subscription_gives_its_tier_until_its_end(
    db: psycopg.Connection, viewer: Person, status: str
) -> None:
    subscribe(db, viewer, status, "30 days")
    row = entitlements(db)
    assert row and (row[0], str(row[1]), row[2]) == ("premium", "30 days, 0:00:00", PREMIUM)
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
def test_expired_or_paused_subscription_gives_the_free_tier(
    db: psycopg.Connection, viewer: Person, status: str, ends: str
) -> None:
    subscribe(db, viewer, status, ends)
    assert entitlements(db) == ("free", None, FREE)
    assert (has(db, "premium"), tier_in_token(db, viewer)) == (False, "free")


def test_expired_subscription_removes_the_tier_at_once(db: psycopg.Connection, viewer: Person) -> None:
    subscribe(db, viewer)
    assert has(db, "premium") is True
    subscribe(db, viewer, "expired")
    assert has(db, "premium") is False


def test_token_has_the_paid_tier_and_ignores_metadata(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    assert tier_in_token(db, viewer, tier="premium", roles=["admin"], provider="email") == "free"


@pytest.mark.parametrize("tier", [None, "", "gold", "Premium", "'; --"])
def test_subscriber_does_not_have_an_unknown_tier(
    db: psycopg.Connection, viewer: Person, tier: str | None
) -> None:
    subscribe(db, viewer)
    assert has(db, tier) is False


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_caller_without_an_account_has_the_free_tier(db: psycopg.Connection, role: str) -> None:
    become(db, None, role)
    assert (has(db, "free"), has(db, "premium")) == (True, False)


def test_viewer_sees_only_own_subscription(db: psycopg.Connection, viewer: Person) -> None:
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
def test_client_cannot_write_subscriptions_and_tiers(
    db: psycopg.Connection, viewer: Person, table: str, verb: str, role: str
) -> None:
    subscribe(db, viewer)
    become(db, viewer, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(verb.format(table).replace("tiers set tier = tier", "tiers set name = name"))


@pytest.mark.parametrize("table", ["tiers", "tier_limits"])
@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_every_role_reads_tiers_and_their_limits(
    db: psycopg.Connection, viewer: Person, table: str, role: str
) -> None:
    become(db, viewer, role)
    assert db.execute(f"select * from {table}").fetchall()


@pytest.mark.parametrize(("tier", "status"), [("free", "active"), ("gold", "active"), ("premium", "unpaid")])
def test_subscription_with_invalid_tier_or_status_is_refused(
    db: psycopg.Connection, viewer: Person, tier: str, status: str
) -> None:
    become(db, None, "service_role")
    with pytest.raises(psycopg.errors.IntegrityError):
        db.execute("insert into subscriptions values (%s, %s, %s, now())", [viewer.id, tier, status])
