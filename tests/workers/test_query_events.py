"""A search leaves one row in query_events, by every route."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.workers.catalogue import Catalogue
from tests.workers.query_events import SEARCH, by_get, by_post, http, ok, word, written

__all__ = ["http", "word"]


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


def test_second_page_and_suggestions_leave_no_row(films: Catalogue, http: httpx.Client, word: str) -> None:
    for number in range(3):
        films.add(f"{word} {number}", None)
    first = ok(http.post(SEARCH, json={"query": word, "count": 2}))
    second = ok(http.post(SEARCH, json={"query": word, "count": 2, "cursor": first["next_cursor"]}))
    assert (len(second["results"]), second["search_id"]) == (1, None)
    assert ok(http.get("/rest/v1/rpc/suggest", params={"q": word}))
    assert ok(http.get("/rest/v1/rpc/understand_query", params={"query": word}))
    assert ok(http.get("/rest/v1/rpc/get_popular_items")) is not None
    assert [row["total"] for row in written(films, word, 1)] == [3]


def test_row_holds_query_filters_and_sort(films: Catalogue, http: httpx.Client, word: str) -> None:
    text = f"  {word}\t of\n the 1990s  "
    ok(http.post(SEARCH, json={"query": text, "kind": "movie", "year_to": 2000, "sort": "title"}))
    (row,) = written(films, word, 1)
    assert row["query"] == f"{word} of the 1990s"
    assert (row["filters"], row["sort"]) == ({"kind": "movie", "year_to": 2000}, "title")
    assert (row["item_ids"], row["total"]) == ([], 0)


@pytest.mark.parametrize("text", ["a+b", "\"q\" 'q'", "a;b&c 100%", "\\u0000", "שלום 😀", "null"])
def test_query_with_special_characters_is_written_unchanged(
    films: Catalogue, http: httpx.Client, word: str, text: str
) -> None:
    by_get(http, f"{word} {text}")
    assert [row["query"] for row in written(films, word, 1)] == [f"{word} {text}"]


def test_long_query_is_written_in_part(films: Catalogue, http: httpx.Client, word: str) -> None:
    by_post(http, word + "😀" * 900)
    assert [row["query"] for row in written(films, word, 1)] == [word + "😀" * (200 - len(word))]
