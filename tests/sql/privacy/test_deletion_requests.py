"""Account deletion: requested, cancelled, due, and who may do which."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from tests.sql.people import Person, become, person
from tests.sql.privacy.deletions import cancel_deletion, erase, exists, make_due, now, request_deletion
from tests.sql.privacy.household import Household


def test_deletion_is_due_after_the_configured_grace_period(db: psycopg.Connection) -> None:
    first, second = person(db), person(db, "other_viewer")
    assert timedelta(days=30) == request_deletion(db, first) - now(db)
    db.execute("update private.periods set length = interval '3 days' where name = 'deletion_grace'")
    assert timedelta(days=3) == request_deletion(db, second) - now(db)


def test_repeated_deletion_request_keeps_the_first_date(db: psycopg.Connection) -> None:
    viewer = person(db)
    request_deletion(db, viewer)
    make_due(db, viewer)
    assert request_deletion(db, viewer) == now(db)


def test_requested_deletion_can_be_cancelled_once(db: psycopg.Connection) -> None:
    viewer = person(db)
    request_deletion(db, viewer)
    assert cancel_deletion(db, viewer)
    assert not cancel_deletion(db, viewer)
    assert not erase(db, viewer)
    assert exists(db, viewer)


def test_due_deletion_cannot_be_cancelled(db: psycopg.Connection) -> None:
    viewer = person(db)
    request_deletion(db, viewer)
    make_due(db, viewer)
    assert not cancel_deletion(db, viewer)
    assert erase(db, viewer)


def test_only_the_owner_reads_the_deletion_date(db: psycopg.Connection) -> None:
    viewer = person(db)
    due = request_deletion(db, viewer)
    become(db, viewer)
    assert db.execute("select due_at from account_deletions").fetchall() == [(due,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
        db.execute("update account_deletions set due_at = now() + interval '9 years'")
    become(db, person(db, "other_viewer"))
    assert db.execute("select due_at from account_deletions").fetchall() == []
    become(db, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select due_at from account_deletions")


@pytest.mark.parametrize("role", ["anon", "service_role", "authenticated"])
@pytest.mark.parametrize("function", ["delete_my_account", "cancel_account_deletion"])
def test_caller_without_an_account_cannot_request_deletion(
    db: psycopg.Connection, function: str, role: str
) -> None:
    become(db, Person(uuid4(), uuid4(), uuid4()) if role == "authenticated" else None, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"select {function}()")


def test_account_status_is_deleting_until_cancelled(db: psycopg.Connection) -> None:
    viewer, suspended = person(db), person(db, "suspended")
    status = "select status from accounts where id = %s"
    request_deletion(db, viewer)
    assert db.execute(status, [viewer.id]).fetchone() == ("deleting",)
    cancel_deletion(db, viewer)
    assert db.execute(status, [viewer.id]).fetchone() == ("active",)
    request_deletion(db, suspended)
    db.execute("update accounts set status = 'suspended' where id = %s", [suspended.id])
    become(db, None, "service_role")
    db.execute("select restore_account(%s)", [suspended.id])
    db.execute("reset role")
    assert db.execute(status, [suspended.id]).fetchone() == ("deleting",)


def test_deletion_steps_are_logged_with_ids_only(db: psycopg.Connection) -> None:
    viewer = person(db)
    request_deletion(db, viewer)
    request_deletion(db, viewer)
    cancel_deletion(db, viewer)
    request_deletion(db, viewer)
    make_due(db, viewer)
    assert erase(db, viewer)
    rows = db.execute(
        "select action, subject_id, before, after from private.audit_log "
        "where subject_id = %s and action ~ '^account' order by id",
        [str(viewer.id)],
    ).fetchall()
    assert [row[0].removeprefix("account.") for row in rows] == [
        "deletion_requested",
        "deletion_cancelled",
        "deletion_requested",
        "erased",
    ]
    assert {row[1:] for row in rows} == {(str(viewer.id), None, None)}


@pytest.mark.parametrize("role", ["authenticated", "anon", "service_role"])
def test_client_cannot_erase_an_account(db: psycopg.Connection, home: Household, role: str) -> None:
    make_due(db, home.owner)
    become(db, home.owner if role == "authenticated" else None, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select private.erase_account(%s)", [home.owner.id])


def test_account_that_is_not_due_is_not_erased(db: psycopg.Connection, home: Household) -> None:
    assert not erase(db, home.owner)
    assert not erase(db, person(db, "other_viewer"))
    assert exists(db, home.owner)


def test_token_of_a_soft_deleted_user_is_refused(db: psycopg.Connection) -> None:
    viewer = person(db)
    become(db, viewer)
    assert db.execute("select private.session_error()").fetchone() == (None,)
    db.execute("reset role")
    db.execute("update auth.users set deleted_at = now() where id = %s", [viewer.id])
    become(db, viewer)
    assert db.execute("select private.session_error()").fetchone() == ("session_ended",)
    db.execute("reset role")
    db.execute("update auth.users set last_sign_in_at = now() where id = %s", [viewer.id])
