"""Accounts: which columns their owner can change, usernames, sign-up and deletion."""

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, person


@pytest.fixture
def free_viewer(db: psycopg.Connection) -> Person:
    return person(db, "free_viewer")


def username_of(db: psycopg.Connection, who: Person) -> object:
    row = db.execute("select username::text from accounts where id = %s", [who.id]).fetchone()
    assert row
    return row[0]


def signed_up_as(db: psycopg.Connection, wanted: object) -> object:
    """The username of a new user whose sign-up requested `wanted`."""
    row = db.execute(
        "insert into auth.users (id, email, raw_user_meta_data) "
        "values (gen_random_uuid(), 'x@example.com', %s) returning id",
        [Jsonb({"username": wanted})],
    ).fetchone()
    account = db.execute("select username::text from accounts where id = %s", row).fetchone()
    assert account
    return account[0]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("display_name", """O'Neil "+;&%,😀 שלום"""),
        ("username", "Zoe_42"),
        ("locale", "pt-BR"),
        ("locale", "zh-Hant-TW"),
        ("time_zone", "America/Argentina/Buenos_Aires"),
        ("time_zone", "UTC"),
        ("country", "FR"),
        ("country", None),
    ],
)
def test_owner_can_update_own_account_columns(
    db: psycopg.Connection, free_viewer: Person, column: str, value: object
) -> None:
    become(db, free_viewer)
    assert db.execute(f"update accounts set {column} = %s", [value]).rowcount == 1
    assert db.execute(f"select {column} from accounts").fetchone() == (value,)


@pytest.mark.parametrize("column", ["id", "email", "status", "status_reason", "created_at"])
def test_owner_cannot_update_protected_account_columns(
    db: psycopg.Connection, free_viewer: Person, column: str
) -> None:
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"update accounts set {column} = null")


@pytest.mark.parametrize("column", ["display_name", "username", "locale", "time_zone", "country"])
def test_viewer_cannot_update_another_account(
    db: psycopg.Connection, free_viewer: Person, column: str
) -> None:
    become(db, person(db, "other_viewer"))
    changed = db.execute(f"update accounts set {column} = {column} where id = %s", [free_viewer.id])
    assert changed.rowcount == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("username", "ab"),
        ("username", "x" * 31),
        ("username", "two words"),
        ("username", "a+b;c"),
        ("username", "Zoë"),
        ("username", ""),
        ("username", "name\n"),
        ("locale", "english please"),
        ("locale", ""),
        ("locale", "en_US"),
        ("locale", "en-" + "a" * 8 + "-bb" * 20),
        ("country", "fr"),
    ],
)
def test_invalid_account_value_is_refused(
    db: psycopg.Connection, free_viewer: Person, column: str, value: str
) -> None:
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute(f"update accounts set {column} = %s", [value])


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "", "europe/paris", "XYZ3", "UTC+25", "'; drop table x; --", "%"]
)
def test_unknown_time_zone_is_refused(db: psycopg.Connection, free_viewer: Person, zone: str) -> None:
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refusal:
        db.execute("update accounts set time_zone = %s", [zone])
    assert refusal.value.diag.message_detail == '{"field": "time_zone"}'


def test_username_is_unique_regardless_of_case(db: psycopg.Connection, free_viewer: Person) -> None:
    other = person(db, "other_viewer")
    become(db, other)
    db.execute("update accounts set username = 'Zoe_42'")
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.execute("update accounts set username = 'zOE_42'")


def test_username_of_sign_up_metadata_is_stored(db: psycopg.Connection) -> None:
    assert signed_up_as(db, "Zoe_42") == "Zoe_42"


@pytest.mark.parametrize(
    "wanted", ["zoe_42", "no", "x" * 31, "two words", "😀😀😀", None, 7, {"a": 1}, "drop;--"]
)
def test_sign_up_ignores_an_unavailable_username(db: psycopg.Connection, wanted: object) -> None:
    become(db, first := person(db, "first_viewer"))
    db.execute("update accounts set username = 'Zoe_42'")
    db.execute("reset role")
    assert signed_up_as(db, wanted) is None
    assert username_of(db, first) == "Zoe_42"


def test_deleting_a_user_deletes_account_profiles_and_subscription(
    db: psycopg.Connection, free_viewer: Person
) -> None:
    db.execute(
        "insert into subscriptions values (%s, 'premium', 'active', now() + interval '1 day')",
        [free_viewer.id],
    )
    db.execute("delete from auth.users where id = %s", [free_viewer.id])
    left = db.execute(
        "select (select count(*) from accounts where id = %(user)s), "
        "(select count(*) from profiles where account_id = %(user)s), "
        "(select count(*) from subscriptions where account_id = %(user)s)",
        {"user": free_viewer.id},
    ).fetchone()
    assert left == (0, 0, 0)
