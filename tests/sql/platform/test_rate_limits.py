"""Rate limits: writes are counted exactly, by user or address, without waiting for each other."""

import json
import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import Stack
from tests.sql.people import Person, become, person

HERE = {"x-forwarded-for": "203.0.113.7"}


class Window:
    """A rate limit window of `seconds` that begins now."""

    def __init__(self, seconds: int) -> None:
        self.seconds, self.began = seconds, time.monotonic()

    def waits(self) -> set[int]:
        """Whole seconds that may remain, given the time that has passed; on an idle machine all of them."""
        passed = time.monotonic() - self.began
        return set(range(math.ceil(self.seconds - passed), self.seconds + 1))


def limit(db: psycopg.Connection, role: str, requests: int, seconds: int = 60) -> None:
    db.execute(
        "insert into private.rate_limits values (%s, 'write', %s, %s) "
        "on conflict (role, scope) do update "
        "set requests = excluded.requests, window_seconds = excluded.window_seconds",
        [role, requests, seconds],
    )


def ask_from(db: psycopg.Connection, headers: dict[str, str]) -> None:
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
    body, answer = refused(db)
    wait = answer["headers"]["Retry-After"]  # type: ignore[index]
    assert int(wait) in window.waits()
    assert (body["code"], body["message"]) == ("rate_limited", f"Too many requests: try again in {wait} s")
    assert answer == {
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
    db.execute("update private.rate_slots set taken_at = taken_at - interval '59 minutes' where slot = 1")
    become(db, viewer)
    _, answer = refused(db)
    assert int(answer["headers"]["Retry-After"]) in window.waits()  # type: ignore[index]
    db.execute("reset role")
    db.execute("update private.rate_slots set taken_at = taken_at - interval '1 minute' where slot = 1")
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


def test_service_role_and_roles_without_a_limit_are_uncounted(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, "anon", 1)
    for who, role in ((None, "service_role"), (viewer, "authenticated")):
        become(db, who, role)
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
    ask_from(db, first)
    write(db)
    ask_from(db, second)
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
    db.execute("update private.rate_slots set taken_at = taken_at - interval '61 minutes' where slot = 1")
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


class Requests:
    """Requests of one user, each in its own transaction and connection."""

    def __init__(self, url: str) -> None:
        self.url, self.user = url, uuid4()

    def connect(self) -> psycopg.Connection:
        connection = psycopg.connect(self.url)
        connection.execute("set lock_timeout = '60s'")
        connection.commit()
        return connection

    def begin(self, connection: psycopg.Connection) -> bool:
        """Whether the write is admitted; its transaction stays open."""
        claims = json.dumps({"role": "authenticated", "sub": str(self.user)})
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("set local role authenticated")
        try:
            connection.execute("select private.count_request()")
        except psycopg.Error as error:
            assert error.sqlstate == "PGRST", error
            connection.rollback()
            return False
        return True

    def send(self, connection: psycopg.Connection) -> bool:
        admitted = self.begin(connection)
        connection.commit()
        return admitted


@pytest.fixture
def requests(stack: Stack) -> Iterator[Requests]:
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        yield Requests(stack.database_url)
        admin.execute("delete from private.rate_limits")
        admin.execute("truncate private.rate_slots")


def committed(stack: Stack, requests: int, seconds: int = 3600) -> None:
    with psycopg.connect(stack.database_url) as admin:
        limit(admin, "authenticated", requests, seconds)


def test_concurrent_writes_are_admitted_exactly_to_the_limit(stack: Stack, requests: Requests) -> None:
    committed(stack, 100)

    def client(_: int) -> int:
        with closing(requests.connect()) as connection:
            return sum(requests.send(connection) for _ in range(5))

    with ThreadPoolExecutor(64) as clients:
        assert sum(clients.map(client, range(64))) == 100


def test_no_window_admits_more_than_the_limit_as_time_passes(stack: Stack, requests: Requests) -> None:
    """A trigger records each taken slot: any eleven consecutive ones span at least a window."""
    committed(stack, 10, 1)
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute("create table private.test_taken (slot int, taken_at timestamptz)")
        admin.execute(
            "create function private.test_keep() returns trigger language plpgsql security definer as "
            "$$begin insert into private.test_taken values (new.slot, new.taken_at); return null; end$$"
        )
        admin.execute(
            "create trigger test_keep after insert or update on private.rate_slots "
            "for each row execute function private.test_keep()"
        )
        try:

            def client(_: int) -> int:
                with closing(requests.connect()) as connection:
                    return sum(requests.send(connection) for _ in range(300))

            with ThreadPoolExecutor(16) as clients:
                admitted = sum(clients.map(client, range(16)))
            times = [row[0] for row in admin.execute("select taken_at from private.test_taken order by 1")]
        finally:
            admin.execute("drop table private.test_taken")
            admin.execute("drop function private.test_keep() cascade")
    assert len(times) == admitted > 10
    gaps = [(later - earlier).total_seconds() for earlier, later in zip(times, times[10:], strict=False)]
    assert min(gaps) >= 1


def test_open_transaction_does_not_block_other_writes(stack: Stack, requests: Requests) -> None:
    committed(stack, 2)
    with closing(requests.connect()) as held, closing(requests.connect()) as other:
        assert requests.begin(held)
        assert requests.send(other)
        assert not requests.send(other)
        held.commit()
        assert not requests.send(other)


def test_rollback_frees_the_rate_slot(stack: Stack, requests: Requests) -> None:
    committed(stack, 1)
    with closing(requests.connect()) as held, closing(requests.connect()) as other:
        assert requests.begin(held)
        assert not requests.send(other)
        held.rollback()
        assert requests.send(other)
        assert not requests.send(held)


def entry(db: psycopg.Connection, scope: str, caller: str, role: str = "anon") -> tuple[object, ...]:
    """Count a request like Auth; admitted, requests, remaining, wait in seconds."""
    row = db.execute("select * from private.admit_request(%s, %s, %s)", [role, scope, caller]).fetchone()
    assert row
    return row


def allow(db: psycopg.Connection, role: str, scope: str, requests: int) -> None:
    db.execute(
        "insert into private.rate_limits values (%s, %s, %s, 300) "
        "on conflict (role, scope) do update set requests = excluded.requests",
        [role, scope, requests],
    )


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


@pytest.mark.parametrize("call", ["count_entry('anon', 'sign_in', 'x')", "password_attempt_hook('{}')"])
@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_client_cannot_call_the_counting_functions(
    db: psycopg.Connection, viewer: Person, role: str, call: str
) -> None:
    become(db, viewer, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"count_entry|password_attempt_hook"):
        db.execute(f"select private.{call}")


@pytest.mark.parametrize("scope", ["mail", "", "Read", "'; drop table x; --"])
def test_rate_limit_of_an_unknown_scope_is_refused(db: psycopg.Connection, scope: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        allow(db, "anon", scope, 1)
