"""When a change of session, account, role or profile takes effect for a token issued before it."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import psycopg
import pytest
from postgrest.exceptions import APIError
from supabase import Client
from supabase_auth.errors import AuthApiError

from local.tests.clients.auth.sessions import PASSWORD, claims_of, sign_in, sign_up
from tests.clients.conftest import rows
from tests.conftest import Stack


@pytest.fixture
def app(connect: Callable[..., Client]) -> Client:
    return connect()


@pytest.fixture
def boss(connect: Callable[..., Client], database: psycopg.Connection) -> Client:
    """A signed-in admin whose token has the role."""
    client = connect()
    session = sign_up(client)
    database.execute("insert into private.user_roles (user_id, role) values (%s, 'admin')", [session.user.id])
    client.auth.refresh_session()
    return client


def send(stack: Stack, token: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Send one request with the token: a read of accounts by GET, or a function call by POST."""
    return httpx.request(
        method,
        f"{stack.url}/rest/v1/{'accounts?select=id' if method == 'GET' else 'rpc/get_entitlements'}",
        headers={"apikey": stack.anon_key, "Authorization": f"Bearer {token}", **headers},
        json=None if method == "GET" else {},
    )


def refusal(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"code", "message", "details", "hint"}
    assert body["message"] and body["hint"]
    return answer.status_code, body["code"]


def refused_everywhere(stack: Stack, token: str, expected: tuple[int, str]) -> None:
    """Reading, calling and searching return the expected refusal, and Storage refuses an upload."""
    assert refusal(send(stack, token)) == expected
    assert refusal(send(stack, token, "POST")) == expected
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {token}"}
    for path in ("semantic?q=a+lonely+robot&kind=movie", "content?q=robot%20%26%20%22love%22"):
        assert refusal(httpx.get(f"{stack.url}/search/{path}", headers=headers)) == expected
    path = f"{stack.url}/storage/v1/object/speech/{claims_of(token, stack)['sub']}/a.flac"
    stored = httpx.post(path, content=b"fLaC", headers={**headers, "content-type": "audio/flac"})
    assert (stored.status_code, stored.json()["statusCode"]) == (400, "403")


def signed(stack: Stack, **claims: Any) -> str:
    """A token without a session, as an operator can sign one."""
    claims = {"role": "authenticated", "aud": "authenticated", "exp": int(time.time()) + 60} | claims
    return jwt.encode(claims, stack.jwt_secret, "HS256")


def test_token_of_a_live_session_is_accepted(stack: Stack, app: Client) -> None:
    session = sign_up(app)
    assert send(stack, session.access_token).json() == [{"id": session.user.id}]
    assert send(stack, session.access_token, "POST").json()["tier"] == "free"


@pytest.mark.parametrize("scope", ["local", "global"])
def test_token_is_refused_everywhere_after_sign_out(stack: Stack, app: Client, scope: Any) -> None:
    session = sign_up(app)
    app.auth.sign_out({"scope": scope})
    refused_everywhere(stack, session.access_token, (401, "session_ended"))


def test_sign_out_of_other_sessions_keeps_this_one(
    stack: Stack, app: Client, connect: Callable[..., Client]
) -> None:
    first = sign_up(app)
    second = sign_in(connect(), first)
    app.auth.sign_out({"scope": "others"})
    assert send(stack, first.access_token).status_code == 200
    assert refusal(send(stack, second.access_token)) == (401, "session_ended")


def test_new_password_ends_the_other_sessions(
    stack: Stack, app: Client, connect: Callable[..., Client]
) -> None:
    first = sign_up(app)
    second = sign_in(connect(), first)
    app.auth.update_user({"password": PASSWORD + "2"})
    assert send(stack, first.access_token).status_code == 200
    refused_everywhere(stack, second.access_token, (401, "session_ended"))


def test_ban_takes_effect_at_once_and_ends_when_lifted(stack: Stack, app: Client, service: Client) -> None:
    session = sign_up(app)
    service.auth.admin.update_user_by_id(session.user.id, {"ban_duration": "1h"})
    refused_everywhere(stack, session.access_token, (401, "user_banned"))
    service.auth.admin.update_user_by_id(session.user.id, {"ban_duration": "none"})
    assert send(stack, session.access_token).status_code == 200


