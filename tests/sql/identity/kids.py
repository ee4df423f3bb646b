"""Kids profiles: acting as one, sessions and kids mode."""

import json
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.sql.people import Person, become


def act(db: psycopg.Connection, who: Person) -> None:
    become(db, who, headers={"x-profile-id": str(who.profile_id)})


def in_session(db: psycopg.Connection, who: Person, session: UUID, profile: UUID | None = None) -> None:
    claims = {"role": "authenticated", "sub": str(who.id), "session_id": str(session)}
    become(db, who, headers={"x-profile-id": str(profile)} if profile else {})
    db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])


def sign_in(db: psycopg.Connection, who: Person, ago: str = "0") -> UUID:
    db.execute("reset role")
    session = uuid4()
    db.execute(
        "insert into auth.sessions (id, user_id, created_at) values (%s, %s, now() - %s::interval)",
        [session, who.id, ago],
    )
    return session


def refused(db: psycopg.Connection, statement: str, values: list[object] | None = None) -> str:
    """Run a statement that must fail; its error code."""
    with pytest.raises(psycopg.Error) as refusal, db.transaction():
        db.execute(statement, values)
    if refusal.value.sqlstate != "PGRST":
        return str(refusal.value.sqlstate)
    return str(json.loads(str(refusal.value.diag.message_primary))["code"])


def enter(db: psycopg.Connection, kid: Person, ago: str = "0") -> UUID:
    """A session in kids mode, with the PIN 4711."""
    session = sign_in(db, kid, ago)
    in_session(db, kid, session)
    db.execute("select set_account_pin('4711')")
    db.execute("select enter_kids_mode(%s)", [kid.profile_id])
    return session


def acting(db: psycopg.Connection) -> UUID | None:
    row = db.execute("select private.current_profile_id()").fetchone()
    assert row
    return UUID(str(row[0])) if row[0] else None
