"""Rate limits: writes are counted exactly, by user or address, without waiting for each other."""

import json

import psycopg
import pytest

from tests.sql.people import Person, become, person
from tests.sql.platform.rate_limits import Window, limit

HERE = {"x-forwarded-for": "203.0.113.7"}


def set_headers(db: psycopg.Connection, headers: dict[str, str]) -> None:
    db.execute("select set_config('request.headers', %s, true)", [json.dumps(headers)])


def write(db: psycopg.Connection) -> dict[str, str]:
    """Run the check that precedes each REST request; the response headers it sets."""
    with db.transaction():
        db.execute("select private.check_request()")
    row = db.execute("select current_setting('response.headers', true)").fetchone()
    assert row
    return {name: value for header in json.loads(row[0] or "[]") for name, value in header.items()}


def refused(db: psycopg.Connection) -> tuple[dict[str, str], dict[str, object]]:
    """Run a write that must be refused; body and details of the error."""
    with pytest.raises(psycopg.Error) as raised:
        write(db)
    assert raised.value.sqlstate == "PGRST"
    primary, detail = raised.value.diag.message_primary, raised.value.diag.message_detail
    assert primary and detail
    return json.loads(primary), json.loads(detail)


def age_first_slot(db: psycopg.Connection, who: Person, age: str) -> None:
    db.execute(
        "update private.rate_slots set taken_at = taken_at - %s::interval where slot = 1 and caller = %s",
        [age, str(who.id)],
    )


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


def test_writes_beyond_the_limit_are_refused_with_headers(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, "authenticated", 3)
    become(db, viewer)
    window = Window(60)
    responses = [write(db) for _ in range(3)]
    assert [headers["X-RateLimit-Remaining"] for headers in responses] == ["2", "1", "0"]
    assert {headers["X-RateLimit-Limit"] for headers in responses} == {"3"}
    assert {int(headers["X-RateLimit-Reset"]) for headers in responses} <= window.waits()
    body, details = refused(db)
    wait = details["headers"]["Retry-After"]  # type: ignore[index]
    assert int(wait) in window.waits()
    assert (body["code"], body["message"]) == ("rate_limited", f"Too many requests: try again in {wait} s")
    assert details == {
        "status": 429,
        "headers": {
            "X-RateLimit-Limit": "3",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": wait,
            "Retry-After": wait,
        },
    }


def test_rate_limit_of_one_user_does_not_affect_another(db: psycopg.Connection, viewer: Person) -> None:
    other = person(db, "other_viewer")
    limit(db, "authenticated", 1)
    become(db, viewer)
    write(db)
    refused(db)
    become(db, other)
    assert write(db)["X-RateLimit-Remaining"] == "0"


def test_rate_slot_is_free_again_after_its_window(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, "authenticated", 2, 3600)
    become(db, viewer)
    window = Window(60)
    write(db)
    write(db)
    refused(db)
    db.execute("reset role")
    age_first_slot(db, viewer, "59 minutes")
    become(db, viewer)
    _, details = refused(db)
    assert int(details["headers"]["Retry-After"]) in window.waits()  # type: ignore[index]
    db.execute("reset role")
    age_first_slot(db, viewer, "1 minute")
    become(db, viewer)
    assert write(db)["X-RateLimit-Remaining"] == "0"
    refused(db)


def test_changed_rate_limit_applies_to_the_next_write(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, "authenticated", 3)
    become(db, viewer)
    write(db)
    write(db)
    db.execute("reset role")
    limit(db, "authenticated", 2)
    become(db, viewer)
    refused(db)
    db.execute("reset role")
    limit(db, "authenticated", 4)
    become(db, viewer)
    assert write(db)["X-RateLimit-Remaining"] == "1"


@pytest.mark.parametrize("role", ["service_role", "authenticated"])
def test_service_role_and_roles_without_a_limit_are_uncounted(
    db: psycopg.Connection, viewer: Person, role: str
) -> None:
    limit(db, "anon", 1)
    become(db, viewer if role == "authenticated" else None, role)
    assert [write(db) for _ in range(3)] == [{}, {}, {}]


def test_reads_are_not_limited_by_the_write_limit(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, "authenticated", 1)
    become(db, viewer)
    write(db)
    db.execute("set local transaction_read_only = on")
    db.execute("select private.check_request()")


@pytest.mark.parametrize(
    ("first", "second", "one_caller"),
    [
        (HERE, HERE, True),
        (HERE, {"x-forwarded-for": "203.0.113.8"}, False),
        (HERE, {"x-forwarded-for": "10.1.1.1, 203.0.113.7"}, True),
        (HERE, {"x-forwarded-for": "198.51.100.1", "cf-connecting-ip": "203.0.113.7"}, True),
        ({"x-forwarded-for": "2001:db8:1:2::1"}, {"x-forwarded-for": "2001:db8:1:2:3:4:5:6"}, True),
        ({"x-forwarded-for": "2001:db8:1:2::1"}, {"x-forwarded-for": "2001:db8:1:3::1"}, False),
        ({}, {"x-forwarded-for": "nonsense; '"}, True),
        ({"x-forwarded-for": ""}, {"x-forwarded-for": "مرحبا, 😀"}, True),
    ],
)
def test_anon_is_counted_by_address(
    db: psycopg.Connection, first: dict[str, str], second: dict[str, str], one_caller: bool
) -> None:
    limit(db, "anon", 1)
    become(db, None)
    set_headers(db, first)
    write(db)
    set_headers(db, second)
    if one_caller:
        refused(db)
    else:
        write(db)


def test_retention_deletes_only_rate_slots_older_than_an_hour(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, "authenticated", 2)
    become(db, viewer)
    write(db)
    write(db)
    db.execute("reset role")
    age_first_slot(db, viewer, "61 minutes")
    db.execute("select private.apply_retention()")
    slots = db.execute("select slot from private.rate_slots where caller = %s", [str(viewer.id)]).fetchall()
    assert slots == [(2,)]


@pytest.mark.parametrize("who", ["anon", "authenticated"])
@pytest.mark.parametrize("table", ["rate_limits", "rate_slots"])
def test_client_cannot_delete_rate_limits_and_slots(
    db: psycopg.Connection, viewer: Person, who: str, table: str
) -> None:
    become(db, viewer if who == "authenticated" else None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"delete from private.{table}")
