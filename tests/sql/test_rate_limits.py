"""Writes are counted exactly, by user or address, and none waits for another."""

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
    """One that begins about now, so many seconds long."""

    def __init__(self, seconds: int) -> None:
        self.seconds, self.began = seconds, time.monotonic()

    def waits(self) -> set[int]:
        """How many whole seconds of it may be left, by what has passed: all of them, on a machine at rest."""
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
    """What the REST server does before each request, and the headers it is told to send."""
    with db.transaction():
        db.execute("select private.check_request()")
    found = db.execute("select current_setting('response.headers', true)").fetchone()
    assert found
    return {name: value for header in json.loads(found[0] or "[]") for name, value in header.items()}


def refused(db: psycopg.Connection) -> tuple[dict[str, str], dict[str, object]]:
    """The body and the rest of a refusal."""
    with pytest.raises(psycopg.Error) as raised:
        write(db)
    assert raised.value.sqlstate == "PGRST"
    primary, detail = raised.value.diag.message_primary, raised.value.diag.message_detail
    assert primary and detail
    return json.loads(primary), json.loads(detail)


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


def test_a_user_writes_as_often_as_the_limit_says(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, "authenticated", 3)
    become(db, viewer)
    window = Window(60)
    told = [write(db) for _ in range(3)]
    assert [headers["X-RateLimit-Remaining"] for headers in told] == ["2", "1", "0"]
    assert {headers["X-RateLimit-Limit"] for headers in told} == {"3"}
    assert {int(headers["X-RateLimit-Reset"]) for headers in told} <= window.waits()
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


def test_another_user_is_not_affected(db: psycopg.Connection, viewer: Person) -> None:
    other = person(db, "other_viewer")
    limit(db, "authenticated", 1)
    become(db, viewer)
    write(db)
    refused(db)
    become(db, other)
    assert write(db)["X-RateLimit-Remaining"] == "0"


def test_a_slot_is_free_again_a_window_later(db: psycopg.Connection, viewer: Person) -> None:
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


def test_a_changed_limit_holds_from_the_next_write_on(db: psycopg.Connection, viewer: Person) -> None:
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


def test_the_service_and_roles_without_a_limit_are_not_counted(
    db: psycopg.Connection, viewer: Person
) -> None:
    limit(db, "anon", 1)
    for who, role in ((None, "service_role"), (viewer, "authenticated")):
        become(db, who, role)
        assert [write(db) for _ in range(3)] == [{}, {}, {}]


def test_reads_pass(db: psycopg.Connection, viewer: Person) -> None:
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


def test_old_slots_are_forgotten_and_those_of_the_last_hour_are_not(
    db: psycopg.Connection, viewer: Person
) -> None:
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
def test_nobody_but_the_service_touches_limits_and_slots(
    db: psycopg.Connection, viewer: Person, who: str, table: str
) -> None:
    become(db, viewer if who == "authenticated" else None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"delete from private.{table}")


class Requests:
    """Requests of one user, each in a transaction of its own on a connection of its own."""

    def __init__(self, url: str) -> None:
        self.url, self.user = url, uuid4()

    def connect(self) -> psycopg.Connection:
        connection = psycopg.connect(self.url)
        connection.execute("set lock_timeout = '60s'")
        connection.commit()
        return connection

    def begin(self, connection: psycopg.Connection) -> bool:
        """Whether the write is admitted; its transaction is left open."""
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


def test_of_sixty_four_at_once_exactly_a_hundred_writes_are_admitted(
    stack: Stack, requests: Requests
) -> None:
    committed(stack, 100)

    def client(_: int) -> int:
        with closing(requests.connect()) as connection:
            return sum(requests.send(connection) for _ in range(5))

    with ThreadPoolExecutor(64) as clients:
        assert sum(clients.map(client, range(64))) == 100


def test_a_window_that_passes_meanwhile_admits_no_more_than_the_limit_in_it(
    stack: Stack, requests: Requests
) -> None:
    """Each slot is taken at most once a window, whoever asks and whenever: the slots tell how often."""
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


