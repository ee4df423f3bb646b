"""The edge functions of supabase/functions, called through the gateway."""

from collections.abc import Callable, Mapping

import httpx
import pytest
from supabase import Client

from local.tests.clients.auth.sessions import sign_up
from tests.conftest import Stack

GREETING = "hello"


def invoke(client: Client, name: str, body: Mapping[str, object]) -> object:
    return client.functions.invoke(name, {"body": body, "responseType": "json"})


@pytest.mark.parametrize("body", ["[1]", "{", '{"name": 5}', '"text"'])
def test_hello_function_refuses_an_invalid_body(stack: Stack, body: str) -> None:
    answer = httpx.post(f"{stack.url}/functions/v1/{GREETING}", content=body)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("invalid_json", "invalid_parameter")
    assert set(answer.json()) == {"code", "message", "details", "hint"}


def test_semantic_search_function_returns_the_workers_results(
    stack: Stack, anon: Client, films: dict[str, str]
) -> None:
    keys = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    query: dict[str, str | int] = {"q": "a film & what is like it", "limit": 3}
    worker = httpx.get(f"{stack.url}/search/semantic", params=query, headers=keys)
    by_url = httpx.get(f"{stack.url}/functions/v1/semantic-search", params=query, headers=keys)
    assert worker.status_code == 200
    responses = [invoke(anon, "semantic-search", query), by_url.json(), worker.json()]
    assert len({response.pop("search_id") for response in responses}) == 3
    assert responses[0] == responses[1] == responses[2]


def test_semantic_search_function_returns_the_workers_errors(stack: Stack) -> None:
    keys = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    worker = httpx.get(f"{stack.url}/search/semantic", headers=keys)
    function = httpx.get(f"{stack.url}/functions/v1/semantic-search", headers=keys)
    assert (function.status_code, function.json()) == (worker.status_code, worker.json())


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x", "page": "2"},
        {"q": "x", "limits": "3"},
        {"q": "x", "count": "0"},
        {"q": "x", "count": "3", "limit": "4"},
    ],
)
def test_semantic_search_function_names_invalid_parameters(stack: Stack, query: dict[str, str]) -> None:
    keys = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    url = f"{stack.url}/functions/v1/semantic-search"
    worker = httpx.get(f"{stack.url}/search/semantic", params=query, headers=keys)
    assert (worker.status_code, worker.json()["code"][-9:]) == (400, "parameter")
    for response in (
        httpx.get(url, params=query, headers=keys),
        httpx.post(url, json=query, headers=keys),
        httpx.post(url, params={"q": query.pop("q")}, json=query, headers=keys),
    ):
        assert (response.status_code, response.json()) == (400, worker.json())


def test_semantic_search_function_names_a_null_unknown_parameter(stack: Stack) -> None:
    keys = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    url = f"{stack.url}/functions/v1/semantic-search?forceFunctionRegion=us-east-1"
    refused = httpx.post(url, json={"q": "x", "page": None}, headers=keys)
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_parameter")
    assert httpx.post(url, json={"q": "x", "kind": None}, headers=keys).status_code == 200


def test_semantic_search_function_requires_a_token(stack: Stack) -> None:
    assert httpx.get(f"{stack.url}/functions/v1/semantic-search?q=x").status_code == 401


def test_semantic_search_function_refuses_a_token_after_sign_out(
    stack: Stack, connect: Callable[..., Client]
) -> None:
    client = connect()
    keys = {"apikey": stack.anon_key, "Authorization": f"Bearer {sign_up(client).access_token}"}
    url = f"{stack.url}/functions/v1/semantic-search?q=x"
    assert httpx.get(url, headers=keys).status_code == 200
    client.auth.sign_out()
    refused = httpx.get(url, headers=keys)
    assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("http://localhost:3000", True), ("http://127.0.0.1:5173", True), ("https://localhost.example", False)],
)
@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
def test_function_response_is_readable_by_allowed_origins(
    stack: Stack, origin: str, allowed: bool, method: str
) -> None:
    url = f"{stack.url}/functions/v1/{GREETING}"
    headers = {"origin": origin, "access-control-request-method": "POST"}
    response = httpx.request(method, url, headers=headers)
    assert (response.headers.get("access-control-allow-origin") == origin) is allowed
    assert "Origin" in response.headers["vary"]
