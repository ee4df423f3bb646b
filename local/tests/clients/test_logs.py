"""No log of a service contains an address, a password, a token or a search query."""

import uuid

import httpx
import pytest
from postgrest.exceptions import APIError
from supabase import Client
from supabase_auth.errors import AuthApiError

from local.temporary_stack import Stack


def test_logs_hold_nothing_secret_or_personal(stack: Stack, anon: Client, service: Client) -> None:
    address, password, query = (f"{word}{uuid.uuid4().hex}" for word in ("a", "p", "q"))
    credentials = {"email": f"{address}@example.com", "password": password}
    session = anon.auth.sign_up(credentials).session  # type: ignore[arg-type]
    assert session
    with pytest.raises(AuthApiError):
        anon.auth.sign_up(credentials)  # type: ignore[arg-type]
    with pytest.raises(AuthApiError):
        anon.auth.sign_in_with_password({"email": credentials["email"], "password": f"not {password}"})
    with pytest.raises(APIError):
        service.table("accounts").insert({"id": session.user.id, "email": credentials["email"]}).execute()
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {session.access_token}"}
    for kind in ("movie", "opera"):
        httpx.get(f"{stack.url}/search/semantic", params={"q": query, "kind": kind}, headers=headers)
    files = f"{stack.url}/storage/v1/object/speech"
    upload_headers = {**headers, "content-type": "audio/flac", "x-metadata": query}
    response = httpx.post(f"{files}/{uuid.uuid4()}/a.flac", content=b"fLaC", headers=upload_headers)
    assert response.json()["code"] == "AccessDenied"
    text = b"".join(log.read_bytes() for log in stack.settings.logs.glob("*.log"))
    for secret in (address, password, query, session.access_token, session.refresh_token, stack.jwt_secret):
        assert secret.encode() not in text
