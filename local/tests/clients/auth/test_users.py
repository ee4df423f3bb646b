"""What users change about themselves, and what the hook puts in their tokens."""

from typing import Any

import httpx
import psycopg
import pytest
from supabase import Client

from local.auth.errors import AuthError
from local.auth.hooks import accepted
from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import AWKWARD, PASSWORD, at_once, claims_of, new_email, sign_up, user


def test_awkward_metadata_comes_back_as_it_went(app: Client, stack: Stack) -> None:
    response = app.auth.sign_up(
        {"email": new_email(), "password": PASSWORD, "options": {"data": AWKWARD | {"nothing": None}}}
    )
    assert response.user and response.session
    automatic = {"sub", "email", "email_verified", "phone_verified"}
    in_token = claims_of(response.session.access_token, stack)["user_metadata"]
    for metadata in (response.user.user_metadata, in_token):
        assert {name: value for name, value in metadata.items() if name not in automatic} == AWKWARD


@pytest.mark.parametrize(
    ("number", "stored"),
    [
        ("1e30", "1e+30"),
        ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ("1e20", "100000000000000000000"),
        ("9007199254740993", "9007199254740992"),
        ("1.0", "1"),
        ("-0.0", "0"),
        ("0.1", "0.1"),
    ],
)
def test_a_number_of_metadata_has_64_bits(http: httpx.Client, number: str, stored: str) -> None:
    body = f'{{"email": "{new_email()}", "password": "{PASSWORD}", "data": {{"a": {number}, "b": 0}}}}'
    response = http.post("/signup", content=body)
    again = http.get("/user", headers={"authorization": f"Bearer {response.json()['access_token']}"})
    for text in (response.text, again.text):
        assert f'"a":{stored},"b":0' in text.replace(" ", "")


@pytest.mark.own("auth", why="Two changes of metadata at once are both kept")
def test_metadata_changed_at_once_keeps_both_changes(app: Client, http: httpx.Client) -> None:
    session = sign_up(app)
    authorization = {"authorization": f"Bearer {session.access_token}"}
    names = iter("ab")
    at_once(lambda: http.put("/user", json={"data": {next(names): 1}}, headers=authorization))
    metadata = user(http, session.access_token).json()["user_metadata"]
    assert (metadata["a"], metadata["b"]) == (1, 1)


def test_roles_come_from_the_hook_at_the_next_refresh(
    app: Client, stack: Stack, database: psycopg.Connection
) -> None:
    session = sign_up(app)
    assert claims_of(session.access_token, stack)["app_metadata"]["roles"] == []
    grant = "insert into private.user_roles (user_id, role) values (%s, 'editor')"
    database.execute(grant, [session.user.id])
    refreshed = app.auth.refresh_session().session
    assert refreshed
    metadata = claims_of(refreshed.access_token, stack)["app_metadata"]
    assert metadata == {"provider": "email", "providers": ["email"], "roles": ["editor"], "tier": "free"}
    assert "roles" not in refreshed.user.app_metadata


CLAIMS = {
    "aud": "authenticated",
    "exp": 2,
    "iat": 1,
    "sub": "a",
    "email": "",
    "phone": "",
    "role": "authenticated",
    "aal": "aal1",
    "session_id": "b",
    "is_anonymous": False,
}


def test_a_hook_may_add_claims() -> None:
    assert accepted({"claims": {**CLAIMS, "tier": "premium"}}) == {**CLAIMS, "tier": "premium"}


@pytest.mark.parametrize(
    ("output", "status", "message"),
    [
        ({"error": {"http_code": 403, "message": "not today"}}, 403, "not today"),
        ({"error": {"message": "not today"}, "claims": CLAIMS}, 500, "not today"),
        ({"error": {"http_code": 200, "message": "not today"}}, 500, "not today"),
        (None, 500, "output claims field is missing"),
        ({}, 500, "output claims field is missing"),
        ({"claims": []}, 500, "Error unmarshaling JSON output."),
        ({"claims": {**CLAIMS, "exp": "2"}}, 500, "exp: Invalid type. Expected: integer, given: string"),
        ({"claims": {**CLAIMS, "email": None}}, 500, "email: Invalid type. Expected: string, given: null"),
        ({"claims": {"aud": []}}, 500, "(root): session_id is required"),
    ],
)
def test_a_hook_that_refuses_or_spoils_the_claims_fails_the_sign_in(
    output: Any, status: int, message: str
) -> None:
    with pytest.raises(AuthError) as refusal:
        accepted(output)
    assert refusal.value.status == status
    assert message in refusal.value.message
