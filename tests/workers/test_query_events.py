"""Searches through every route leave a row each in query_events; the jobs worker writes them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

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
    until(lambda: len(rows(films, word)) >= count)
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


def by_content(http: httpx.Client, text: str) -> Any:
    return ok(http.get("/search/content", params={"q": text}))


def by_semantic(http: httpx.Client, text: str) -> Any:
    return ok(http.get("/search/semantic", params={"q": text}))


@pytest.mark.parametrize(
    ("search", "with_meaning"),
    [(by_get, False), (by_post, False), (by_content, True), (by_semantic, True)],
)
def test_search_leaves_one_row_by_every_route(
    films: Catalogue, http: httpx.Client, word: str, search: Any, with_meaning: bool
) -> None:
    film = films.add(f"The {word}", "A film")
    films.until_embedded(film)
    response = search(http, word)
    (row,) = written(films, word, 1)
    assert (str(row["id"]), row["query"]) == (response["search_id"], word)
    assert (row["account_id"], row["with_meaning"]) == (None, with_meaning)
    assert row["item_ids"] == [UUID(each["id"]) for each in response["results"]][:10]
    assert row["total"] == response.get("total", len(response["results"]))
