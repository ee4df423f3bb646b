"""The functions of supabase/functions, through the gateway."""

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
def test_hello_refuses_what_it_cannot_read(stack: Stack, body: str) -> None:
    answer = httpx.post(f"{stack.url}/functions/v1/{GREETING}", content=body)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("invalid_json", "invalid_parameter")
    assert set(answer.json()) == {"code", "message", "details", "hint"}


def test_semantic_search_answers_as_the_worker_does(
    stack: Stack, anon: Client, films: dict[str, str]
) -> None:
    keys = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    asked: dict[str, str | int] = {"q": "a film & what is like it", "limit": 3}
    worker = httpx.get(f"{stack.url}/search/semantic", params=asked, headers=keys)
    by_url = httpx.get(f"{stack.url}/functions/v1/semantic-search", params=asked, headers=keys)
    assert worker.status_code == 200
    assert invoke(anon, "semantic-search", asked) == by_url.json() == worker.json()


def test_semantic_search_refuses_as_the_worker_does(stack: Stack) -> None:
    keys = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    worker = httpx.get(f"{stack.url}/search/semantic", headers=keys)
    function = httpx.get(f"{stack.url}/functions/v1/semantic-search", headers=keys)
    assert (function.status_code, function.json()) == (worker.status_code, worker.json())


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "x", "page": "2"},
        {"q": "x", "limits": "3"},
        {"q": "x", "count": "0"},
        {"q": "x", "count": "3", "limit": "4"},
    ],
)
def test_semantic_search_names_an_unknown_parameter_as_the_worker_does(
    stack: Stack, asked: dict[str, str]
) -> None:
    keys = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    url = f"{stack.url}/functions/v1/semantic-search"
    worker = httpx.get(f"{stack.url}/search/semantic", params=asked, headers=keys)
    assert (worker.status_code, worker.json()["code"][-9:]) == (400, "parameter")
    for answer in (
        httpx.get(url, params=asked, headers=keys),
        httpx.post(url, json=asked, headers=keys),
        httpx.post(url, params={"q": asked.pop("q")}, json=asked, headers=keys),
    ):
        assert (answer.status_code, answer.json()) == (400, worker.json())


def test_semantic_search_names_an_unknown_parameter_that_is_null(stack: Stack) -> None:
    keys = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    url = f"{stack.url}/functions/v1/semantic-search?forceFunctionRegion=us-east-1"
    refused = httpx.post(url, json={"q": "x", "page": None}, headers=keys)
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_parameter")
    assert httpx.post(url, json={"q": "x", "kind": None}, headers=keys).status_code == 200


def test_semantic_search_asks_for_a_token(stack: Stack) -> None:
    assert httpx.get(f"{stack.url}/functions/v1/semantic-search?q=x").status_code == 401


def test_whoever_signed_out_is_refused_with_the_token_they_kept(
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
def test_pages_of_allowed_origins_may_read_the_answers(stack: Stack, origin: str, allowed: bool) -> None:
    url = f"{stack.url}/functions/v1/{GREETING}"
    for method in ("OPTIONS", "POST"):
        answer = httpx.request(
            method, url, headers={"origin": origin, "access-control-request-method": "POST"}
        )
        assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
        assert "Origin" in answer.headers["vary"]
