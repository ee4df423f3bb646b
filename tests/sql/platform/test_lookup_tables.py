"""Lookup tables: a new row is accepted wherever the list was, and an unknown value keeps its error."""

import json
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from tests.sql.people import become, item, person

ADDED = {
    "kinds": "insert into kinds (name, position, description) values ('podcast', 9, '')",
    "types": "insert into interaction_types (name, trend_weight, description) values ('listen', 0.5, '')",
    "tiers": "insert into tiers (name, rank, description) values ('family', 2, '')",
    "roles": "insert into private.roles (name, position, description) values ('host', 9, '')",
    "ratings": "insert into maturity_ratings (name, system, minimum_age, description) "
    "values ('PG-16', 'own', 16, '')",
}
KIND = "kind must be movie, tv_show, sports or book"


def event(kind: str) -> str:
    return json.dumps([{"client_id": str(uuid4()), "item_id": str(uuid4()), "type": kind}])


@pytest.mark.parametrize(
    ("added", "call", "refused"),
    [
        ("kinds", "select private.check_kind('podcast')", f"{KIND}, not podcast"),
        ("kinds", "insert into items (kind) values ('podcast')", KIND),
        ("tiers", "select * from search_content('x', tier => 'family')", "tier must be free or premium"),
        ("ratings", "update content set maturity_rating = 'PG-16'", "maturity_rating must be"),
        ("ratings", "update profiles set maturity_rating = 'PG-16'", "maturity_rating must be"),
        (
            "roles",
            "select private.change_role(id, 'host', true) from accounts",
            "role must be student, tutor, editor, reviewer or admin",
        ),
    ],
)
def test_value_is_accepted_once_its_table_has_it(
    db: psycopg.Connection, added: str, call: str, refused: str
) -> None:
    person(db)
    item(db, "A film")
    with (
        pytest.raises((errors.CheckViolation, errors.InvalidParameterValue), match=refused),
        db.transaction(),
    ):
        db.execute(call)
    db.execute(ADDED[added])
    db.execute(call)


def test_type_of_interaction_is_accepted_once_its_table_has_it(db: psycopg.Connection) -> None:
    field = "select private.interaction_error(%s::jsonb -> 0)"
    assert db.execute(field, [event("listen")]).fetchone() == ("type",)
    db.execute(ADDED["types"])
    assert db.execute(field, [event("listen")]).fetchone() == (None,)


def test_minimum_age_follows_the_table(db: psycopg.Connection) -> None:
    db.execute(ADDED["ratings"])
    assert db.execute("select private.minimum_age('PG-16'), private.minimum_age('X')").fetchone() == (
        16,
        None,
    )


@pytest.mark.parametrize(
    ("status", "tier"),
    [("trial", "premium"), ("past_due", "premium"), ("cancelled", "premium"), ("paused", "free")],
)
def test_status_decides_whether_a_subscription_grants_its_tier(
    db: psycopg.Connection, status: str, tier: str
) -> None:
    viewer = person(db)
    db.execute(
        "insert into subscriptions (account_id, tier, status, current_period_end) "
        "values (%s, 'premium', %s, now() + interval '1 day')",
        [viewer.id, status],
    )
    assert db.execute("select private.tier_of(%s)", [viewer.id]).fetchone() == (tier,)


@pytest.mark.parametrize(
    "table", ["kinds", "maturity_ratings", "interaction_types", "subscription_statuses", "credit_jobs"]
)
@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_clients_read_a_lookup_table_and_change_nothing(
    db: psycopg.Connection, table: str, role: str
) -> None:
    become(db, None)
    db.execute(f"set local role {role}")
    rows = db.execute(f"select name from {table}").fetchall()
    assert len(rows) > 3
    for statement in (f"delete from {table}", f"update {table} set description = ''"):
        with pytest.raises(errors.InsufficientPrivilege), db.transaction():
            db.execute(statement)


@pytest.mark.parametrize(
    ("words", "listed"), [([], None), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_words_are_listed_as_in_a_sentence(
    db: psycopg.Connection, words: list[str], listed: str | None
) -> None:
    row = db.execute("select nullif(private.either(%s::text[]), '')", [words]).fetchone()
    assert row == (listed,)
