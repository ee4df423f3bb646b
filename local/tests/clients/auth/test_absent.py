"""Unimplemented paths of GoTrue respond in its form, so that its clients raise their own errors."""

from collections.abc import Callable

import httpx
import pytest
from supabase import AuthApiError, Client

ABSENT = [
    *(("POST", path) for path in ("/otp", "/magiclink", "/recover", "/resend", "/invite", "/verify", "/sso")),
    *(
        ("GET", path)
        for path in ("/authorize?provider=github", "/callback", "/verify?token=x", "/reauthenticate")
    ),
    *(("POST", path) for path in ("/factors", "/factors/1/verify", "/admin/generate_link", "/oauth/token")),
    *(("GET", path) for path in ("/admin/audit", "/admin/sso/providers", "/user/identities/authorize")),
    ("DELETE", "/user/identities/00000000-0000-0000-0000-000000000000"),
    *(
        ("GET", path)
        for path in ("/nothing", "/", "/user/", "/users", "/admin", "/admin/users/a/b", "/a%20b;c")
    ),
]


@pytest.mark.own("auth", why="Everything else responds with 404")
@pytest.mark.parametrize(("method", "path"), ABSENT)
@pytest.mark.parametrize("version", ["", "2024-01-01"])
def test_absent_path_responds_404_in_json(http: httpx.Client, method: str, path: str, version: str) -> None:
    headers = {"X-Supabase-Api-Version": version} if version else {}
    response = http.request(method, path, headers=headers)
    body = response.json()
    assert response.status_code == 404
    code, words = (body["code"], body["message"]) if version else (body["error_code"], body["msg"])
    assert (code, response.headers["x-sb-error-code"]) == ("not_found", "not_found")
    assert "is not part of this server" in words


@pytest.mark.own("auth", why="Everything else responds with 404")
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/signup"), ("DELETE", "/token"), ("PATCH", "/user"), ("PUT", "/admin/users")],
)
def test_another_method_of_a_path_says_so_in_json(http: httpx.Client, method: str, path: str) -> None:
    response = http.request(method, path)
    assert (response.status_code, response.json()["error_code"]) == (405, "method_not_allowed")


CALLS: dict[str, Callable[[Client], object]] = {
    "one-time password": lambda app: app.auth.sign_in_with_otp({"email": "a@example.com"}),
    "verification": lambda app: app.auth.verify_otp(
        {"email": "a@example.com", "token": "1", "type": "email"}
    ),
    "recovery": lambda app: app.auth.reset_password_for_email("a@example.com"),
    "resending": lambda app: app.auth.resend({"type": "signup", "email": "a@example.com"}),
    "single sign-on": lambda app: app.auth.sign_in_with_sso({"domain": "example.com"}),
    "an invitation": lambda app: app.auth.admin.invite_user_by_email("a@example.com"),
    "a link": lambda app: app.auth.admin.generate_link({"type": "magiclink", "email": "a@example.com"}),
}


@pytest.mark.own("auth", why="Everything else responds with 404")
@pytest.mark.parametrize("call", CALLS)
def test_supabase_py_raises_its_own_error(app: Client, call: str) -> None:
    with pytest.raises(AuthApiError) as raised:
        CALLS[call](app)
    assert (raised.value.status, raised.value.code) == (404, "not_found")
    assert "is not part of this server" in raised.value.message
