"""Signing up and in, by password and anonymously."""

import httpx
import psycopg
import pytest
from supabase import Client

from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import PASSWORD, at_once, claims_of, new_email, refused, sign_up


def test_signing_up_begins_a_session_of_fifteen_minute_tokens(app: Client, stack: Stack) -> None:
    session = sign_up(app)
    claims = claims_of(session.access_token, stack)
    assert session.expires_in == 900
    assert claims["exp"] - claims["iat"] == 900
    assert claims["sub"] == session.user.id
    assert claims["role"] == "authenticated"
    assert [used["method"] for used in claims["amr"]] == ["password"]
    assert session.user.identities and session.user.identities[0].provider == "email"


def test_two_sign_ups_for_one_address_at_once_make_one_user(
    http: httpx.Client, database: psycopg.Connection, stack: Stack
) -> None:
    body = {"email": new_email(), "password": PASSWORD}
    winner, loser = sorted(at_once(lambda: http.post("/signup", json=body)), key=lambda one: one.status_code)
    assert winner.status_code == 200
    assert loser.is_error
    assert "auth" in stack.elsewhere or refused("user_already_exists", loser)
    row = database.execute("select count(*) from auth.users where email = %s", [body["email"]]).fetchone()
    assert row == (1,)


@pytest.mark.own("auth", why="Passwords are hashed at bcrypt's cost 12")
def test_a_password_is_kept_as_bcrypt_of_cost_12(app: Client, database: psycopg.Connection) -> None:
    session = sign_up(app)
    query = "select encrypted_password from auth.users where id = %s"
    row = database.execute(query, [session.user.id]).fetchone()
    assert row and row[0].startswith("$2b$12$")