def test_token_of_a_deleted_user_is_refused(stack: Stack, app: Client, service: Client) -> None:
    session = sign_up(app)
    service.auth.admin.delete_user(session.user.id)
    refused_everywhere(stack, session.access_token, (401, "session_ended"))


def test_token_of_an_expired_session_is_refused(
    stack: Stack, app: Client, database: psycopg.Connection
) -> None:
    session = sign_up(app)
    database.execute("update auth.sessions set not_after = now() where user_id = %s", [session.user.id])
    assert refusal(send(stack, session.access_token)) == (401, "session_ended")


def test_suspended_account_is_refused_until_restored(
    stack: Stack, app: Client, boss: Client, connect: Callable[..., Client]
) -> None:
    session = sign_up(app)
    boss.rpc("suspend_account", {"user_id": session.user.id, "reason": "Spam; 100% & more 😀"}).execute()
    refused_everywhere(stack, session.access_token, (401, "account_suspended"))
    for renewed in (
        lambda: app.auth.refresh_session(session.refresh_token),
        lambda: sign_in(connect(), session),
    ):
        with pytest.raises(AuthApiError):
            renewed()
    with pytest.raises(AuthApiError, match="suspended"):
        sign_in(connect(), session)
    boss.rpc("restore_account", {"user_id": session.user.id}).execute()
    assert refusal(send(stack, session.access_token)) == (401, "session_ended")
    again = sign_in(connect(), session)
    assert send(stack, again.access_token).json() == [{"id": session.user.id}]


def test_account_with_a_pending_deletion_can_still_be_used(
    stack: Stack, app: Client, database: psycopg.Connection
) -> None:
    session = sign_up(app)
    database.execute("update accounts set status = 'deleting' where id = %s", [session.user.id])
    assert send(stack, session.access_token).status_code == 200


def test_revoked_admin_is_refused_until_the_token_is_renewed(
    stack: Stack, boss: Client, service: Client
) -> None:
    session = boss.auth.get_session()
    assert session
    assert claims_of(session.access_token, stack)["app_metadata"]["roles"] == ["admin"]
    assert service.rpc("revoke_role", {"user_id": session.user.id, "role": "admin"}).execute().data == []
    refused_everywhere(stack, session.access_token, (403, "role_revoked"))
    renewed = boss.auth.refresh_session().session
    assert renewed
    assert claims_of(renewed.access_token, stack)["app_metadata"]["roles"] == []
    assert send(stack, renewed.access_token).status_code == 200


def test_granted_role_takes_effect_with_the_next_token(stack: Stack, app: Client, boss: Client) -> None:
    session = sign_up(app)
    role = {"user_id": session.user.id, "role": "editor"}
    assert boss.rpc("grant_role", role).execute().data == ["editor"]
    assert claims_of(session.access_token, stack)["app_metadata"]["roles"] == []
    renewed = app.auth.refresh_session().session
    assert renewed
    assert claims_of(renewed.access_token, stack)["app_metadata"]["roles"] == ["editor"]
    boss.rpc("revoke_role", role).execute()
    assert send(stack, renewed.access_token).status_code == 200
    last = app.auth.refresh_session().session
    assert last
    assert claims_of(last.access_token, stack)["app_metadata"]["roles"] == []


def test_viewer_cannot_grant_the_admin_role(app: Client) -> None:
    session = sign_up(app)
    with pytest.raises(APIError) as error:
        app.rpc("grant_role", {"user_id": session.user.id, "role": "admin"}).execute()
    assert error.value.code == "42501"


