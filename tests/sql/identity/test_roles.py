"""Roles and account status: who may grant, revoke, suspend and restore, and what the audit log records."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import Stack
from tests.sql.people import Person, admin, become, person
from tests.waiting import until

CALLS = {
    "grant_role": "select grant_role(%(user)s, %(role)s)",
    "revoke_role": "select revoke_role(%(user)s, %(role)s)",
    "get_user_roles": "select get_user_roles(%(user)s)",
    "suspend_account": "select suspend_account(%(user)s, 'why')",
    "restore_account": "select restore_account(%(user)s)",
    "get_account": "select get_account(%(user)s)",
}


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db, "free_viewer")


@pytest.fixture
def admin_user(db: psycopg.Connection) -> Person:
    return admin(db)


def result_of(db: psycopg.Connection, query: str, who: Person, role: str | None = None) -> object:
    row = db.execute(query, {"user": who.id, "role": role}).fetchone()
    assert row
    return row[0]


def log_entries(db: psycopg.Connection, who: Person) -> list[tuple[object, ...]]:
    """Audit log entries about a user: action, actor, role of the actor, before, after."""
    db.execute("reset role")
    return db.execute(
        "select action, actor_id, actor_role, before, after from private.audit_log "
        "where subject_id = %s order by id",
        [str(who.id)],
    ).fetchall()


def test_admin_can_grant_and_revoke_roles(db: psycopg.Connection, viewer: Person, admin_user: Person) -> None:
    become(db, admin_user)
    assert result_of(db, CALLS["grant_role"], viewer, "tutor") == ["tutor"]
    assert result_of(db, CALLS["grant_role"], viewer, "editor") == ["editor", "tutor"]
    assert result_of(db, CALLS["grant_role"], viewer, "editor") == ["editor", "tutor"]
    assert result_of(db, CALLS["revoke_role"], viewer, "tutor") == ["editor"]
    assert result_of(db, CALLS["revoke_role"], viewer, "tutor") == ["editor"]
    assert result_of(db, CALLS["get_user_roles"], viewer) == ["editor"]
    assert log_entries(db, viewer) == [
        ("role.granted", admin_user.id, "authenticated", None, {"role": "tutor"}),
        ("role.granted", admin_user.id, "authenticated", None, {"role": "editor"}),
        ("role.revoked", admin_user.id, "authenticated", {"role": "tutor"}, None),
    ]


def test_service_role_can_grant_roles(db: psycopg.Connection, viewer: Person) -> None:
    become(db, None, "service_role")
    assert result_of(db, CALLS["grant_role"], viewer, "admin") == ["admin"]
    assert result_of(db, CALLS["get_user_roles"], viewer) == ["admin"]
    assert log_entries(db, viewer) == [("role.granted", None, "service_role", None, {"role": "admin"})]


def make_only_admin(db: psycopg.Connection, admin_user: Person) -> None:
    """Make `admin_user` the only admin and act as it."""
    db.execute("reset role")
    db.execute("delete from private.user_roles where role = 'admin' and user_id <> %s", [admin_user.id])
    become(db, admin_user)


@pytest.mark.parametrize("call", ["revoke_role", "suspend_account"])
def test_last_admin_cannot_be_removed(db: psycopg.Connection, admin_user: Person, call: str) -> None:
    make_only_admin(db, admin_user)
    with (
        pytest.raises(psycopg.Error, match="the last active admin cannot be removed") as refusal,
        db.transaction(),
    ):
        result_of(db, CALLS[call], admin_user, "admin")
    assert refusal.value.sqlstate == "PT409"
    assert refusal.value.diag.message_detail == '{"field": "user_id"}'
    assert result_of(db, CALLS["get_user_roles"], admin_user) == ["admin"]


@pytest.mark.parametrize("call", ["revoke_role", "suspend_account"])
@pytest.mark.parametrize("status", ["suspended", "deleting"])
def test_inactive_admin_does_not_count_as_another_admin(
    db: psycopg.Connection, viewer: Person, admin_user: Person, call: str, status: str
) -> None:
    make_only_admin(db, admin_user)
    result_of(db, CALLS["grant_role"], viewer, "admin")
    db.execute("reset role")
    db.execute("update accounts set status = %s where id = %s", [status, viewer.id])
    become(db, admin_user)
    with pytest.raises(psycopg.Error, match="the last active admin cannot be removed"):
        result_of(db, CALLS[call], admin_user, "admin")


@pytest.mark.parametrize("call", ["revoke_role", "suspend_account"])
def test_only_the_service_role_can_remove_the_last_admin(
    db: psycopg.Connection, viewer: Person, admin_user: Person, call: str
) -> None:
    make_only_admin(db, admin_user)
    result_of(db, CALLS["grant_role"], viewer, "admin")
    result_of(db, CALLS[call], viewer, "admin")
    become(db, None, "service_role")
    result_of(db, CALLS[call], admin_user, "admin")


def test_other_roles_of_the_last_admin_can_be_revoked(db: psycopg.Connection, admin_user: Person) -> None:
    make_only_admin(db, admin_user)
    result_of(db, CALLS["grant_role"], admin_user, "tutor")
    assert result_of(db, CALLS["revoke_role"], admin_user, "tutor") == ["admin"]


@pytest.fixture
def two_admins(stack: Stack) -> Iterator[list[Person]]:
    """Two committed admins, the only ones until the test has ended."""
    with psycopg.connect(stack.database_url) as setting:
        others = setting.execute(
            "delete from private.user_roles where role = 'admin' returning user_id"
        ).fetchall()
        two = [admin(setting), admin(setting)]
    yield two
    with psycopg.connect(stack.database_url) as mending:
        mending.execute("delete from auth.users where id = any (%s)", [[one.id for one in two]])
        mending.cursor().executemany(
            "insert into private.user_roles (user_id, role) values (%s, 'admin')", others
        )


def wait_for(db: psycopg.Connection, waiting: psycopg.Connection) -> None:
    """Wait until the other connection is blocked by a lock."""
    blocked = "select pg_blocking_pids(%s) <> '{}'"
    until(lambda: db.execute(blocked, [waiting.info.backend_pid]).fetchone() == (True,))


@pytest.mark.parametrize(
    ("call", "later_call", "sqlstate"),
    [
        ("revoke_role", "revoke_role", "42501"),
        ("revoke_role", "suspend_account", "42501"),
        ("suspend_account", "revoke_role", "PT409"),
        ("suspend_account", "suspend_account", "PT409"),
    ],
)
def test_concurrent_removal_of_two_admins_leaves_one(
    stack: Stack, db: psycopg.Connection, two_admins: list[Person], call: str, later_call: str, sqlstate: str
) -> None:
    one, other = two_admins
    with (
        psycopg.connect(stack.database_url) as first,
        psycopg.connect(stack.database_url) as second,
        ThreadPoolExecutor(1) as thread,
    ):
        become(first, one)
        become(second, other)
        result_of(first, CALLS[call], other, "admin")
        later = thread.submit(result_of, second, CALLS[later_call], one, "admin")
        wait_for(db, second)
        first.commit()
        with pytest.raises(psycopg.Error) as refusal:
            later.result(timeout=120)
        assert refusal.value.sqlstate == sqlstate
        second.rollback()
    assert db.execute("select private.roles_of(%s)", [one.id]).fetchone() == (["admin"],)


def test_role_changed_by_sql_is_logged(db: psycopg.Connection, viewer: Person) -> None:
    db.execute("insert into private.user_roles (user_id, role) values (%s, 'reviewer')", [viewer.id])
    db.execute("delete from private.user_roles where user_id = %s", [viewer.id])
    assert [(entry[0], entry[2]) for entry in log_entries(db, viewer)] == [
        ("role.granted", "postgres"),
        ("role.revoked", "postgres"),
    ]


@pytest.mark.parametrize("call", CALLS)
def test_viewer_cannot_call_admin_functions(db: psycopg.Connection, viewer: Person, call: str) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only an admin"):
        result_of(db, CALLS[call], viewer, "admin")


@pytest.mark.parametrize("call", CALLS)
def test_anon_cannot_execute_admin_functions(db: psycopg.Connection, viewer: Person, call: str) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for function"):
        result_of(db, CALLS[call], viewer, "admin")


@pytest.mark.parametrize("call", CALLS)
def test_admin_claim_without_a_role_row_is_refused(db: psycopg.Connection, viewer: Person, call: str) -> None:
    become(db, viewer)
    claims = (
        '{"role": "authenticated", "sub": "%s", "app_metadata": {"roles": ["admin"]}, '
        '"user_metadata": {"roles": ["admin"]}}'
    )
    db.execute("select set_config('request.jwt.claims', %s, true)", [claims % viewer.id])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        result_of(db, CALLS[call], viewer, "admin")


@pytest.mark.parametrize("call", CALLS)
def test_revoked_admin_cannot_call_admin_functions(
    db: psycopg.Connection, viewer: Person, admin_user: Person, call: str
) -> None:
    admin(db)
    become(db, admin_user)
    result_of(db, CALLS["revoke_role"], admin_user, "admin")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        result_of(db, CALLS[call], viewer, "admin")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("user", "sqlstate"), [(None, "22023"), (uuid4(), "PT404")])
def test_unknown_user_id_is_refused_by_admin_functions(
    db: psycopg.Connection, admin_user: Person, call: str, user: object, sqlstate: str
) -> None:
    become(db, admin_user)
    with pytest.raises(psycopg.Error) as refusal:
        db.execute(CALLS[call], {"user": user, "role": "tutor"})
    assert refusal.value.sqlstate == sqlstate
    assert refusal.value.diag.message_detail == '{"field": "user_id"}'


@pytest.mark.parametrize("call", ["grant_role", "revoke_role"])
@pytest.mark.parametrize("role", [None, "", "Admin", "root", "service_role", "'; drop table x; --", "😀"])
def test_unknown_role_is_refused(
    db: psycopg.Connection, viewer: Person, admin_user: Person, call: str, role: str | None
) -> None:
    become(db, admin_user)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refusal:
        result_of(db, CALLS[call], viewer, role)
    assert refusal.value.diag.message_detail == '{"field": "role"}'


@pytest.mark.parametrize("verb", ["select * from", "delete from", "truncate"])
@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_client_cannot_reach_the_roles_table(
    db: psycopg.Connection, viewer: Person, verb: str, role: str
) -> None:
    become(db, viewer, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"{verb} private.user_roles")


@pytest.mark.parametrize(
    ("metadata", "has"),
    [
        ('{"roles": ["editor", "tutor"]}', True),
        ('{"roles": ["editors"]}', False),
        ('{"roles": []}', False),
        ('{"roles": null}', False),
        ('{"roles": 7}', False),
        ("{}", False),
        ("null", False),
    ],
)
def test_has_role_reads_the_token(db: psycopg.Connection, viewer: Person, metadata: str, has: bool) -> None:
    become(db, viewer)
    claims = f'{{"role": "authenticated", "sub": "{viewer.id}", "app_metadata": {metadata}}}'
    db.execute("select set_config('request.jwt.claims', %s, true)", [claims])
    assert db.execute("select private.has_role('editor')").fetchone() == (has,)
    assert db.execute("select private.has_role(null)").fetchone() == (False,)


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_caller_without_a_user_has_no_role(db: psycopg.Connection, role: str) -> None:
    become(db, None, role)
    assert db.execute("select private.has_role('admin')").fetchone() == (False,)


def test_suspending_an_account_deletes_its_sessions(
    db: psycopg.Connection, viewer: Person, admin_user: Person
) -> None:
    sessions = "insert into auth.sessions (id, user_id) values (gen_random_uuid(), %s)"
    for who in (viewer, admin_user):
        db.execute(sessions, [who.id])
    become(db, admin_user)
    db.execute("select suspend_account(%s, 'Spam; \"100%%\" & more 😀')", [viewer.id])
    db.execute("select suspend_account(%s, 'again')", [viewer.id])
    db.execute("reset role")
    left = db.execute(
        "select user_id from auth.sessions where user_id in (%s, %s)", [viewer.id, admin_user.id]
    )
    assert left.fetchall() == [(admin_user.id,)]
    row = db.execute("select status, status_reason from accounts where id = %s", [viewer.id]).fetchone()
    assert row == ("suspended", 'Spam; "100%" & more 😀')
    assert log_entries(db, viewer) == [
        ("account.suspended", admin_user.id, "authenticated", {"status": "active"}, {"status": "suspended"})
    ]


def test_only_a_suspended_account_is_restored(
    db: psycopg.Connection, viewer: Person, admin_user: Person
) -> None:
    db.execute("update accounts set status = 'deleting' where id = %s", [admin_user.id])
    become(db, admin_user)
    for who in (viewer, admin_user):
        db.execute("select restore_account(%s)", [who.id])
    db.execute("select suspend_account(%s)", [viewer.id])
    db.execute("select restore_account(%s)", [viewer.id])
    assert [entry[0] for entry in log_entries(db, viewer)] == ["account.suspended", "account.restored"]
    statuses = db.execute(
        "select status, status_reason from accounts where id in (%s, %s) order by status",
        [viewer.id, admin_user.id],
    ).fetchall()
    assert statuses == [("active", None), ("deleting", None)]


def test_suspension_reason_over_500_characters_is_refused(
    db: psycopg.Connection, viewer: Person, admin_user: Person
) -> None:
    become(db, admin_user)
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        db.execute("select suspend_account(%s, %s)", [viewer.id, "x" * 501])


def test_suspended_user_gets_no_token(db: psycopg.Connection, viewer: Person) -> None:
    db.execute("update accounts set status = 'suspended' where id = %s", [viewer.id])
    row = db.execute(
        "select private.custom_access_token_hook(jsonb_build_object('user_id', %s::text, 'claims', '{}'))",
        [viewer.id],
    ).fetchone()
    assert row == ({"error": {"http_code": 403, "message": "This account is suspended."}},)


def test_account_read_by_an_admin_is_logged(
    db: psycopg.Connection, viewer: Person, admin_user: Person
) -> None:
    db.execute("insert into private.user_roles (user_id, role) values (%s, 'tutor')", [viewer.id])
    become(db, admin_user)
    response = result_of(db, CALLS["get_account"], viewer)
    assert isinstance(response, dict)
    assert response["account"]["id"] == str(viewer.id)
    assert [profile["id"] for profile in response["profiles"]] == [str(viewer.profile_id)]
    assert (response["roles"], response["tier"]) == (["tutor"], "free")
    assert log_entries(db, viewer)[-1] == ("account.read", admin_user.id, "authenticated", None, None)
