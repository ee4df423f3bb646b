"""session_error: why a valid token is no longer accepted, as policies query it."""

import json
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.sql.people import admin, become, person


def session_error(db: psycopg.Connection, claims: Any = None) -> str | None:
    if claims is not None:
        db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
    row = db.execute("select private.session_error()").fetchone()
    assert row
    return None if row[0] is None else str(row[0])


def session(db: psycopg.Connection, user: Any) -> dict[str, str]:
    """Claims of a new session."""
    session_id = uuid4()
    db.execute("reset role")
    db.execute("insert into auth.sessions (id, user_id) values (%s, %s)", [session_id, user])
    return {"role": "authenticated", "sub": str(user), "session_id": str(session_id)}


def test_live_session_and_roles_without_one_have_no_error(db: psycopg.Connection) -> None:
    viewer = person(db)
    claims = session(db, viewer.id)
    become(db, viewer)
    assert session_error(db, claims) is None
    for role in ("anon", "service_role"):
        become(db, None, role, {"x-profile-id": "nonsense"})
        assert session_error(db) is None


def test_session_error_names_each_fault(db: psycopg.Connection) -> None:
    viewer, other = person(db), person(db, "other_viewer")
    claims = session(db, viewer.id)
    become(db, viewer)
    assert session_error(db, {**claims, "session_id": str(uuid4())}) == "session_ended"
    assert session_error(db, {**claims, "app_metadata": {"roles": ["admin"]}}) == "role_revoked"
    become(db, viewer, headers={"x-profile-id": str(other.profile_id)})
    assert session_error(db, claims) == "profile_refused"
    become(db, viewer, headers={"x-profile-id": str(viewer.profile_id)})
    assert session_error(db, claims) is None
    db.execute("reset role")
    db.execute("update auth.users set banned_until = now() + interval '1 hour' where id = %s", [viewer.id])
    become(db, viewer)
    assert session_error(db, claims) == "user_banned"
    db.execute("reset role")
    db.execute("update accounts set status = 'suspended' where id = %s", [viewer.id])
    become(db, viewer)
    assert session_error(db, claims) == "account_suspended"


def test_admin_claim_with_a_role_row_has_no_error(db: psycopg.Connection) -> None:
    admin_user = admin(db)
    claims = {**session(db, admin_user.id), "app_metadata": {"roles": ["admin"]}}
    become(db, admin_user)
    assert session_error(db, claims) is None


@pytest.mark.parametrize(
    "claims",
    [
        *({}, {"sub": None}, {"sub": "'; --"}, {"sub": "nonsense", "session_id": 1}, {"app_metadata": None}),
        {"sub": "é \N{CLAPPER BOARD} שלום", "session_id": "%s;&+", "app_metadata": {"roles": "admin"}},
        {"sub": {"a": []}, "session_id": None, "app_metadata": []},
    ],
)
def test_session_error_never_raises_for_malformed_claims(
    db: psycopg.Connection, claims: dict[str, Any]
) -> None:
    become(db, person(db))
    assert session_error(db, claims) in (None, "session_ended", "role_revoked")


def test_ended_session_cannot_reach_files(db: psycopg.Connection) -> None:
    viewer = person(db)
    claims = session(db, viewer.id)

    def stored(claims: dict[str, str], name: str) -> None:
        become(db, viewer)
        db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
        with db.transaction():
            db.execute(
                "insert into storage.objects (bucket_id, name) values ('speech', %s)", [f"{viewer.id}/{name}"]
            )

    def visible_files() -> int:
        return len(db.execute("select from storage.objects where bucket_id = 'speech'").fetchall())

    stored(claims, "a b.flac")
    assert visible_files() == 1
    ended = {**claims, "session_id": str(uuid4())}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stored(ended, "b.flac")
    assert visible_files() == 0