def test_new_tier_is_effective_at_once_and_in_the_next_token(
    stack: Stack, app: Client, service: Client
) -> None:
    session = sign_up(app)

    def subscribed(status: str) -> tuple[Any, Any]:
        service.table("subscriptions").upsert(
            {
                "account_id": session.user.id,
                "tier": "premium",
                "status": status,
                "current_period_end": "2999-01-01T00:00:00Z",
            }
        ).execute()
        now: Any = app.rpc("get_entitlements", {}).execute().data
        renewed = app.auth.refresh_session().session
        assert renewed
        return now["tier"], claims_of(renewed.access_token, stack)["app_metadata"]["tier"]

    assert claims_of(session.access_token, stack)["app_metadata"]["tier"] == "free"
    assert subscribed("active") == ("premium", "premium")
    assert subscribed("expired") == ("free", "free")


@pytest.mark.parametrize("claims", [{}, {"session_id": str(uuid.UUID(int=0))}], ids=["none", "zero"])
def test_token_without_a_session_is_accepted(stack: Stack, app: Client, claims: dict[str, str]) -> None:
    session = sign_up(app)
    app.auth.sign_out()
    assert send(stack, signed(stack, sub=session.user.id, **claims)).status_code == 200


@pytest.mark.parametrize("session_id", ["nonsense", "'; --", "00000000-0000-0000-0000-000000000001"])
def test_token_with_an_unknown_session_is_refused(stack: Stack, app: Client, session_id: str) -> None:
    token = signed(stack, sub=sign_up(app).user.id, session_id=session_id)
    assert refusal(send(stack, token)) == (401, "session_ended")


def test_token_without_a_session_is_checked_for_its_roles(stack: Stack, app: Client) -> None:
    token = signed(stack, sub=sign_up(app).user.id, app_metadata={"roles": ["admin"]})
    assert refusal(send(stack, token)) == (403, "role_revoked")


def test_token_without_a_session_is_refused_for_a_suspended_account(
    stack: Stack, app: Client, database: psycopg.Connection
) -> None:
    user = sign_up(app).user.id
    database.execute("update accounts set status = 'suspended' where id = %s", [user])
    assert refusal(send(stack, signed(stack, sub=user))) == (401, "account_suspended")


def test_token_with_another_users_session_is_refused(
    stack: Stack, app: Client, connect: Callable[..., Client]
) -> None:
    mine, other = sign_up(app), sign_up(connect())
    borrowed = claims_of(other.access_token, stack)["session_id"]
    token = signed(stack, sub=mine.user.id, session_id=borrowed)
    assert refusal(send(stack, token)) == (401, "session_ended")


@pytest.mark.parametrize("key", ["anon_key", "service_role_key"])
def test_api_keys_need_no_session(stack: Stack, key: str) -> None:
    headers = {"apikey": getattr(stack, key), "x-profile-id": "nonsense"}
    assert httpx.get(f"{stack.url}/rest/v1/tiers", headers=headers).status_code == 200


# The acting profile


def test_ratings_and_lists_follow_the_profile_header(app: Client, films: dict[str, str]) -> None:
    sign_up(app)
    profile: Any = rows(app.table("profiles").insert({"name": """Zoë "+;&%,😀 שלום"""}))[0]
    app.table("ratings").insert({"item_id": films["A"], "rating": 2}).execute()
    app.postgrest.headers["x-profile-id"] = profile["id"]
    assert rows(app.table("ratings").select("*")) == []
    app.table("ratings").upsert({"item_id": films["B"], "rating": 4.5}).execute()
    event = {"client_id": str(uuid.uuid4()), "item_id": films["C"], "type": "complete"}
    assert app.rpc("record_interactions", {"events": [event]}).execute().data == 1
    assert [row["item_id"] for row in rows(app.table("ratings").select("item_id"))] == [films["B"]]
    listed = {row["id"] for row in rows(app.rpc("get_recommendations", {"count": 200, "kind": "movie"}))}
    assert not listed & {films["B"], films["C"]}
    del app.postgrest.headers["x-profile-id"]
    assert [row["item_id"] for row in rows(app.table("ratings").select("item_id"))] == [films["A"]]
    assert rows(app.table("interactions").select("item_id")) == []


