"""The search worker's responses."""

import json
import uuid

import pytest
from flask.testing import FlaskClient

from tests.workers.fakes import ANON, METRICS, ROW, SERVICE, FakeModel, FakeRest, code, search
from workers.common import logs


def test_search_response_is_the_result_of_the_database_function(client: FlaskClient, rest: FakeRest) -> None:
    rest.body = json.dumps({"results": [ROW], "search_id": "0b7e"})
    response = search(client, kind="book", limit="3", threshold="0.5")
    assert (response.status_code, response.json) == (200, {"results": [ROW], "search_id": "0b7e"})
    request = rest.requests[0]
    assert request["path"] == "/rest/v1/rpc/search_semantic"
    assert request["body"] == {
        "query": "robots",
        "query_embedding": "[1,0]",
        "match_threshold": 0.5,
        "match_count": 3,
        "kind": "book",
    }


def test_search_without_options_is_for_the_nearest_twelve_films(client: FlaskClient, rest: FakeRest) -> None:
    search(client)
    defaults = {"match_threshold": 0.0, "match_count": 12, "kind": "movie"}
    assert rest.requests[0]["body"].items() >= defaults.items()


@pytest.mark.parametrize(
    ("field", "value"), [("q", " "), ("kind", "film"), ("limit", "0"), ("threshold", "nan"), ("q", "a\0b")]
)
def test_invalid_search_parameter_is_named_in_the_error(
    client: FlaskClient, rest: FakeRest, field: str, value: str
) -> None:
    response = search(client, None, **{field: value})
    assert code(response) == (400, "invalid_parameter")
    assert response.json and response.json["details"] == {"field": field}
    assert rest.requests == []


def test_corrected_query_is_embedded(client: FlaskClient, rest: FakeRest, model: FakeModel) -> None:
    rest.corrections["lonly robot"] = "lonely robot"
    assert search(client, q="lonly robot").status_code == 200
    assert model.queries == ["lonely robot"]


def test_content_search_embeds_nothing_if_names_are_all_that_a_query_says(
    client: FlaskClient, rest: FakeRest, model: FakeModel
) -> None:
    rest.corrections["wong kar-wai"] = ""
    response = client.get("/search/content", query_string={"q": "wong kar-wai"}, headers={"apikey": ANON})
    assert response.status_code == 200
    assert model.queries == []
    assert rest.requests[0]["body"] == {"query": "wong kar-wai", "query_embedding": None}


def test_content_search_without_a_query_browses(
    client: FlaskClient, rest: FakeRest, model: FakeModel
) -> None:
    query = {"kind": "movie", "sort": "year", "ignore": "people,years"}
    assert client.get("/search/content", query_string=query, headers={"apikey": ANON}).status_code == 200
    assert model.queries == []
    expected = {
        "query": "",
        "query_embedding": None,
        "kind": "movie",
        "sort": "year",
        "ignore": ["people", "years"],
    }
    assert rest.requests[0]["body"] == expected


def test_search_route_allows_get_only(client: FlaskClient) -> None:
    response = client.post("/search/semantic", headers={"apikey": ANON})
    assert code(response) == (405, "method_not_allowed")
    assert "GET" in response.headers["Allow"]


def test_unknown_search_path_returns_404_in_the_common_error_format(client: FlaskClient) -> None:
    assert code(client.get("/nothing")) == (404, "not_found")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_search_worker_passes_on_errors_of_the_rest_server(
    client: FlaskClient, rest: FakeRest, status: int
) -> None:
    body = {"code": "P0001", "message": "no", "details": {"why": "so"}, "hint": "wait"}
    rest.status, rest.body = status, json.dumps(body)
    response = search(client)
    assert (response.status_code, response.json) == (status, body)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_search_returns_503_if_the_gateway_has_no_rest_server(
    client: FlaskClient, rest: FakeRest, status: int
) -> None:
    rest.status, rest.body = status, "<html>bad gateway</html>"
    assert code(search(client)) == (503, "unavailable")


def test_search_returns_503_without_a_rest_server(client: FlaskClient, rest: FakeRest) -> None:
    rest.shutdown()
    rest.server_close()
    assert code(search(client)) == (503, "unavailable")
    assert code(client.get("/readyz")) == (503, "unavailable")
    assert client.get("/healthz").status_code == 200


def test_internal_error_response_shows_no_internal_detail(
    client: FlaskClient, model: FakeModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: str) -> str:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(model, "query", fail)
    response = search(client)
    assert code(response) == (500, "internal_error")
    assert "secret" not in response.text


def test_equal_queries_are_embedded_once(client: FlaskClient, model: FakeModel) -> None:
    for query in ("Lonely robots", "  lonely   ROBOTS ", "lonely robots"):
        search(client, q=query)
    assert model.queries == ["lonely robots"]
    numbers = client.get("/metrics", headers={"Authorization": f"Bearer {METRICS}"}).text
    assert 'cinefluent_search_cache_total{result="hit"} 2.0' in numbers
    assert 'cinefluent_search_cache_total{result="miss"} 1.0' in numbers
    assert 'cinefluent_search_request_seconds_count{route="search.semantic",status="200"} 3.0' in numbers
    assert "process_resident_memory_bytes" in numbers


@pytest.mark.parametrize(
    "query", ["a b", "1+1", "\"q\" 'q'", "a;b", "a&b", "100%", "a,b", "😀", "مرحبا", "null", "%00x"]
)
def test_special_characters_of_a_query_reach_the_model(
    client: FlaskClient, model: FakeModel, query: str
) -> None:
    assert search(client, q=query).status_code == 200
    assert model.queries == [query]


def test_every_search_response_has_a_request_id(client: FlaskClient) -> None:
    assert search(client, {"apikey": ANON, "x-request-id": "trace-1"}).headers["x-request-id"] == "trace-1"
    for invalid in ("", "with space", "x" * 129, "quote'"):
        request_id = search(client, {"apikey": ANON, "x-request-id": invalid}).headers["x-request-id"]
        assert str(uuid.UUID(request_id)) == request_id


def test_search_query_is_not_logged(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[object] = []
    monkeypatch.setattr(logs, "info", lambda event, **fields: events.append((event, fields)))
    search(client, q="a private matter")
    assert events and "private" not in repr(events)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{}", (400, "invalid_parameter")),
        ('{"texts": ["a"', (400, "bad_request")),
        ("[" * 100_000, (400, "bad_request")),
        ('{"texts": ["' + "x" * (4 << 20) + '"]}', (413, "request_entity_too_large")),
    ],
    ids=["no texts", "truncated", "deep", "too large"],
)
def test_embed_refuses_a_body_that_is_no_list_of_texts(
    client: FlaskClient, body: str, expected: tuple[int, str]
) -> None:
    headers = {"apikey": SERVICE, "Content-Type": "application/json"}
    assert code(client.post("/embed", data=body, headers=headers)) == expected


def test_embed_refuses_a_body_that_is_not_declared_as_json(client: FlaskClient) -> None:
    response = client.post("/embed", data='{"texts": []}', headers={"apikey": SERVICE})
    assert code(response) == (415, "unsupported_media_type")
