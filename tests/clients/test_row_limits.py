"""Limits on written rows, with the official clients and plain HTTP."""

from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest
from postgrest.exceptions import APIError
from supabase import Client

from tests.conftest import Stack


@pytest.fixture
def limited(stack: Stack) -> Iterator[None]:
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute("insert into private.rate_limits values ('authenticated', 'consents', 100, 86400)")
        yield
        admin.execute("delete from private.rate_limits")


def consents(count: int) -> list[dict[str, object]]:
    return [
        {"purpose": "terms", "document_version": f"{number} +%;'😀", "is_granted": True}
        for number in range(count)
    ]


def test_insert_of_more_rows_than_the_limit_returns_413(
    stack: Stack, limited: None, sign_up: Callable[[], tuple[Client, str]]
) -> None:
    client, _ = sign_up()
    with pytest.raises(APIError) as refused:
        client.table("consents").insert(consents(101)).execute()
    assert (refused.value.code, refused.value.hint) == ("too_many_rows", "Send them in smaller pieces.")
    session = client.auth.get_session()
    assert session
    answer = httpx.post(
        f"{stack.url}/rest/v1/consents",
        json=consents(101),
        headers={"apikey": stack.anon_key, "Authorization": f"Bearer {session.access_token}"},
    )
    assert answer.status_code == 413
    assert client.table("consents").select("id").execute().data == []


def test_rows_written_by_table_and_function_share_one_limit(
    stack: Stack, limited: None, sign_up: Callable[[], tuple[Client, str]]
) -> None:
    client, _ = sign_up()
    client.table("consents").insert(consents(99)).execute()
    client.rpc("record_consent", {"purpose": "terms", "granted": True, "version": "1"}).execute()
    session = client.auth.get_session()
    assert session
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {session.access_token}"}
    for path, body in (
        ("consents", consents(1)),
        ("rpc/record_consent", {"purpose": "terms", "granted": True, "version": "1"}),
    ):
        answer = httpx.post(f"{stack.url}/rest/v1/{path}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert 86300 <= int(answer.headers["retry-after"]) <= 86400 + 1440
    other, _ = sign_up()
    other.table("consents").insert(consents(2)).execute()