@pytest.mark.parametrize("named", ["", "nonsense", "'; --", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_profile_header_without_a_valid_profile_is_refused(
    stack: Stack, app: Client, named: str, method: str
) -> None:
    token = sign_up(app).access_token
    assert refusal(send(stack, token, method, **{"x-profile-id": named})) == (403, "profile_refused")


def test_profile_header_with_another_users_profile_is_refused(
    stack: Stack, app: Client, connect: Callable[..., Client]
) -> None:
    token = sign_up(app).access_token
    other = connect()
    sign_up(other)
    profile = rows(other.table("profiles").select("id"))[0]["id"]
    assert refusal(send(stack, token, **{"x-profile-id": profile})) == (403, "profile_refused")
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {token}", "x-profile-id": profile}
    answer = httpx.get(f"{stack.url}/search/content", params={"q": "robot"}, headers=headers)
    assert refusal(answer) == (403, "profile_refused")


def test_sixth_profile_of_an_account_is_refused(app: Client) -> None:
    sign_up(app)
    app.table("profiles").insert([{"name": f"Profile {n}"} for n in range(4)]).execute()
    with pytest.raises(APIError) as error:
        app.table("profiles").insert({"name": "The sixth"}).execute()
    assert (error.value.code, error.value.details) == ("PT409", '{"limit": 5}')


def test_last_profile_of_an_account_cannot_be_deleted(app: Client) -> None:
    sign_up(app)
    app.table("profiles").insert({"name": "Second"}).execute()
    first, second = (row["id"] for row in rows(app.table("profiles").select("id")))
    app.rpc("set_default_profile", {"profile_id": second}).execute()
    app.table("profiles").delete().eq("id", first).execute()
    with pytest.raises(APIError) as error:
        app.table("profiles").delete().eq("id", second).execute()
    assert error.value.code == "PT409"


def test_username_is_case_insensitive(app: Client, connect: Callable[..., Client]) -> None:
    name = f"Zoe_{uuid.uuid4().hex[:8]}"
    app.auth.sign_up(
        {
            "email": f"{uuid.uuid4().hex}@example.com",
            "password": PASSWORD,
            "options": {"data": {"username": name}},
        }
    )
    assert rows(app.table("accounts").select("username").eq("username", name.upper())) == [{"username": name}]
    other = connect()
    session = sign_up(other)
    with pytest.raises(APIError) as error:
        other.table("accounts").update({"username": name.lower()}).eq("id", session.user.id).execute()
    assert error.value.code == "23505"


# The audit log
def test_audit_log_records_the_address_seen_by_the_gateway(stack: Stack, app: Client, boss: Client) -> None:
    session = sign_up(app)
    sent = {"cf-connecting-ip": "203.0.113.7", "x-forwarded-for": "203.0.113.8", "x-request-id": "trace-9"}
    token = boss.auth.get_session()
    assert token
    answer = httpx.post(
        f"{stack.url}/rest/v1/rpc/grant_role",
        json={"user_id": session.user.id, "role": "tutor"},
        headers={"apikey": stack.anon_key, "Authorization": f"Bearer {token.access_token}", **sent},
    )
    assert answer.json() == ["tutor"]
    entries: Any = boss.rpc("get_audit_log", {"subject_id": session.user.id}).execute().data
    assert [entry["action"] for entry in entries] == ["role.granted"]
    assert (entries[0]["actor_id"], entries[0]["after"]) == (token.user.id, {"role": "tutor"})
    assert (entries[0]["address"], entries[0]["request_id"]) == ("127.0.0.1", "trace-9")


def test_account_read_by_an_admin_is_in_the_audit_log(app: Client, boss: Client) -> None:
    session = sign_up(app)
    account: Any = boss.rpc("get_account", {"user_id": session.user.id}).execute().data
    assert account["account"]["email"] == session.user.email
    entries: Any = boss.rpc("get_audit_log", {"subject_id": session.user.id}).execute().data
    assert [entry["action"] for entry in entries] == ["account.read"]
    with pytest.raises(APIError) as error:
        app.rpc("get_account", {"user_id": session.user.id}).execute()
    assert error.value.code == "42501"
