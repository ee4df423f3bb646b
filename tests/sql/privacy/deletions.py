"""Requesting, cancelling and carrying out the deletion of an account."""

from datetime import datetime

import psycopg

from tests.sql.people import Person, become


def request_deletion(db: psycopg.Connection, who: Person) -> datetime:
    become(db, who)
    row = db.execute("select delete_my_account()").fetchone()
    db.execute("reset role")
    assert row and isinstance(row[0], datetime)
    return row[0]


def cancel_deletion(db: psycopg.Connection, who: Person) -> bool:
    become(db, who)
    row = db.execute("select cancel_account_deletion()").fetchone()
    db.execute("reset role")
    assert row
    return bool(row[0])


def make_due(db: psycopg.Connection, who: Person) -> None:
    db.execute(
        "update account_deletions set requested_at = now() - interval '31 days', due_at = now() "
        "where account_id = %s",
        [who.id],
    )


def erase(db: psycopg.Connection, who: Person) -> bool:
    row = db.execute("select private.erase_account(%s)", [who.id]).fetchone()
    assert row
    return bool(row[0])


def exists(db: psycopg.Connection, who: Person) -> bool:
    return bool(db.execute("select from auth.users where id = %s", [who.id]).rowcount)


def now(db: psycopg.Connection) -> datetime:
    row = db.execute("select now()").fetchone()
    assert row and isinstance(row[0], datetime)
    return row[0]
