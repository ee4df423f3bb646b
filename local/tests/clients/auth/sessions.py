"""Sessions for tests, their users' metadata, and the calls made with their tokens."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import jwt
from supabase import Client
from supabase_auth.types import Session

from local.temporary_stack import Stack
from local.tests.clients import awkward

PASSWORD = "Corr3ct horse+;&%"
AWKWARD = awkward.AWKWARD | {"a large number": 1e30}
"""Past what JavaScript counts exactly."""


def new_email() -> str:
    return f"viewer+{uuid.uuid4().hex[:12]}@example.com"


def sign_up(app: Client, email: str | None = None) -> Session:
    session = app.auth.sign_up({"email": email or new_email(), "password": PASSWORD}).session
    assert session
    return session


def sign_in(app: Client, session: Session) -> Session:
    """Once more, by password, the user of that session."""
    assert session.user.email
    signed_in = app.auth.sign_in_with_password({"email": session.user.email, "password": PASSWORD}).session
    assert signed_in
    return signed_in


def claims_of(token: str, stack: Stack) -> dict[str, Any]:
    return dict(jwt.decode(token, stack.jwt_secret, ["HS256"], audience="authenticated"))


def refresh(http: httpx.Client, token: str) -> httpx.Response:
    return http.post("/token", params={"grant_type": "refresh_token"}, json={"refresh_token": token})


def user(http: httpx.Client, access_token: str) -> httpx.Response:
    return http.get("/user", headers={"authorization": f"Bearer {access_token}"})


def refused(code: str, response: httpx.Response) -> bool:
    return response.status_code >= 400 and response.json()["error_code"] == code


def at_once(act: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """What two threads get that act at the same instant."""
    start = Barrier(2)

    def one(_number: int) -> httpx.Response:
        start.wait(timeout=60)
        return act()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(one, range(2)))
