"""Search by meaning on a running stack, through the gateway, as a client does it."""

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


def found(http: httpx.Client, q: str, **parameters: Any) -> list[dict[str, Any]]:
    response = http.get("/search/semantic", params={"q": q, **parameters})
    assert response.status_code == 200, response.text
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def embed(stack: Stack, texts: list[str], key: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key or stack.service_role_key}"}
    return httpx.post(f"{stack.part_url('search')}/embed", json={"texts": texts}, headers=headers)


def test_similarities_are_those_of_the_models_card(stack: Stack) -> None:
    others = ["That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    answer = embed(stack, ["That is a happy person", *others]).json()
    assert answer["model"].startswith("all-MiniLM-L6-v2@")
    first, *rest = answer["embeddings"]
    similarities = [sum(a * b for a, b in zip(first, other, strict=True)) for other in rest]
    assert similarities == pytest.approx([0.696, 0.942, 0.261], abs=0.01)
    assert [len(vector) for vector in answer["embeddings"]] == [384] * 4


def test_a_text_has_the_same_vector_in_any_company(stack: Stack) -> None:
    alone = embed(stack, ["A lonely robot"]).json()["embeddings"][0]
    among = embed(stack, ["x", "A lonely robot", "A very long one " * 200]).json()["embeddings"][1]
    assert alone == among


@pytest.mark.parametrize("kind", ["movie", "tv_show", "sports", "book"])
def test_items_are_found_by_what_they_are_about(films: Catalogue, http: httpx.Client, kind: str) -> None:
    wanted = films.add("Steel & Tears", "A lonely robot on an empty planet learns to love.", kind)
    other = films.add("The Soufflé", "Two pastry cooks in Lyon compete for a star.", kind)
    films.until_embedded(wanted, other)
    results = found(http, "a machine that feels alone", kind=kind, threshold=0.3)
    best = results[0]
    assert (best["id"], best["kind"], best["title"]) == (str(wanted), kind, "Steel & Tears")
    assert 0.3 <= best["similarity"] <= 1
    assert str(other) not in [result["id"] for result in results]


def test_a_film_is_meant_where_no_kind_is_named(films: Catalogue, http: httpx.Client) -> None:
    film = films.add("Steel & Tears", "A lonely robot on an empty planet learns to love.")
    book = films.add("Steel & Tears", "A lonely robot on an empty planet learns to love.", "book")
    films.until_embedded(film, book)
    assert [result["id"] for result in found(http, "a lonely robot")] == [str(film)]


def test_limit_and_threshold_hold(films: Catalogue, http: httpx.Client) -> None:
    added = [films.add(f"Robots {n}", f"A lonely robot, number {n}, learns to love.") for n in range(14)]
    films.until_embedded(*added)
    assert len(found(http, "a lonely robot")) == 12
    results = found(http, "a lonely robot", limit=3)
    similarities = [result["similarity"] for result in results]
    assert len(similarities) == 3
    assert similarities == sorted(similarities, reverse=True)
    assert found(http, "a lonely robot", threshold=1) == []
    assert len(found(http, "a lonely robot", threshold=similarities[1])) < 14
    assert len(found(http, "robots", threshold=0, limit=200)) >= 14


def test_a_film_without_an_overview_is_not_found_by_meaning(films: Catalogue, http: httpx.Client) -> None:
    silent = films.add("A lonely robot", None)
    other = films.add("A lonely robot", "It learns to love.")
    films.until_embedded(other)
    assert [result["id"] for result in found(http, "a lonely robot")] == [str(other)]
    assert not films.embedded(silent)


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_queries_and_titles_come_through(films: Catalogue, http: httpx.Client, text: str) -> None:
    title = text[:400]
    item = films.add(title, "Somebody does something somewhere.")
    films.until_embedded(item)
    assert found(http, f"{title}. Somebody does something somewhere.", threshold=0.9)[0]["title"] == title
    assert isinstance(found(http, text, threshold=0), list)


def test_a_signed_in_viewer_searches(films: Catalogue, stack: Stack) -> None:
    film = films.add("Steel & Tears", "A lonely robot on an empty planet learns to love.")
    films.until_embedded(film)
    with httpx.Client() as own:
        options = ClientOptions(auto_refresh_token=False, httpx_client=own)
        viewer: Client = create_client(stack.url, stack.anon_key, options)
        address = f"viewer-{uuid.uuid4().hex}@example.com"
        session = viewer.auth.sign_up({"email": address, "password": uuid.uuid4().hex}).session
        assert session
        headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {session.access_token}"}
        answer = own.get(f"{stack.url}/search/semantic", params={"q": "a lonely robot"}, headers=headers)
    assert [result["id"] for result in answer.json()["results"]] == [str(film)]


def test_no_key_or_a_bad_one_is_refused(stack: Stack) -> None:
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
            answer = httpx.get(url, params={"q": "robots"}, headers=headers)
            assert answer.status_code == 401, (headers, answer.text)
            assert answer.json()["message"]


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
def test_a_wrong_parameter_is_named(http: httpx.Client, field: str, query: str) -> None:
    answer = http.get(f"/search/semantic?{query}")
    assert answer.status_code == 400, answer.text
    assert (answer.json()["code"], answer.json()["details"]) == ("invalid_parameter", {"field": field})


def test_bytes_that_are_no_text_are_no_fault(http: httpx.Client) -> None:
    assert http.get("/search/semantic?q=%ff%fe").status_code == 200


@pytest.mark.parametrize("path", ["/search/semantic", "/search/content"])
def test_the_page_size_has_two_names_and_unknown_parameters_are_refused(
    films: Catalogue, http: httpx.Client, path: str
) -> None:
    films.until_embedded(*(films.add(f"Robots {n}", f"A lonely robot, number {n}.") for n in range(4)))
    for size in ({"count": 3}, {"limit": 3}, {"count": 3, "limit": 3}):
        answer = http.get(path, params={"q": "lonely robot", **size})
        assert (answer.status_code, len(answer.json()["results"])) == (200, 3)
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


def test_the_request_id_goes_through(http: httpx.Client) -> None:
    answer = http.get("/search/semantic", params={"q": "robots"}, headers={"x-request-id": "trace-7"})
    assert answer.headers["x-request-id"] == "trace-7"
    assert uuid.UUID(http.get("/search/semantic", params={"q": "robots"}).headers["x-request-id"])


def test_what_is_internal_is_not_reached_through_the_gateway(stack: Stack, http: httpx.Client) -> None:
    assert http.post("/embed", json={"texts": ["x"]}).status_code == 404
    assert http.get("/metrics").status_code == 404
    assert embed(stack, ["x"], stack.anon_key).status_code == 403


def test_probes_answer(stack: Stack) -> None:
    for path in ("/healthz", "/readyz"):
        assert httpx.get(f"{stack.part_url('search')}{path}").status_code == 200


@pytest.mark.embedded
@pytest.mark.parametrize("part", ["search", "jobs"])
def test_metrics_take_their_token_and_no_other_key(stack: Stack, part: str) -> None:
    def status(**headers: str) -> int:
        return httpx.get(f"{stack.part_url(part)}/metrics", headers=headers).status_code

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
def test_an_answer_of_one_caller_is_kept_for_no_other(http: httpx.Client, path: str, status: int) -> None:
    answer = http.get(path)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "private, no-store"
    varies = {name.strip().lower() for name in answer.headers["vary"].split(",")}
    assert {"authorization", "apikey", "x-profile-id"} <= varies


@pytest.mark.parametrize("path", ["/search/semantic", "/search/content", "/functions/v1/semantic-search"])
@pytest.mark.parametrize("profile", ["é", "ÿ", "a" * 1000 + "ü", "\u202e"], ids=ascii)
def test_a_profile_that_is_no_ascii_is_refused(stack: Stack, path: str, profile: str) -> None:
    key = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    headers = {name.encode(): value.encode() for name, value in {**key, "x-profile-id": profile}.items()}
    response = httpx.get(f"{stack.url}{path}?q=robots", headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_parameter")
    assert response.json()["details"] == {"field": "x-profile-id"}


@pytest.mark.parametrize("apikey", ["é", "sb_secret_ü", "ÿ" * 300], ids=ascii)
def test_a_key_that_is_no_ascii_is_refused(stack: Stack, apikey: str) -> None:
    headers = {b"apikey": apikey.encode(), b"Authorization": f"Bearer {stack.anon_key}".encode()}
    response = httpx.get(f"{stack.part_url('search')}/search/semantic?q=robots", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
