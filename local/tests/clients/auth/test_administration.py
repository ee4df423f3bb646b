"""Administration of users with the service key, and refusals of all other callers."""

from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from supabase import Client
from supabase_auth.errors import AuthApiError

from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import (
    AWKWARD,
    PASSWORD,
    new_email,
    refresh,
    refused,
    sign_in,
    sign_up,
    user,
)


def test_a_key_makes_changes_and_deletes_a_user(admin: Client, app: Client) -> None:
    email = new_email()
    account = admin.auth.admin.create_user(
        {
            "email": email,
            "password": PASSWORD,
            "email_confirm": True,
            "user_metadata": AWKWARD,
            "app_metadata": {"tier": "premium"},
        }
    ).user
    assert account.app_metadata == {"provider": "email", "providers": ["email"], "tier": "premium"}
    changes: Any = {"app_metadata": {"tier": None, "beta": True}, "password": PASSWORD + "2"}
    changed = admin.auth.admin.update_user_by_id(account.id, changes).user
    assert changed.app_metadata == {"provider": "email", "providers": ["email"], "beta": True}
    assert app.auth.sign_in_with_password({"email": email, "password": PASSWORD + "2"}).session
    admin.auth.admin.delete_user(account.id)
    with pytest.raises(AuthApiError) as refusal:
        admin.auth.admin.get_user_by_id(account.id)
    assert (refusal.value.status, refusal.value.code) == (404, "user_not_found")


def test_a_banned_user_can_neither_sign_in_nor_go_on(
    admin: Client, app: Client, connect: Callable[[], Client], http: httpx.Client
) -> None:
    session = sign_up(app)
    admin.auth.admin.update_user_by_id(session.user.id, {"ban_duration": "1h30m"})
    assert refused("user_banned", refresh(http, session.refresh_token))
    assert refused("user_banned", user(http, session.access_token))
    with pytest.raises(AuthApiError) as refusal:
        sign_in(connect(), session)
    assert refusal.value.code == "user_banned"
    admin.auth.admin.update_user_by_id(session.user.id, {"ban_duration": "none"})
    assert refresh(http, session.refresh_token).status_code == 200


@pytest.mark.parametrize("duration", ["1d", "soon", "5", "", "999999999h", "1h 30m"])
def test_a_ban_takes_a_duration_as_go_writes_them(
    admin: Client, app: Client, http: httpx.Client, duration: str
) -> None:
    session = sign_up(app)
    if duration:
        with pytest.raises(AuthApiError) as refusal:
            admin.auth.admin.update_user_by_id(session.user.id, {"ban_duration": duration})
        assert refusal.value.code == "validation_failed"
    else:
        admin.auth.admin.update_user_by_id(session.user.id, {"ban_duration": duration})
    assert refresh(http, session.refresh_token).status_code == 200


def test_a_soft_deleted_user_is_gone_but_for_an_empty_row(
    admin: Client, app: Client, http: httpx.Client, database: psycopg.Connection
) -> None:
    session = sign_up(app)
    email = session.user.email or ""
    admin.auth.admin.delete_user(session.user.id, should_soft_delete=True)
    assert refused("session_not_found", user(http, session.access_token))
    query = """
        select u.email, u.encrypted_password, u.raw_user_meta_data, i.identity_data, u.deleted_at is not null
        from auth.users as u join auth.identities as i on i.user_id = u.id where u.id = %s
    """
    row = database.execute(query, [session.user.id]).fetchone()
    assert row and row[1:] == (None, {}, {}, True)
    assert len(row[0]) == 43 and "@" not in row[0]
    assert sign_up(app, email).user.id != session.user.id


def test_the_list_of_users_comes_in_pages(http: httpx.Client, stack: Stack, admin: Client) -> None:
    for _ in range(3):
        admin.auth.admin.create_user({"email": new_email()})
    http.headers["authorization"] = f"Bearer {stack.service_role_key}"
    response = http.get("/admin/users", params={"page": 2, "per_page": 1, "note": "a b"})
    total = int(response.headers["x-total-count"])
    assert total >= 3 and len(response.json()["users"]) == 1
    pages = [(3, "next"), (total, "last")]
    links = [f'</admin/users?note=a+b&page={page}&per_page=1>; rel="{name}"' for page, name in pages]
    assert response.headers["link"] == ", ".join(links)
    assert len(admin.auth.admin.list_users(page=1, per_page=2)) == 2
    assert http.get("/admin/users", params={"page": total, "per_page": 1}).headers["link"].count("rel") == 1


OURS = [
    pytest.param(query, marks=pytest.mark.own("auth", why="`per_page=0` and a NUL in a filter"))
    for query in ("per_page=0", "filter=%00")
]


@pytest.mark.parametrize("query", ["page=-1", "page=x", f"page={2**70}", "sort=email", *OURS])
def test_a_list_that_cannot_be_is_refused(http: httpx.Client, stack: Stack, query: str) -> None:
    http.headers["authorization"] = f"Bearer {stack.service_role_key}"
    assert refused("validation_failed", http.get(f"/admin/users?{query}"))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_user_cannot_call_admin_endpoints(app: Client, http: httpx.Client, method: str) -> None:
    session = sign_up(app)
    http.headers["authorization"] = f"Bearer {session.access_token}"
    path = "/admin/users" if method in ("GET", "POST") else f"/admin/users/{session.user.id}"
    response = http.request(method, path, json={"app_metadata": {"roles": ["admin"]}})
    assert (response.status_code, response.json()["error_code"]) == (403, "not_admin")
