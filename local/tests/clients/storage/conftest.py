"""Users with a folder of their own in a private bucket, a public bucket, and one with limits."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import psycopg
import pytest
from storage3 import SyncStorageClient

from local.temporary_stack import Stack

PRIVATE, PUBLIC, LIMITED = "private-files", "public files", "limited-files"
POLICY = f"""
    create policy files_of_users on storage.objects for all to authenticated
    using (bucket_id = '{PRIVATE}' and (storage.foldername(name))[1] = (select auth.uid())::text)
    with check (bucket_id = '{PRIVATE}' and (storage.foldername(name))[1] = (select auth.uid())::text)
"""
BUCKETS: list[dict[str, Any]] = [
    {"id": PRIVATE, "name": PRIVATE},
    {"id": PUBLIC, "name": PUBLIC, "public": True},
    {"id": LIMITED, "name": LIMITED, "file_size_limit": 1000, "allowed_mime_types": ["image/*", "text/csv"]},
]


@dataclass(frozen=True)
class User:
    id: str
    token: str
    storage: SyncStorageClient

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def path(self, name: str) -> str:
        return f"{self.id}/{name}"


@pytest.fixture
def url(stack: Stack) -> str:
    return f"{stack.url}/storage/v1"


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    """Storage without a client library, as a caller without a token."""
    with httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture
def key(stack: Stack) -> dict[str, str]:
    return {"authorization": f"Bearer {stack.service_role_key}"}


@pytest.fixture(autouse=True)
def buckets(stack: Stack) -> Iterator[None]:
    """There for one test, and empty."""
    with created_buckets(stack):
        yield


@contextmanager
def created_buckets(stack: Stack) -> Iterator[None]:
    """The buckets, and their policy."""
    headers = {"authorization": f"Bearer {stack.service_role_key}"}
    with (
        psycopg.connect(stack.database_url, autocommit=True) as connection,
        httpx.Client(base_url=f"{stack.url}/storage/v1", headers=headers) as http,
    ):
        connection.execute(POLICY.encode())
        try:
            for bucket in BUCKETS:
                http.post("/bucket", json=bucket).raise_for_status()
            yield
        finally:
            connection.execute("drop policy files_of_users on storage.objects")
            refusals = [response for bucket in BUCKETS for response in removal(http, bucket["id"])]
            assert not refusals, "\n".join(response.text for response in refusals)


def removal(http: httpx.Client, bucket: str) -> list[httpx.Response]:
    """Empty and delete a bucket; the answers that are no success, but for one that a test deleted."""
    responses = http.post(f"/bucket/{bucket}/empty"), http.delete(f"/bucket/{bucket}")
    return [
        response
        for response in responses
        if response.is_error and response.json()["error"] != "Bucket not found"
    ]


@pytest.fixture
def user(stack: Stack, url: str) -> Iterator[Callable[[], User]]:
    """Makes a user, known by the token alone."""
    opened: list[httpx.Client] = []

    def make() -> User:
        user_id = str(uuid.uuid4())
        claims = {"sub": user_id, "role": "authenticated", "aud": "authenticated"}
        token = jwt.encode({**claims, "exp": int(time.time()) + 600}, stack.jwt_secret)
        headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {token}"}
        opened.append(httpx.Client())
        return User(user_id, token, SyncStorageClient(f"{url}/", headers, http_client=opened[-1]))

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def ann(user: Callable[[], User]) -> User:
    return user()


@pytest.fixture
def bob(user: Callable[[], User]) -> User:
    return user()


@pytest.fixture
def service(stack: Stack, url: str) -> Iterator[SyncStorageClient]:
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.service_role_key}"}
    with httpx.Client() as client:
        yield SyncStorageClient(f"{url}/", headers, http_client=client)
