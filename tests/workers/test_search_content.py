"""GET /search/content through the gateway: full text and meaning in one search."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Stack
from tests.workers.catalogue import Catalogue
from tests.workers.test_search import AWKWARD


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, headers={"apikey": stack.anon_key}) as client:
        yield client


def search(http: httpx.Client, q: str, **parameters: Any) -> dict[str, Any]:
    response = http.get("/search/content", params={"q": q, **parameters})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_films_are_found_by_name_and_by_meaning(films: Catalogue, http: httpx.Client) -> None:
    named = films.add("A Machine That Feels", None)
    similar = films.add("Steel & Tears", "A machine, alone on an empty planet, learns to love.")
    other = films.add("The Soufflé", "Two pastry cooks in Lyon compete for a star.")
    films.until_embedded(similar, other)
    results = search(http, "a machine that feels alone")["results"]
    assert [(each["id"], each["matched"][-1]) for each in results] == [
        (str(named), "name"),
        (str(similar), "meaning"),
    ]


def test_filters_pages_and_facets_reach_the_function(films: Catalogue, http: httpx.Client) -> None:
    added = [films.add(f"Robot {number}", "It learns to love.") for number in range(5)]
    book = films.add("Robot Book", "It learns to love.", "book")
    films.until_embedded(*added, book)
    first = search(http, "robot", kind="movie", count=3, genre="", tier="free")
    second = search(http, "robot", kind="movie", count=3, tier="free", cursor=first["next_cursor"])
    assert (len(first["results"]), len(second["results"])) == (3, 2)
    assert first["facets"]["kind"] == [{"value": "movie", "count": 5}]
    assert search(http, "robot", kind="book", year_from="")["results"][0]["id"] == str(book)


@pytest.mark.parametrize("text", AWKWARD)
def test_queries_and_titles_with_special_characters_arrive_unchanged(
    films: Catalogue, http: httpx.Client, text: str
) -> None:
    title = text[:400]
    item = films.add(title, "Somebody does something somewhere.")
    assert search(http, title)["results"][0]["id"] == str(item)


@pytest.mark.parametrize(
    ("code", "query"),
    [
        ("invalid_parameter", ""),
        ("invalid_parameter", "q=%20"),
        ("invalid_parameter", "q=robots&genre=%00"),
        ("22023", "q=robots&kind=film"),
        ("22023", "q=robots&count=0"),
        ("22023", "q=robots&cursor=nonsense"),
        ("22P02", "q=robots&year_from=soon"),
    ],
)
def test_invalid_parameter_is_refused(http: httpx.Client, code: str, query: str) -> None:
    response = http.get(f"/search/content?{query}")
    assert (response.status_code, response.json()["code"]) == (400, code), response.text


def test_missing_key_is_refused(stack: Stack) -> None:
    url = f"{stack.part_url('search')}/search/content?q=robots"
    assert httpx.get(url).status_code == 401
