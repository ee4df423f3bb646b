"""Profiles: one to five an account, one of them the default."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.conftest import Stack
from tests.sql.identity.kids import acting
from tests.sql.identity.profiles import add
from tests.sql.people import Person, become, item, person, rate

LIMIT = 5


def default_of(db: psycopg.Connection, who: Person) -> list[UUID]:
    db.execute("reset role")
    rows = db.execute("select id from profiles where account_id = %s and is_default", [who.id])
    return [row[0] for row in rows]


def test_owner_can_add_a_profile_with_its_own_rater(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    row = db.execute(
        "insert into profiles (name, is_kids, learning_languages, avatar_path, preferences) "
        """values ('Zoë "+;&%%,😀 שלום', true, '{fr,ja}', %s, '{"dark": null}') """
        "returning id, account_id, is_default, maturity_rating",
        [f"{viewer.id}/a/b c+d.png"],
    ).fetchone()
    assert row and row[1:] == (viewer.id, False, "PG-13")
    db.execute("reset role")
    raters = db.execute("select count(*) from raters where profile_id = %s", [row[0]]).fetchone()
    assert raters == (1,)


def test_viewer_cannot_add_a_profile_to_another_account(db: psycopg.Connection, viewer: Person) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        db.execute("insert into profiles (account_id, name) values (%s, 'Mine')", [viewer.id])


def test_insert_into_another_full_account_is_refused_by_policy(
    db: psycopg.Connection, viewer: Person
) -> None:
    become(db, viewer)
    for _ in range(LIMIT - 1):
        add(db)
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        db.execute("insert into profiles (account_id, name) values (%s, 'Mine')", [viewer.id])


def test_anon_cannot_add_a_profile(db: psycopg.Connection) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        add(db)


@pytest.mark.parametrize(
    ("column", "value"),
    [("is_default", True), ("id", uuid4()), ("created_at", "2000-01-01"), ("updated_at", "2000-01-01")],
)
def test_owner_cannot_insert_protected_profile_columns(
    db: psycopg.Connection, viewer: Person, column: str, value: object
) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"insert into profiles (name, {column}) values ('x', %s)", [value])


@pytest.mark.parametrize("column", ["is_default", "account_id", "id"])
def test_owner_cannot_update_protected_profile_columns(
    db: psycopg.Connection, viewer: Person, column: str
) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"update profiles set {column} = {column}")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("learning_languages", ["French"]),
        ("learning_languages", ["fr", None]),
        ("learning_languages", ["fr,de"]),
        ("learning_languages", [["fr"], ["de"]]),
        ("learning_languages", ["fr"] * 21),
        ("learning_languages", [""]),
        ("avatar_path", ""),
        ("avatar_path", "/absolute.png"),
        ("avatar_path", "a//b.png"),
        ("avatar_path", "x" * 301),
        ("name", " "),
        ("maturity_rating", "XXX"),
        ("preferences", Jsonb([1])),
    ],
)
def test_invalid_profile_value_is_refused(
    db: psycopg.Connection, viewer: Person, column: str, value: object
) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute(f"update profiles set {column} = %s", [value])


def test_sixth_profile_is_refused_with_a_hint(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    for _ in range(LIMIT - 1):
        add(db)
    with pytest.raises(psycopg.Error) as refusal:
        add(db)
    assert refusal.value.sqlstate == "PT409"
    assert json.loads(refusal.value.diag.message_detail or "") == {"limit": LIMIT}
    assert refusal.value.diag.message_hint


def test_six_profiles_in_one_statement_are_refused(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.Error) as refusal:
        db.execute("insert into profiles (name) select 'P' || n from generate_series(1, 5) as n")
    assert refusal.value.sqlstate == "PT409"


def test_profile_limit_is_read_from_tier_limits(db: psycopg.Connection, viewer: Person) -> None:
    db.execute("update tier_limits set value = 2 where tier = 'free' and name = 'profiles'")
    become(db, viewer)
    add(db)
    with pytest.raises(psycopg.Error, match="up to 2 profiles"):
        add(db)


@pytest.fixture
def committed(stack: Stack) -> Iterator[Person]:
    """A committed viewer, visible to other connections."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        viewer = person(connection, "committed_viewer")
        yield viewer
        connection.execute("delete from auth.users where id = %s", [viewer.id])


def at_once(
    stack: Stack, who: Person, acts: list[Callable[[psycopg.Connection], object]]
) -> list[str | None]:
    """Run acts concurrently, each in its own transaction; the sqlstate of each error, None for success."""
    start = threading.Barrier(len(acts))

    def one(act: Callable[[psycopg.Connection], object]) -> str | None:
        with psycopg.connect(stack.database_url) as connection:
            become(connection, who)
            start.wait(timeout=120)
            try:
                act(connection)
                connection.commit()
            except psycopg.Error as error:
                return error.sqlstate
        return None

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def count(stack: Stack, who: Person) -> tuple[object, ...] | None:
    with psycopg.connect(stack.database_url) as connection:
        return connection.execute(
            "select count(*), count(*) filter (where is_default) from profiles where account_id = %s",
            [who.id],
        ).fetchone()


def test_concurrent_inserts_stop_at_the_profile_limit(stack: Stack, committed: Person) -> None:
    outcomes = at_once(stack, committed, [add] * 8)
    assert sorted(outcomes, key=str) == [None] * 4 + ["PT409"] * 4
    assert count(stack, committed) == (LIMIT, 1)


