"""Semantic search on a running stack, through the gateway, as a client uses it."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from supabase import Client, ClientOptions, create_client

from tests.conftest import Stack
from tests.workers.catalogue import Catalogue

AWKWARD = [
    "two  words",
    "1+1 = 2",
    "say \"yes\" and 'no'",
    "it's; a & b, c",
    "100% _ * \\ %20",
    "مرحبا بالعالم",
    "שלום עולם",
    "naïve 😀🤖",
    "null",
    "😀" * 1000,
]


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, headers={"apikey": stack.anon_key}) as client:
        yield client


def search(http: httpx.Client, q: str, **parameters: Any) -> list[dict[str, Any]]:
    response = http.get("/search/semantic", params={"q": q, **parameters})
    assert response.status_code == 200, response.text
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def embed(stack: Stack, texts: list[str], key: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key or stack.service_role_key}"}
    return httpx.post(f"{stack.part_url('search')}/embed", json={"texts": texts}, headers=headers)


def test_similarities_equal_those_of_the_model_card(stack: Stack) -> None:
    others = ["That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    body = embed(stack, ["That is a happy person", *others]).json()
    assert body["model"].startswith("all-MiniLM-L6-v2@")
    first, *rest = body["embeddings"]
    similarities = [sum(a * b for a, b in zip(first, other, strict=True)) for other in rest]
    assert similarities == pytest.approx([0.696, 0.942, 0.261], abs=0.01)
    assert [len(vector) for vector in body["embeddings"]] == [384] * 4


def test_embedding_does_not_depend_on_other_texts_of_the_batch(stack: Stack) -> None:
    alone = embed(stack, ["A lonely robot"]).json()["embeddings"][0]
    among = embed(stack, ["x", "A lonely robot", "A very long one " * 200]).json()["embeddings"][1]
    assert alone == among


@pytest.mark.parametrize("kind", ["movie", "tv_show", "sports", "book"])
def test_items_are_found_by_meaning(films: Catalogue, http: httpx.Client, kind: str) -> None:
    wanted = films.add("Steel & Tears", "A lonely robot on an empty planet learns to love.", kind)
    other = films.add("The Soufflé", "Two pastry cooks in Lyon compete for a star.", kind)
    films.until_embedded(wanted, other)
    results = search(http, "a machine that feels alone", kind=kind, threshold=0.3)
    best = results[0]
    assert (best["id"], best["kind"], best["title"]) == (str(wanted), kind, "Steel & Tears")
    assert 0.3 <= best["similarity"] <= 1
    assert str(other) not in [result["id"] for result in results]


def test_search_without_a_kind_finds_films(films: Catalogue, http: httpx.Client) -> None:
    film = films.add("Steel & Tears", "A lonely robot on an empty planet learns to love.")
    book = films.add("Steel & Tears", "A lonely robot on an empty planet learns to love.", "book")
    films.until_embedded(film, book)
    assert [result["id"] for result in search(http, "a lonely robot")] == [str(film)]


def test_search_respects_limit_and_threshold(films: Catalogue, http: httpx.Client) -> None:
    added = [films.add(f"Robots {n}", f"A lonely robot, number {n}, learns to love.") for n in range(14)]
    films.until_embedded(*added)
    assert len(search(http, "a lonely robot")) == 12
    results = search(http, "a lonely robot", limit=3)
    similarities = [result["similarity"] for result in results]
    assert len(similarities) == 3
    assert similarities == sorted(similarities, reverse=True)
    assert search(http, "a lonely robot", threshold=1) == []
    assert len(search(http, "a lonely robot", threshold=similarities[1])) < 14
    assert len(search(http, "robots", threshold=0, limit=200)) >= 14


def test_film_without_overview_is_not_found_by_meaning(films: Catalogue, http: httpx.Client) -> None:
    textless = films.add("A lonely robot", None)
    other = films.add("A lonely robot", "It learns to love.")
    films.until_embedded(other)
    assert [result["id"] for result in search(http, "a lonely robot")] == [str(other)]
    assert not films.embedded(textless)


@pytest.mark.parametrize("text", AWKWARD)
def test_queries_and_titles_with_special_characters_arrive_unchanged(
    films: Catalogue, http: httpx.Client, text: str
) -> None:
    title = text[:400]
    item = films.add(title, "Somebody does something somewhere.")
    films.until_embedded(item)
    assert search(http, f"{title}. Somebody does something somewhere.", threshold=0.9)[0]["title"] == title
    assert isinstance(search(http, text, threshold=0), list)


def test_signed_in_viewer_can_search(films: Catalogue, stack: Stack) -> None:
    film = films.add("Steel & Tears", "A lonely robot on an empty planet learns to love.")
    films.until_embedded(film)
    with httpx.Client() as own:
        options = ClientOptions(auto_refresh_token=False, httpx_client=own)
        viewer: Client = create_client(stack.url, stack.anon_key, options)
        address = f"viewer-{uuid.uuid4().hex}@example.com"
        session = viewer.auth.sign_up({"email": address, "password": uuid.uuid4().hex}).session
        assert session
        headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {session.access_token}"}
        response = own.get(f"{stack.url}/search/semantic", params={"q": "a lonely robot"}, headers=headers)
    assert [result["id"] for result in response.json()["results"]] == [str(film)]


def test_missing_or_invalid_key_is_refused(stack: Stack) -> None:
    claims = {"role": "anon", "exp": time.time() - 3600}
    expired = jwt.encode(claims, stack.jwt_secret, "HS256")
    forged = jwt.encode({**claims, "exp": time.time() + 3600}, "x" * 40, "HS256")
    for address in (stack.url, stack.part_url("search")):
        for headers in (
            {},
            {"apikey": "nonsense"},
            {"apikey": expired},
            {"apikey": forged},
            {"apikey": stack.anon_key, "Authorization": f"Bearer {forged}"},
            {"apikey": stack.anon_key, "Authorization": "Bearer"},
        ):
            url = f"{address}/search/semantic"
            response = httpx.get(url, params={"q": "robots"}, headers=headers)
            assert response.status_code == 401, (headers, response.text)
            assert response.json()["message"]


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("q", ""),
        ("q", "q="),
        ("q", "q=%20%20"),
        ("q", "q=%00robots"),
        ("q", "q=" + "x" * 1001),
        ("kind", "q=robots&kind=film"),
        ("limit", "q=robots&limit=0"),
        ("limit", "q=robots&limit=201"),
        ("limit", "q=robots&limit=ten"),
        ("threshold", "q=robots&threshold=1.5"),
        ("threshold", "q=robots&threshold=NaN"),
    ],
)
def test_invalid_parameter_is_named(http: httpx.Client, field: str, query: str) -> None:
    response = http.get(f"/search/semantic?{query}")
    assert response.status_code == 400, response.text
    assert (response.json()["code"], response.json()["details"]) == ("invalid_parameter", {"field": field})


def test_query_with_invalid_utf_8_is_accepted(http: httpx.Client) -> None:
    assert http.get("/search/semantic?q=%ff%fe").status_code == 200


@pytest.mark.parametrize("path", ["/search/semantic", "/search/content"])
def test_page_size_has_two_names_and_unknown_parameters_are_refused(
    films: Catalogue, http: httpx.Client, path: str
) -> None:
    films.until_embedded(*(films.add(f"Robots {n}", f"A lonely robot, number {n}.") for n in range(4)))
    for size in ({"count": 3}, {"limit": 3}, {"count": 3, "limit": 3}):
        response = http.get(path, params={"q": "lonely robot", **size})
        assert (response.status_code, len(response.json()["results"])) == (200, 3)
    for field, query in (("limit", "count=3&limit=4"), ("count", "count=0"), ("count", "count=3&count=4")):
        refused = http.get(f"{path}?q=robot&{query}")
        details = refused.json()["details"]
        details = json.loads(details) if isinstance(details, str) else details
        assert (refused.status_code, details["field"]) == (400, field)
    for name in ("page", "Limit", "offset"):
        refused = http.get(path, params={"q": "robot", name: "1"})
        code, details = refused.json()["code"], refused.json()["details"]
        assert (refused.status_code, code, details) == (400, "unknown_parameter", {"field": name})
    assert http.get(path, params={"q": "robot", "apikey": http.headers["apikey"]}).status_code == 200


def test_response_has_the_request_id(http: httpx.Client) -> None:
    response = http.get("/search/semantic", params={"q": "robots"}, headers={"x-request-id": "trace-7"})
    assert response.headers["x-request-id"] == "trace-7"
    assert uuid.UUID(http.get("/search/semantic", params={"q": "robots"}).headers["x-request-id"])


def test_internal_routes_are_not_reachable_through_the_gateway(stack: Stack, http: httpx.Client) -> None:
    assert http.post("/embed", json={"texts": ["x"]}).status_code == 404
    assert http.get("/metrics").status_code == 404
    assert embed(stack, ["x"], stack.anon_key).status_code == 403


def test_probes_respond(stack: Stack) -> None:
    for path in ("/healthz", "/readyz"):
        assert httpx.get(f"{stack.part_url('search')}{path}").status_code == 200


@pytest.mark.embedded
@pytest.mark.parametrize("service", ["search", "jobs"])
def test_metrics_accept_only_their_own_token(stack: Stack, service: str) -> None:
    def status(**headers: str) -> int:
        return httpx.get(f"{stack.part_url(service)}/metrics", headers=headers).status_code

    assert status(Authorization=f"Bearer {stack.environment['METRICS_TOKEN']}") == 200
    for token in ("x", stack.anon_key, stack.service_role_key, stack.secret_key):
        assert status(Authorization=f"Bearer {token}", apikey=token) == 401
    assert status() == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/search/semantic?q=x", 200),
        ("/search/content?q=x", 200),
        ("/search/semantic", 400),
        ("/search/x", 404),
    ],
)
def test_response_is_not_cached_for_other_callers(http: httpx.Client, path: str, status: int) -> None:
    response = http.get(path)
    assert response.status_code == status
    assert response.headers["cache-control"] == "private, no-store"
    varies = {name.strip().lower() for name in response.headers["vary"].split(",")}
    assert {"authorization", "apikey", "x-profile-id"} <= varies


@pytest.mark.parametrize("path", ["/search/semantic", "/search/content", "/functions/v1/semantic-search"])
@pytest.mark.parametrize("profile", ["é", "ÿ", "a" * 1000 + "ü", "\u202e"], ids=ascii)
def test_profile_header_beyond_ascii_is_refused(stack: Stack, path: str, profile: str) -> None:
    key = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    headers = {name.encode(): value.encode() for name, value in {**key, "x-profile-id": profile}.items()}
    response = httpx.get(f"{stack.url}{path}?q=robots", headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_parameter")
    assert response.json()["details"] == {"field": "x-profile-id"}


@pytest.mark.parametrize("apikey", ["é", "sb_secret_ü", "ÿ" * 300], ids=ascii)
def test_key_beyond_ascii_is_refused(stack: Stack, apikey: str) -> None:
    headers = {b"apikey": apikey.encode(), b"Authorization": f"Bearer {stack.anon_key}".encode()}
    response = httpx.get(f"{stack.part_url('search')}/search/semantic?q=robots", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
