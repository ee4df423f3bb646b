"""Clients of Auth: without a library, and with the official one as an app and as an administrator."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from supabase import Client

from local.temporary_stack import Stack


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    """Auth without a client library, as a caller without a session."""
    headers = {"apikey": stack.anon_key}
    with httpx.Client(base_url=f"{stack.url}/auth/v1", headers=headers) as client:
        yield client


@pytest.fixture
def app(connect: Callable[[], Client]) -> Client:
    return connect()


@pytest.fixture
def admin(connect: Callable[[str], Client], stack: Stack) -> Client:
    return connect(stack.service_role_key)
