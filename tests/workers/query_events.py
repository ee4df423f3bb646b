"""Searches of a word of their own, and the rows that the jobs worker writes of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.conftest import Stack
from tests.waiting import until
from tests.workers.catalogue import Catalogue

Row = dict[str, Any]
SEARCH = "/rest/v1/rpc/search_content"
CLICK = "/rest/v1/rpc/record_search_click"


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, headers={"apikey": stack.anon_key}) as client:
        yield client


@pytest.fixture
def word(films: Catalogue) -> Iterator[str]:
    """A word that no other test searches for; the rows that hold it are deleted at the end."""
    text = f"quokka{uuid4().hex[:8]}"
    yield text
    films.connection.execute("delete from query_events where query like '%%' || %s || '%%'", [text])


def ok(response: httpx.Response) -> Any:
    assert response.is_success, response.text
    return response.json() if response.content else None


def rows(films: Catalogue, word: str) -> list[Row]:
    with films.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        query = "select * from query_events where query like '%%' || %s || '%%' order by searched_at"
        return cursor.execute(query, [word]).fetchall()


def written(films: Catalogue, word: str, count: int) -> list[Row]:
    """The rows of the searches for the word, once a later search has been written."""
    flush(films)
    found = rows(films, word)
    assert len(found) == count
    return found


def flush(films: Catalogue) -> None:
    """Wait until everything that was announced before is written."""
    marker = films.connection.execute(
        "select private.announce_search('marker', '{}', null, null, 0, '[]', false)"
    ).fetchone()
    assert marker
    until(lambda: films.connection.execute("delete from query_events where id = %s", marker).rowcount == 1)


def by_get(http: httpx.Client, text: str) -> Any:
    return ok(http.get(SEARCH, params={"query": text}))


def by_post(http: httpx.Client, text: str) -> Any:
    return ok(http.post(SEARCH, json={"query": text}))


def announced(word: str, **changes: object) -> str:
    """A payload as private.announce_search sends it."""
    event: dict[str, object] = {
        "id": str(uuid4()),
        "account_id": None,
        "query": word,
        "filters": {},
        "sort": None,
        "understood": [],
        "total": 0,
        "item_ids": [],
        "with_meaning": False,
        "searched_at": datetime.now(UTC).isoformat(),
    }
    return json.dumps(event | changes)


def click(http: httpx.Client, response: Any, item: str, position: int | None) -> None:
    body = {"search_id": response["search_id"], "item_id": item, "position": position}
    assert http.post(CLICK, json=body).status_code == 204
