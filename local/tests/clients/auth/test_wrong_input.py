"""Invalid input."""

import json
import uuid
from typing import Any

import httpx
import jwt
import pytest
from supabase import Client

from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import PASSWORD, new_email, refresh, refused, sign_up, user

BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "unexpected end of JSON input"),
    "no json": (b"email=a@example.com", "invalid character 'e' looking for beginning of value"),
    "half": (b'{"email": "a', "unexpected end of JSON input"),
    "two": (b"{} {}", "invalid character '{' after top-level value"),
    "a list": (b"[]", "json: cannot unmarshal array into Go value of type api.SignupParams"),
    "a number": (b"1", "json: cannot unmarshal number into Go value of type api.SignupParams"),
    "email a number": (
        b'{"email": 1}',
        "json: cannot unmarshal number into Go struct field SignupParams.email of type string",
    ),
    "password a bool": (b'{"password": true}', "cannot unmarshal bool into Go struct field SignupParams"),
    "data a list": (
        b'{"data": []}',
        "cannot unmarshal array into Go struct field SignupParams.data of type map[string]interface {}",
    ),
    "not a number": (b'{"data": {"a": NaN}}', "invalid character 'N'"),
    "too large a number": (b'{"data": {"a": 1e999}}', "cannot unmarshal number"),
    "too long a number": (b'{"data": {"a": ' + b"9" * 5000 + b"}}", ""),
    "too deep": (b'{"data": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}", ""),
    "deep": (b'{"data": {"a": ' + b"[" * 500 + b"]" * 500 + b"}}", "exceeded max depth"),
    "a nul": (b'{"data": {"a": "\\u0000"}}', "U+0000"),
    "a nul in a name": (b'{"data": {"\\u0000": 1}}', "U+0000"),
}


UNSTORABLE = pytest.mark.own("auth", why="A malformed or overlong value")
OURS = {"too deep", "deep", "a nul", "a nul in a name"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=UNSTORABLE) if name in OURS else name for name in BODIES]
)
def test_a_body_that_cannot_be_read_is_refused(http: httpx.Client, name: str) -> None:
    content, reason = BODIES[name]
    response = http.post("/signup", content=content)
    assert (response.status_code, response.json()["error_code"]) == (400, "bad_json")
    assert reason in response.json()["msg"]


def test_half_a_character_is_stored_as_its_replacement(http: httpx.Client) -> None:
    response = http.post(
        "/signup", content=rb'{"data": {"a": "\ud83d", "b": "' + b"\xff" + rb'", "c": "\ud83c\udfac"}}'
    )
    assert response.json()["user"]["user_metadata"] == {
        "a": "\ufffd",
        "b": "\ufffd",
        "c": "\N{CLAPPER BOARD}",
    }


def test_a_huge_body_is_refused(http: httpx.Client) -> None:
    response = http.post("/signup", content=json.dumps({"data": {"a": "x" * 2**21}}))
    assert (response.status_code, response.json()["error_code"]) == (413, "request_entity_too_large")


@pytest.mark.parametrize(
    "email",
    [
        "a",
        "@example.com",
        "a b@example.com",
        "a@exa mple.com",
        f"{'a' * 251}@b.cd",
    ],
)
def test_invalid_email_address_is_refused(http: httpx.Client, email: str) -> None:
    assert refused("validation_failed", http.post("/signup", json={"email": email, "password": PASSWORD}))


def test_a_password_longer_than_bcrypt_reads_is_refused(http: httpx.Client) -> None:
    body = {"email": new_email(), "password": "é" * 37}
    assert refused("validation_failed", http.post("/signup", json=body))
    assert refused("invalid_credentials", http.post("/token?grant_type=password", json=body))


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("x", "validation_failed"),
        ("aaaaaaaaaaaa", "refresh_token_not_found"),
        ("' or true --", "validation_failed"),
        ("\N{CLAPPER BOARD}" * 12, "validation_failed"),
    ],
)
def test_unknown_refresh_token_is_refused(http: httpx.Client, token: str, code: str) -> None:
    assert refused(code, refresh(http, token))


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"sub": "me"}, "bad_jwt"),
        ({"sub": 1}, "bad_jwt"),
        ({"sub": str(uuid.uuid4())}, "user_not_found"),
        ({"sub": str(uuid.uuid4()), "exp": 1}, "bad_jwt"),
        ({"sub": str(uuid.uuid4()), "exp": "soon"}, "bad_jwt"),
    ],
)
def test_signed_token_without_user_is_refused(
    http: httpx.Client, stack: Stack, claims: dict[str, Any], code: str
) -> None:
    payload = {"aud": "authenticated", "role": "authenticated", **claims}
    assert refused(code, user(http, jwt.encode(payload, stack.jwt_secret)))


def test_a_token_without_a_signature_is_refused(http: httpx.Client, app: Client) -> None:
    session = sign_up(app)
    unsigned = jwt.encode({"sub": session.user.id, "aud": "authenticated"}, "", "none")
    assert refused("bad_jwt", user(http, unsigned))


def test_bad_jwt_says_where_the_token_is_malformed(http: httpx.Client) -> None:
    response = user(http, "a.b.c")
    assert response.json()["msg"] == (
        "invalid JWT: unable to parse or verify signature, token is malformed: "
        "could not base64 decode header: illegal base64 data at input byte 0"
    )
