"""Sockets of clients, and users known by their tokens."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import jwt
import psutil
import pytest

from local.temporary_stack import Stack
from local.tests.clients.realtime.sockets import Socket

Token = Callable[..., str]
Open = Callable[..., Socket]


@pytest.fixture
def token(stack: Stack) -> Token:
    """Makes the token of a user."""

    def make(user: str | None = None, lifetime: float = 600, role: str = "authenticated") -> str:
        claims = {"sub": user or str(uuid.uuid4()), "role": role, "aud": "authenticated"}
        return jwt.encode({**claims, "exp": int(time.time() + lifetime)}, stack.jwt_secret)

    return make


@pytest.fixture
def open_socket(stack: Stack) -> Iterator[Open]:
    """Opens sockets, all closed at the end."""
    with ExitStack() as sockets:

        def make(vsn: str = "1.0.0", key: str = stack.anon_key, source: str = "") -> Socket:
            return sockets.enter_context(Socket(stack.url, key, vsn, source))

        yield make


@pytest.fixture
def bystanders(open_socket: Open) -> Iterator[list[Socket]]:
    """Two who talk to each other before and after."""
    ann, bob = open_socket(), open_socket("2.0.0")
    for socket in (ann, bob):
        assert socket.join("bystanders")["status"] == "ok"
    yield [ann, bob]
    ann.say("bystanders", "still here", {})
    assert bob.hear("broadcast")["event"] == "still here"


@pytest.fixture
def steady_memory(stack: Stack) -> Iterator[None]:
    """The platform's process does not grow."""
    process = psutil.Process(stack.pid("platform"))
    before = process.memory_info().rss
    yield
    assert process.memory_info().rss - before < 50_000_000


@pytest.fixture
def room() -> str:
    """A topic of the test's own."""
    return f"room {uuid.uuid4().hex[:8]} + 'quotes' ; & % 🎬 שלום"
