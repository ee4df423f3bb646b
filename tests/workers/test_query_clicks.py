"""A click on a result of a search is written to its row."""

import json
from uuid import uuid4

import httpx

from tests.waiting import until
from tests.workers.catalogue import Catalogue
from tests.workers.query_events import announced, by_get, click, flush, http, rows, word, written

__all__ = ["http", "word"]


def test_click_on_a_result_is_written(films: Catalogue, http: httpx.Client, word: str) -> None:
    """At once after the search, whose row is not there yet; the position is that of the result."""
    films.add(f"{word} first", None)
    films.add(f"{word} second", None)
    response = by_get(http, word)
    chosen = response["results"][1]["id"]
    click(http, response, chosen, 7)
    click(http, response, response["results"][0]["id"], 1)
    (row,) = written(films, word, 1)
    until(lambda: rows(films, word)[0]["clicked_at"])
    row = rows(films, word)[0]
    assert (str(row["clicked_item_id"]), row["clicked_position"]) == (chosen, 2)


def test_click_that_does_not_fit_its_search_is_ignored(
    films: Catalogue, http: httpx.Client, word: str
) -> None:
    films.add(word, None)
    response, found = by_get(http, word), uuid4()
    click(http, response, str(found), 1)
    click(http, response, str(found), 2)
    click(http, {"search_id": str(uuid4())}, str(found), 1)
    click(http, response, str(found), None)
    flush(films)
    assert [row["clicked_at"] for row in written(films, word, 1)] == [None]


def test_click_on_a_later_result_has_the_position_that_was_sent(films: Catalogue, word: str) -> None:
    ids = [str(uuid4()) for _ in range(11)]
    payload = announced(word, item_ids=ids[:10], total=11)
    films.connection.execute("select pg_notify('query_events', %s)", [payload])
    films.connection.execute(
        "select record_search_click(%s, %s, %s)", [json.loads(payload)["id"], ids[10], 11]
    )
    until(lambda: rows(films, word) and rows(films, word)[0]["clicked_at"])
    (row,) = rows(films, word)
    assert (str(row["clicked_item_id"]), row["clicked_position"]) == (ids[10], 11)


def test_click_after_a_day_is_ignored(films: Catalogue, word: str) -> None:
    item = str(uuid4())
    payload = announced(word, item_ids=[item], total=1, searched_at="2026-01-01T00:00:00Z")
    films.connection.execute("select pg_notify('query_events', %s)", [payload])
    films.connection.execute("select record_search_click(%s, %s, 1)", [json.loads(payload)["id"], item])
    flush(films)
    assert [row["clicked_at"] for row in written(films, word, 1)] == [None]
