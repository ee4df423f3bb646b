"""Requests that servers count: sign-ins, refreshes, password attempts."""

import json
from uuid import uuid4

import psycopg
import pytest

from tests.sql.people import Person, become, person
from tests.sql.platform.rate_limits import Window, allow, entry


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


def test_requests_are_counted_per_scope_and_caller(db: psycopg.Connection, viewer: Person) -> None:
    allow(db, "anon", "sign_in", 2)
    allow(db, "anon", "refresh", 1)
    window = Window(300)
    here, there = "203.0.113.7/32", "203.0.113.8/32"
    requests = [*[("sign_in", here)] * 3, ("sign_in", there), ("refresh", here)]
    *columns, waits = zip(*(entry(db, scope, caller) for scope, caller in requests), strict=True)
    assert list(zip(*columns, strict=True)) == [
        *[(True, 2, 1), (True, 2, 0), (False, 2, 0)],
        *[(True, 2, 1), (True, 1, 0)],
    ]
    assert set(waits) <= window.waits()


def test_scope_without_a_limit_is_not_counted(db: psycopg.Connection) -> None:
    db.execute("delete from private.rate_limits; delete from private.rate_slots")
    assert entry(db, "sign_in", "203.0.113.7/32") == (None,) * 4
    assert entry(db, "storage", str(uuid4()), "service_role") == (None,) * 4
    assert db.execute("select count(*) from private.rate_slots").fetchone() == (0,)


AWKWARD = 'o\'neil+"a b";&%,😀@مثال.example'


def test_password_attempts_ignore_case_and_store_no_email(db: psycopg.Connection) -> None:
    allow(db, "anon", "password", 2)
    assert entry(db, "password", AWKWARD)[0]
    assert entry(db, "password", AWKWARD.upper())[0]
    assert not entry(db, "password", AWKWARD.title())[0]
    assert entry(db, "password", "x" * 1_000_000)[0]
    callers = db.execute("select distinct caller from private.rate_slots where scope = 'password'").fetchall()
    assert all(len(caller) == 64 and "neil" not in caller for (caller,) in callers)


def test_password_hook_rejects_attempts_beyond_the_limit(db: psycopg.Connection, viewer: Person) -> None:
    """Correct and wrong passwords count, together with attempts that are counted without the hook."""

    def decide(who: Person, valid: bool) -> dict[str, str]:
        event = json.dumps({"user_id": str(who.id), "valid": valid})
        row = db.execute("select private.password_attempt_hook(%s)", [event]).fetchone()
        assert row
        return dict(row[0])

    other = person(db, "other_viewer")
    assert decide(viewer, False) == {"decision": "continue"}
    allow(db, "anon", "password", 3)
    window = Window(300)
    row = db.execute("select email from auth.users where id = %s", [viewer.id]).fetchone()
    assert row
    assert decide(viewer, False) == {"decision": "continue"}
    assert entry(db, "password", row[0])[0]
    assert decide(viewer, True) == {"decision": "continue"}
    for valid in (True, False):
        response = decide(viewer, valid)
        assert response["decision"] == "reject"
        assert response["message"] in {f"Too many tries: try again in {wait} s" for wait in window.waits()}
    assert decide(other, False) == {"decision": "continue"}


@pytest.mark.parametrize("call", ["admit_request('anon', 'sign_in', 'x')", "password_attempt_hook('{}')"])
@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_client_cannot_call_the_counting_functions(
    db: psycopg.Connection, viewer: Person, role: str, call: str
) -> None:
    become(db, viewer, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"admit_request|password_attempt_hook"):
        db.execute(f"select private.{call}")


@pytest.mark.parametrize("scope", ["mail", "", "Read", "'; drop table x; --"])
def test_rate_limit_of_an_unknown_scope_is_refused(db: psycopg.Connection, scope: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        allow(db, "anon", scope, 1)
