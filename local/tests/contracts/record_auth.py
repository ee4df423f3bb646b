"""Record request/response pairs from an auth server with GoTrue's API.

usage: record_auth.py BASE_URL JWT_SECRET OUT.jsonl

Each line: {"case", "request": {method, path, as, json}, "response": {status, body}}, with ids, tokens and
times replaced by <kind>, so that two servers can be compared line by line.
"""

import json
import os
import re
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jwt

PASSWORD = "Corr3ct-horse!"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT")
IN_LOCATION = re.compile(r"(access_token|refresh_token|expires_at|code|token)=[^&#]+")
NAMED = {
    *(
        "access_token",
        "refresh_token",
        "hashed_token",
        "email_otp",
        "action_link",
        "secret",
        "qr_code",
        "uri",
    ),
    "provider_token",
}
"""Keys whose values differ from run to run and read <KEY>."""
RUN = uuid.uuid4().hex[:8]

Answer = dict[str, Any]
Call = Callable[..., Answer]


def email(name: str) -> str:
    return f"{name}-{RUN}@example.com"


def normal(value: Any, key: str | None = None) -> Any:
    if isinstance(value, dict):
        return {name: normal(item, name) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return [normal(item, key) for item in value]
    if (key in NAMED and value) or key == "expires_at":
        return f"<{key}>"
    return _normal_text(value) if isinstance(value, str) and key != "expires_in" else value


def _normal_text(text: str) -> str:
    if TIME.match(text):
        return "<time>"
    if text.count(".") == 2 and len(text) > 80:
        return "<jwt>"
    return UUID.sub("<uuid>", text).replace(RUN, "RUN")


def record(base_url: str, secret: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    keys = {"anon": _key(secret, "anon"), "service": _key(secret, "service_role")}
    api_key = os.environ.get("SUPABASE_ANON_KEY") or keys["anon"]
    with httpx.Client(base_url=base_url, timeout=60) as http:

        def call(
            case: str, method: str, path: str, who: str | None = "anon", body: Any = None
        ) -> dict[str, Any]:
            """`who` is anon, service, None, or an access token."""
            token = keys.get(who, who) if who else None
            authorization = {"Authorization": f"Bearer {token}"} if token else {}
            headers = {"apikey": api_key, **authorization}
            response = http.request(method, path, json=body, headers=headers)
            content = _body(response)
            shown_path = UUID.sub("<uuid>", path).replace(RUN, "RUN")
            request = {"method": method, "path": shown_path, "as": _role(who), "json": normal(body)}
            recorded = {"status": response.status_code, "body": normal(content), **_location(response)}
            rows.append({"case": case, "request": request, "response": recorded})
            return content if isinstance(content, dict) else {"_": content}

        _run(call, rows, secret)
    return rows


def _key(secret: str, role: str) -> str:
    return jwt.encode({"role": role, "iss": "supabase", "exp": int(time.time()) + 3600}, secret)


def _body(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text[:300]


def _role(who: str | None) -> str | None:
    return who if who in ("anon", "service", None) else "user"


def _location(response: httpx.Response) -> dict[str, str]:
    location = response.headers.get("location")
    return {"location": IN_LOCATION.sub(r"\1=<x>", UUID.sub("<uuid>", location))} if location else {}


def _run(call: Call, rows: list[dict[str, Any]], secret: str) -> None:
    """The cases, in the order of the first recording: later ones build on what earlier ones made."""
    call("health", "GET", "/health")
    call("settings", "GET", "/settings")
    call("jwks", "GET", "/.well-known/jwks.json")
    first, anonymous = _signup(call, rows)
    _password_and_refresh(call, first)
    _user(call, first, anonymous, secret)
    _sign_out(call)
    _mail(call)
    bob = _administration(call, first)
    _links(call, bob)
    _deletion(call, bob)
    _factors(call)
    call("malformed json", "POST", "/signup", body="not an object")
    call("not found", "GET", "/nope")


def _signup(call: Call, rows: list[dict[str, Any]]) -> tuple[Answer, Answer]:
    ann = {"email": email("ann"), "password": PASSWORD}
    first = call("signup", "POST", "/signup", body={**ann, "data": {"display_name": "Ann"}})
    token = first["access_token"]
    claims = normal(jwt.decode(token, options={"verify_signature": False, "verify_aud": False}))
    header = {name: value for name, value in jwt.get_unverified_header(token).items() if name != "kid"}
    claims |= {"exp": "<exp>", "iat": "<iat>"}
    rows.append({"case": "access token claims", "claims": claims, "header": header})
    call("signup duplicate", "POST", "/signup", body=ann)
    call("signup weak password", "POST", "/signup", body={"email": email("weak"), "password": "abc"})
    call("signup bad email", "POST", "/signup", body={"email": "not-an-email", "password": PASSWORD})
    call("signup no password", "POST", "/signup", body={"email": email("nopw")})
    call("signup empty body", "POST", "/signup", body={})
    shouted = {"email": email("ANN").upper(), "password": PASSWORD}
    call("signup email case folded", "POST", "/signup", body=shouted)
    call("anonymous signup", "POST", "/signup", body={"data": {"a": 1}})
    return first, call("anonymous signup empty", "POST", "/signup", body={"data": {}})


def _password_and_refresh(call: Call, first: Answer) -> None:
    by_password, by_refresh = "/token?grant_type=password", "/token?grant_type=refresh_token"
    call("password grant", "POST", by_password, body={"email": email("ann"), "password": PASSWORD})
    call("password grant wrong", "POST", by_password, body={"email": email("ann"), "password": "nope-nope"})
    unknown = {"email": email("ghost"), "password": PASSWORD}
    call("password grant unknown user", "POST", by_password, body=unknown)
    call("password grant missing", "POST", by_password, body={})
    call("unknown grant", "POST", "/token?grant_type=magic", body={})
    body = {"refresh_token": first["refresh_token"]}
    call("refresh", "POST", by_refresh, body=body)
    call("refresh again with the same token at once", "POST", by_refresh, body=body)
    call("refresh bad", "POST", by_refresh, body={"refresh_token": "bogus-token"})
    call("refresh empty", "POST", by_refresh, body={})


def _user(call: Call, first: Answer, anonymous: Answer, secret: str) -> None:
    token, now = first["access_token"], int(time.time())
    claims = {"sub": first["user"]["id"], "role": "authenticated", "aud": "authenticated"}
    call("user", "GET", "/user", who=token)
    call("user without token", "GET", "/user", who=None)
    call("user with anon key", "GET", "/user", who="anon")
    call("user expired token", "GET", "/user", who=jwt.encode({**claims, "exp": now - 60}, secret))
    call("user bad signature", "GET", "/user", who=jwt.encode({**claims, "exp": now + 60}, "x" * 40))
    call("user garbage token", "GET", "/user", who="a.b.c")
    data = {"display_name": "Anne", "lang": "fr"}
    call("user update data", "PUT", "/user", who=token, body={"data": data})
    call("user update same password", "PUT", "/user", who=token, body={"password": PASSWORD})
    call("user update weak password", "PUT", "/user", who=token, body={"password": "abc"})
    call("user update password", "PUT", "/user", who=token, body={"password": PASSWORD + "2"})
    call("user update email taken", "PUT", "/user", who=token, body={"email": email("ann")})
    forbidden = {"app_metadata": {"role": "admin"}, "data": {}}
    call("user update app_metadata ignored", "PUT", "/user", who=token, body=forbidden)
    by_password, old = "/token?grant_type=password", {"email": email("ann"), "password": PASSWORD}
    call("old password refused", "POST", by_password, body=old)
    third = call("new password", "POST", by_password, body={**old, "password": PASSWORD + "2"})
    permanent = {"email": email("was-anon"), "password": PASSWORD}
    call("anonymous to permanent", "PUT", "/user", who=anonymous.get("access_token"), body=permanent)
    call("logout local", "POST", "/logout?scope=local", who=third["access_token"])
    call("user after logout local", "GET", "/user", who=third["access_token"])
    body = {"refresh_token": third["refresh_token"]}
    call("refresh after logout", "POST", "/token?grant_type=refresh_token", body=body)


def _sign_out(call: Call) -> None:
    ann = {"email": email("ann"), "password": PASSWORD + "2"}
    fourth = call("sign in again", "POST", "/token?grant_type=password", body=ann)
    call("logout others", "POST", "/logout?scope=others", who=fourth["access_token"])
    call("logout global", "POST", "/logout", who=fourth["access_token"])
    call("logout without token", "POST", "/logout", who=None)


def _mail(call: Call) -> None:
    call("recover", "POST", "/recover", body={"email": email("ann")})
    call("recover unknown", "POST", "/recover", body={"email": email("ghost")})
    call("otp unknown no create", "POST", "/otp", body={"email": email("ghost"), "create_user": False})
    call("magiclink otp", "POST", "/otp", body={"email": email("otp"), "create_user": True})
    wrong = {"type": "email", "email": email("ann"), "token": "000000"}
    call("verify bad token", "POST", "/verify", body=wrong)
    call("verify missing", "POST", "/verify", body={})
    call("resend", "POST", "/resend", body={"type": "signup", "email": email("ann")})
    call("authorize disabled provider", "GET", "/authorize?provider=google", who=None)
    call("authorize unknown provider", "GET", "/authorize?provider=nope", who=None)


def _administration(call: Call, first: Answer) -> str:
    """The id of bob, whom the key made."""
    users = "/admin/users"
    call("admin list as user", "GET", users, who=first["access_token"])
    call("admin list as anon", "GET", users)
    bob = {"email": email("bob"), "password": PASSWORD}
    metadata = {"user_metadata": {"n": 1}, "app_metadata": {"roles": ["tutor"]}}
    created = call(
        "admin create", "POST", users, who="service", body={**bob, **metadata, "email_confirm": True}
    )
    bob_id = str(created.get("id"))
    call("admin create duplicate", "POST", users, who="service", body=bob)
    carl = {"email": email("carl"), "password": PASSWORD}
    call("admin create unconfirmed", "POST", users, who="service", body=carl)
    call("unconfirmed sign in", "POST", "/token?grant_type=password", body=carl)
    call("admin get", "GET", f"{users}/{bob_id}", who="service")
    call("admin get missing", "GET", f"{users}/{uuid.uuid4()}", who="service")
    call("admin get bad id", "GET", f"{users}/not-a-uuid", who="service")
    changes = {"app_metadata": {"plan": "premium"}, "user_metadata": {"m": 2}, "email_confirm": True}
    call("admin update", "PUT", f"{users}/{bob_id}", who="service", body=changes)
    call("admin ban", "PUT", f"{users}/{bob_id}", who="service", body={"ban_duration": "24h"})
    call("banned sign in", "POST", "/token?grant_type=password", body=bob)
    call("admin unban", "PUT", f"{users}/{bob_id}", who="service", body={"ban_duration": "none"})
    return bob_id


def _links(call: Call, bob_id: str) -> None:
    def link(case: str, kind: str, name: str, **more: str) -> Answer:
        body = {"type": kind, "email": email(name), **more}
        return call(case, "POST", "/admin/generate_link", who="service", body=body)

    magic = link("generate link magiclink", "magiclink", "bob")
    by_hash = {"type": "magiclink", "token_hash": magic.get("hashed_token")}
    call("verify token_hash", "POST", "/verify", body=by_hash)
    call("verify token_hash reused", "POST", "/verify", body=by_hash)
    recovery = link("generate link recovery", "recovery", "bob")
    by_otp = {"type": "recovery", "email": email("bob"), "token": recovery.get("email_otp")}
    call("verify email otp", "POST", "/verify", body=by_otp)
    link("generate link signup", "signup", "dora", password=PASSWORD)
    link("generate link invite", "invite", "eve")
    token = link("generate link magiclink get", "magiclink", "bob").get("hashed_token")
    query = f"type=magiclink&token={token}&redirect_to=http://localhost:3000"
    call("verify by link", "GET", f"/verify?{query}", who=None)
    call("invite", "POST", "/invite", who="service", body={"email": email("fay")})


def _deletion(call: Call, bob_id: str) -> None:
    path, bob = f"/admin/users/{bob_id}", {"email": email("bob"), "password": PASSWORD}
    call("admin delete", "DELETE", path, who="service", body={})
    call("admin delete again", "DELETE", path, who="service", body={})
    call("deleted user token", "POST", "/token?grant_type=password", body=bob)


def _factors(call: Call) -> None:
    ann = {"email": email("ann"), "password": PASSWORD + "2"}
    token = call("sign in for mfa", "POST", "/token?grant_type=password", body=ann).get("access_token")
    totp = {"factor_type": "totp", "friendly_name": "phone"}
    path = f"/factors/{call('mfa enroll totp', 'POST', '/factors', who=token, body=totp).get('id')}"
    call("mfa challenge", "POST", f"{path}/challenge", who=token, body={})
    wrong = {"challenge_id": str(uuid.uuid4()), "code": "000000"}
    call("mfa verify wrong", "POST", f"{path}/verify", who=token, body=wrong)
    call("mfa unenroll", "DELETE", path, who=token)


if __name__ == "__main__":
    url, jwt_secret, out = sys.argv[1:4]
    recorded = record(url, jwt_secret)
    Path(out).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in recorded))
    sys.stdout.write(f"{len(recorded)} cases\n")
