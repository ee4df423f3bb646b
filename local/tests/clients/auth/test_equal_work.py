"""Neither the work for a password nor the response shows whether an account exists."""

import os
import secrets
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager

import bcrypt
import httpx
import psycopg
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from local import config, keys, services
from local.auth import app, context, credentials, settings
from local.bounds import Bounds
from local.platform import logged
from local.ports import free_port
from local.settings import ROOT
from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import PASSWORD, new_email

pytestmark = pytest.mark.own("auth", why="A password is compared whether there is an account or not")

WORK = 2**credentials.COST
"""Rounds of bcrypt for one password."""


@pytest.fixture(scope="module")
def auth(stack: Stack) -> Iterator[httpx.Client]:
    """Auth in this process, where its work can be counted."""
    own = services.platform_environment(
        stack.settings, keys.load(stack.settings.directory), config.load(ROOT), ["auth"]
    )

    @asynccontextmanager
    async def lifespan(_: Starlette):  # type: ignore[no-untyped-def]
        async with context.open_auth(settings.read(own)) as opened:
            yield {"auth": opened}

    middleware = [Middleware(logged), Middleware(Bounds)]
    served = Starlette(routes=[Mount("/auth/v1", app.router)], middleware=middleware, lifespan=lifespan)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(served, "127.0.0.1", port, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    try:
        with httpx.Client(base_url=f"{services.local_url(port)}/auth/v1", timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rounds of bcrypt, of each call."""
    done: list[int] = []
    hashpw, checkpw = bcrypt.hashpw, bcrypt.checkpw

    def hashing(password: bytes, salt: bytes) -> bytes:
        done.append(2 ** int(salt[4:6]))
        return hashpw(password, salt)

    def checking(password: bytes, stored: bytes) -> bool:
        done.append(2 ** int(stored[4:6]))
        return checkpw(password, stored)

    monkeypatch.setattr(bcrypt, "hashpw", hashing)
    monkeypatch.setattr(bcrypt, "checkpw", checking)
    return done


@pytest.fixture
def account(auth: httpx.Client, stack: Stack) -> Callable[[str], str]:
    """An address whose account is as its kind says."""
    changes = {
        "known": "",
        "unconfirmed": "email_confirmed_at = null",
        "banned": "banned_until = now() + interval '1 day'",
        "without a password": "encrypted_password = null",
        "with an empty password": "encrypted_password = ''",
        "with a hash of another kind": "encrypted_password = '$argon2id$v=19$m=16,t=2,p=1$YWJj$YWJjYWJj'",
        "with a hash of cost 4": f"encrypted_password = '{hash_of(4)}'",
        "with a hash of cost 10": f"encrypted_password = '{hash_of(10)}'",
        "deleted softly": "deleted_at = now(), encrypted_password = null",
    }

    def make(kind: str) -> str:
        email = new_email()
        if kind == "unknown":
            return email
        auth.post("/signup", json={"email": email, "password": PASSWORD}).raise_for_status()
        if changes[kind]:
            with psycopg.connect(stack.admin_database_url) as admin:
                admin.execute(f"update auth.users set {changes[kind]} where email = %s".encode(), [email])
        return email

    return make


def hash_of(cost: int) -> str:
    return bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(cost)).decode()


KINDS = [
    *("known", "unknown", "unconfirmed", "banned", "without a password", "with an empty password"),
    *("with a hash of another kind", "with a hash of cost 4", "with a hash of cost 10", "deleted softly"),
]


def sign_in(auth: httpx.Client, email: str, password: str) -> httpx.Response:
    return auth.post("/token?grant_type=password", json={"email": email, "password": password})


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_password_is_as_much_work_for_every_account(
    auth: httpx.Client, account: Callable[[str], str], work: list[int], kind: str
) -> None:
    email = account(kind)
    work.clear()
    response = sign_in(auth, email, "not the password")
    assert sum(work) == WORK
    assert (response.status_code, response.json()) == (
        400,
        {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"},
    )


@pytest.mark.parametrize("kind", ["known", "unknown", "unconfirmed"])
def test_signing_up_is_as_much_work_for_an_address_that_is_taken(
    auth: httpx.Client, account: Callable[[str], str], work: list[int], kind: str
) -> None:
    email = account(kind)
    work.clear()
    auth.post("/signup", json={"email": email, "password": PASSWORD})
    assert sum(work) == WORK


@pytest.mark.parametrize("kind", ["known", "unknown"])
def test_recovery_is_no_work_and_one_answer(
    auth: httpx.Client, account: Callable[[str], str], work: list[int], kind: str
) -> None:
    email = account(kind)
    work.clear()
    response = auth.post("/recover", json={"email": email})
    assert (response.status_code, response.json()["error_code"], work) == (404, "not_found", [])


@pytest.mark.parametrize("kind", ["with a hash of cost 4", "with a hash of cost 10"])
def test_a_right_password_signs_in_by_a_hash_of_any_cost(
    auth: httpx.Client, account: Callable[[str], str], work: list[int], kind: str
) -> None:
    email = account(kind)
    work.clear()
    assert sign_in(auth, email, PASSWORD).status_code == 200
    assert sum(work) == WORK


def test_a_ban_is_said_to_who_knows_the_password_alone(
    auth: httpx.Client, account: Callable[[str], str]
) -> None:
    email = account("banned")
    assert sign_in(auth, email, PASSWORD).json()["error_code"] == "user_banned"
    assert sign_in(auth, email, "not the password").json()["error_code"] == "invalid_credentials"


def test_passwords_of_one_address_are_compared_in_turn_in_bounded_queue(
    auth: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another address goes on meanwhile: the first one's wait for each other."""
    at_once, most, lock, go_on = 0, 0, threading.Lock(), threading.Event()

    def slow(_: bytes, __: str) -> bool:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        go_on.wait(60)
        with lock:
            at_once -= 1
        return False

    monkeypatch.setattr(credentials, "_compared", slow)
    codes: list[str] = []

    def guess() -> None:
        address = {"X-Forwarded-For": "10.1.2.3"}
        body = {"email": new_email(), "password": secrets.token_hex(8)}
        response = auth.post("/token?grant_type=password", json=body, headers=address)
        codes.append(response.json()["error_code"])

    waiting = credentials.TURNS.queue.each
    threads = [threading.Thread(target=guess) for _ in range(waiting + 5)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 60
    while len(codes) < 4 and time.monotonic() < end:
        time.sleep(0.02)
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert codes.count("over_request_rate_limit") == 4
    assert codes.count("invalid_credentials") == waiting + 1
    assert most == 1


@pytest.mark.skipif("SOAK_ROUNDS" not in os.environ, reason="times are for make soak")
def test_times_of_unknown_and_known_accounts_are_alike(
    auth: httpx.Client, account: Callable[[str], str]
) -> None:
    known, times = account("known"), {"known": list[float](), "unknown": list[float]()}
    for _ in range(10 * int(os.environ["SOAK_ROUNDS"])):
        for kind, email in (("known", known), ("unknown", f"{uuid.uuid4()}@example.com")):
            start = time.perf_counter()
            sign_in(auth, email, "not the password")
            times[kind].append(time.perf_counter() - start)
    middles = [statistics.median(seconds) for seconds in times.values()]
    assert max(middles) / min(middles) < 1.25
