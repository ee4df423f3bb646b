"""A request that waits, as for the hash of a password, counts by what is true when it is carried out."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from supabase import Client

from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import PASSWORD, new_email, sign_in, sign_up
from local.tests.waiting import until

pytestmark = pytest.mark.own("auth", why="A request that waited for a hash is checked again")

WAITING = (
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%%auth.users%%'"
)
Send = Callable[[], httpx.Response]


@contextmanager
def meanwhile(stack: Stack, user_id: str, send: Send, *changes: str) -> Iterator[Future[httpx.Response]]:
    """The response to a request for which the changes are committed after its first checks."""
    with ThreadPoolExecutor(1) as requests, psycopg.connect(stack.database_url) as connection:
        connection.execute("select from auth.users where id = %s for update", [user_id])
        for change in changes:
            connection.execute(change.encode(), {"user": user_id})
        response = requests.submit(send)
        with psycopg.connect(stack.admin_database_url, autocommit=True) as admin:
            until(lambda: admin.execute(WAITING).fetchone() != (0,))
        connection.commit()
        yield response


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("update auth.users set encrypted_password = 'x' where id = %(user)s", "invalid_credentials"),
        ("update auth.users set banned_until = now() + interval '1 day' where id = %(user)s", "user_banned"),
        ("delete from auth.users where id = %(user)s", "invalid_credentials"),
    ],
)
def test_sign_in_fails_if_the_account_changed_meanwhile(
    stack: Stack, http: httpx.Client, app: Client, change: str, error: str
) -> None:
    email = new_email()
    user_id = sign_up(app, email).user.id

    def send() -> httpx.Response:
        body = {"email": email, "password": PASSWORD}
        return http.post("/token?grant_type=password", json=body, timeout=60)

    with meanwhile(stack, user_id, send, change) as response:
        assert (response.result().status_code, response.result().json()["error_code"]) == (400, error)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("delete from auth.sessions where user_id = %(user)s", "session_not_found"),
        ("update auth.users set banned_until = now() + interval '1 day' where id = %(user)s", "user_banned"),
        ("delete from auth.users where id = %(user)s", "user_not_found"),
    ],
)
def test_password_change_fails_if_its_session_ended_meanwhile(
    stack: Stack, http: httpx.Client, app: Client, change: str, error: str
) -> None:
    session = sign_up(app)
    headers = {"Authorization": f"Bearer {session.access_token}"}

    def send() -> httpx.Response:
        return http.put("/user", json={"password": "An0ther horse"}, headers=headers, timeout=60)

    with meanwhile(stack, session.user.id, send, change) as response:
        assert (response.result().status_code, response.result().json()["error_code"]) == (403, error)
    if error == "session_not_found":
        assert sign_in(app, session).user.id == session.user.id


def test_anonymous_user_becomes_permanent_once(http: httpx.Client) -> None:
    session = http.post("/signup", json={}).json()
    headers = {"Authorization": f"Bearer {session['access_token']}"}

    def give(_: int) -> int:
        return http.put("/user", json={"email": new_email()}, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(6) as requests:
        assert sorted(requests.map(give, range(6))) == [200, *[422] * 5]