def test_blocked_insert_is_refused_once_the_account_is_full(stack: Stack, committed: Person) -> None:
    with psycopg.connect(stack.database_url) as first, psycopg.connect(stack.database_url) as second:
        become(first, committed)
        for _ in range(LIMIT - 1):
            add(first)
        become(second, committed)
        second.execute("set local lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            add(second)
        first.commit()
        second.rollback()
        become(second, committed)
        with pytest.raises(psycopg.Error) as refusal:
            add(second)
        assert refusal.value.sqlstate == "PT409"


def test_concurrent_deletes_leave_one_profile(stack: Stack, committed: Person) -> None:
    with psycopg.connect(stack.database_url) as connection:
        become(connection, committed)
        others = [add(connection) for _ in range(3)]
        connection.commit()

    def deletion(profile: UUID) -> Callable[[psycopg.Connection], object]:
        return lambda connection: connection.execute("delete from profiles where id = %s", [profile])

    outcomes = at_once(stack, committed, [deletion(profile) for profile in (committed.profile_id, *others)])
    assert sorted(outcomes, key=str) == [None] * 3 + ["PT409"]
    assert count(stack, committed) == (1, 1)


def test_last_profile_cannot_be_deleted(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.Error) as refusal:
        db.execute("delete from profiles")
    assert refusal.value.sqlstate == "PT409"
    assert refusal.value.diag.message_hint


def test_all_profiles_in_one_statement_cannot_be_deleted(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    add(db)
    with pytest.raises(psycopg.Error) as refusal:
        db.execute("delete from profiles")
    assert refusal.value.sqlstate == "PT409"


def test_viewer_cannot_delete_another_accounts_profile(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    profile = add(db)
    become(db, person(db, "other_viewer"))
    assert db.execute("delete from profiles where id = %s", [profile]).rowcount == 0


def test_oldest_profile_becomes_default_when_it_is_deleted(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    younger, older = add(db, "Younger"), add(db, "Older")
    db.execute("reset role")
    db.execute("update profiles set created_at = now() - interval '1 day' where id = %s", [older])
    become(db, viewer)
    db.execute("delete from profiles where id = %s", [viewer.profile_id])
    assert default_of(db, viewer) == [older]
    assert younger != older


def test_ratings_of_a_deleted_profile_are_pseudonymised(db: psycopg.Connection, viewer: Person) -> None:
    film = item(db, "A film")
    rate(db, viewer.rater_id, {film: 4})
    db.execute("update ratings set updated_at = now() - interval '8 days' where item_id = %s", [film])
    become(db, viewer)
    add(db)
    db.execute("delete from profiles where id = %s", [viewer.profile_id])
    db.execute("reset role")
    row = db.execute(
        "select a.profile_id, a.rating_count, a.id <> %s from raters a join ratings r on r.rater_id = a.id "
        "where r.item_id = %s",
        [viewer.rater_id, film],
    ).fetchone()
    assert row == (None, 1, True)


def test_owner_can_set_another_default_profile(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    other = add(db)
    for _ in range(2):
        db.execute("select set_default_profile(%s)", [other])
        assert acting(db) == other
    assert default_of(db, viewer) == [other]


def test_viewer_cannot_set_another_accounts_default(db: psycopg.Connection, viewer: Person) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select set_default_profile(%s)", [viewer.profile_id])


@pytest.mark.parametrize(
    ("role", "profile", "sqlstate"),
    [
        ("authenticated", None, "22023"),
        ("authenticated", uuid4(), "42501"),
        ("anon", uuid4(), "42501"),
        ("service_role", uuid4(), "PT404"),
        ("service_role", None, "22023"),
    ],
)
def test_default_profile_that_does_not_exist_is_refused(
    db: psycopg.Connection, viewer: Person, role: str, profile: UUID | None, sqlstate: str
) -> None:
    become(db, viewer, role)
    with pytest.raises(psycopg.Error) as refusal:
        db.execute("select set_default_profile(%s)", [profile])
    assert refusal.value.sqlstate == sqlstate


def test_service_role_can_set_the_default_of_any_account(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    other = add(db)
    become(db, None, "service_role")
    db.execute("select set_default_profile(%s)", [other])
    assert default_of(db, viewer) == [other]


ACTS = {
    "insert": "insert into profiles (name) values ('Another')",
    "delete": "delete from profiles where id = %(profile)s",
    "choose": "select set_default_profile(%(profile)s)",
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 9)), max_size=25))
def test_account_keeps_one_to_five_profiles_and_one_default(
    db: psycopg.Connection, acts: list[tuple[str, int]]
) -> None:
    become(db, person(db, "viewer"))
    for act, number in acts:
        before = [row[0] for row in db.execute("select id from profiles order by created_at, id")]
        allowed = {"insert": len(before) < LIMIT, "delete": len(before) > 1, "choose": True}[act]
        try:
            with db.transaction():
                db.execute(ACTS[act], {"profile": before[number % len(before)]})
        except psycopg.Error as error:
            assert (error.sqlstate, allowed) == ("PT409", False)
        else:
            assert allowed
        left = db.execute("select count(*), count(*) filter (where is_default) from profiles").fetchone()
        change = {"insert": 1, "delete": -1, "choose": 0}[act] if allowed else 0
        assert left == (len(before) + change, 1)