def test_a_transaction_held_open_makes_no_other_wait(stack: Stack, requests: Requests) -> None:
    committed(stack, 2)
    with closing(requests.connect()) as held, closing(requests.connect()) as other:
        assert requests.begin(held)
        assert requests.send(other)
        assert not requests.send(other)
        held.commit()
        assert not requests.send(other)


def test_what_is_rolled_back_gives_its_slot_back(stack: Stack, requests: Requests) -> None:
    committed(stack, 1)
    with closing(requests.connect()) as held, closing(requests.connect()) as other:
        assert requests.begin(held)
        assert not requests.send(other)
        held.rollback()
        assert requests.send(other)
        assert not requests.send(held)


def entry(db: psycopg.Connection, scope: str, caller: str, role: str = "anon") -> tuple[object, ...]:
    """As Auth counts: admitted, requests, remaining, wait."""
    row = db.execute("select * from private.admit_request(%s, %s, %s)", [role, scope, caller]).fetchone()
    assert row
    return row


def allow(db: psycopg.Connection, role: str, scope: str, requests: int) -> None:
    db.execute(
        "insert into private.rate_limits values (%s, %s, %s, 300) "
        "on conflict (role, scope) do update set requests = excluded.requests",
        [role, scope, requests],
    )


def test_servers_count_each_scope_and_caller_apart(db: psycopg.Connection, viewer: Person) -> None:
    allow(db, "anon", "sign_in", 2)
    allow(db, "anon", "refresh", 1)
    window = Window(300)
    here, there = "203.0.113.7/32", "203.0.113.8/32"
    asked = [*[("sign_in", here)] * 3, ("sign_in", there), ("refresh", here)]
    *found, waits = zip(*(entry(db, scope, caller) for scope, caller in asked), strict=True)
    assert list(zip(*found, strict=True)) == [
        *[(True, 2, 1), (True, 2, 0), (False, 2, 0)],
        *[(True, 2, 1), (True, 1, 0)],
    ]
    assert set(waits) <= window.waits()


def test_what_has_no_limit_is_not_counted(db: psycopg.Connection) -> None:
    db.execute("delete from private.rate_limits; delete from private.rate_slots")
    assert entry(db, "sign_in", "203.0.113.7/32") == (None,) * 4
    assert entry(db, "storage", str(uuid4()), "service_role") == (None,) * 4
    assert db.execute("select count(*) from private.rate_slots").fetchone() == (0,)


AWKWARD = 'o\'neil+"a b";&%,😀@مثال.example'


def test_an_account_is_one_whatever_its_capitals_and_its_address_is_not_kept(db: psycopg.Connection) -> None:
    allow(db, "anon", "password", 2)
    assert entry(db, "password", AWKWARD)[0]
    assert entry(db, "password", AWKWARD.upper())[0]
    assert not entry(db, "password", AWKWARD.title())[0]
    assert entry(db, "password", "x" * 1_000_000)[0]
    callers = db.execute("select distinct caller from private.rate_slots where scope = 'password'").fetchall()
    assert all(len(caller) == 64 and "neil" not in caller for (caller,) in callers)


def test_auths_hook_rejects_tries_of_a_password_that_are_too_many(
    db: psycopg.Connection, viewer: Person
) -> None:
    """Right or wrong, and together with those that are counted without it."""

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
        said = decide(viewer, valid)
        assert said["decision"] == "reject"
        assert said["message"] in {f"Too many tries: try again in {wait} s" for wait in window.waits()}
    assert decide(other, False) == {"decision": "continue"}


@pytest.mark.parametrize("call", ["admit_request('anon', 'sign_in', 'x')", "password_attempt_hook('{}')"])
@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_nobody_but_the_servers_counts_for_others(
    db: psycopg.Connection, viewer: Person, role: str, call: str
) -> None:
    become(db, viewer, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"admit_request|password_attempt_hook"):
        db.execute(f"select private.{call}")


@pytest.mark.parametrize("scope", ["mail", "", "Read", "'; drop table x; --"])
def test_a_limit_is_of_something_that_is_counted(db: psycopg.Connection, scope: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        allow(db, "anon", scope, 1)
