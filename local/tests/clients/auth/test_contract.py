"""Auth responds as the recorded server does."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import pytest

from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import new_email

CONTRACTS = Path(__file__).parent.parent.parent / "contracts"
BUILT = [
    *("health", "settings", "signup", "access token claims", "signup duplicate", "signup weak password"),
    *("signup no password", "signup empty body", "signup email case folded", "anonymous signup"),
    *("anonymous signup empty", "password grant", "password grant wrong", "password grant unknown user"),
    *("password grant missing", "refresh", "refresh bad", "user", "user with anon key", "user bad signature"),
    *("user update data", "user update password", "user update app_metadata ignored", "new password"),
    *("anonymous to permanent", "user after logout local", "refresh after logout", "sign in again"),
    *("logout others", "logout global", "logout without token", "admin list as user", "admin list as anon"),
    *("admin create", "admin create duplicate", "unconfirmed sign in", "admin get", "admin get missing"),
    *("admin update", "banned sign in", "admin unban", "admin delete again", "deleted user token"),
    "malformed json",
]
"""The recorded cases whose endpoints are there; the others need mail, links, providers or factors."""


def test_endpoint_responds_as_recorded_server(stack: Stack, tmp_path: Path) -> None:
    actual = str(tmp_path / "auth.jsonl")
    run(stack, [CONTRACTS / "record_auth.py", f"{stack.url}/auth/v1", stack.jwt_secret, actual])
    run(stack, [CONTRACTS / "compare.py", CONTRACTS / "auth.jsonl", actual, *BUILT])


def run(stack: Stack, command: list[str | Path]) -> None:
    environment = os.environ | {"SUPABASE_ANON_KEY": stack.anon_key}
    process = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr


@pytest.mark.own("auth", why="Everything else responds with 404")
@pytest.mark.parametrize("path", ["/nope", "/recover", "/otp", "/admin/generate_link", "/factors"])
def test_unimplemented_endpoint_responds_404(http: httpx.Client, path: str) -> None:
    response = http.post(path, json={"email": new_email()})
    assert (response.status_code, response.json()["error_code"]) == (404, "not_found")


def test_errors_have_form_of_requested_api_version(http: httpx.Client) -> None:
    body = {"email": new_email(), "password": "abc"}
    old = http.post("/signup", json=body)
    new = http.post("/signup", json=body, headers={"X-Supabase-Api-Version": "2024-01-01"})
    message, reasons = "Password should be at least 6 characters.", {"reasons": ["length"]}
    assert old.json() == {
        "code": 422,
        "error_code": "weak_password",
        "msg": message,
        "weak_password": reasons,
    }
    assert new.json() == {"code": "weak_password", "message": message, "weak_password": reasons}
    assert "x-supabase-api-version" not in old.headers
    assert new.headers["x-supabase-api-version"] == "2024-01-01"
    assert old.headers["x-sb-error-code"] == "weak_password"


def test_a_request_id_is_passed_through(http: httpx.Client) -> None:
    assert http.get("/health", headers={"x-request-id": "abc-123"}).headers["x-request-id"] == "abc-123"
    assert uuid.UUID(http.get("/health").headers["x-request-id"])
