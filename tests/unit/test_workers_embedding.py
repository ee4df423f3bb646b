"""The embedding worker's client for the search process: requests, errors, responses and progress."""

import io
import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from rich.console import Console

from workers.embedding.client import SearchAwayError, SearchClient, SearchRefusedError
from workers.embedding.core import read_embeddings
from workers.embedding.progress import show_progress

VECTOR = [0.5] * 384
GOOD = {"model": "m@1", "embeddings": [VECTOR, VECTOR]}


class FakeSearch(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body = 200, json.dumps(GOOD)
        self.received: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: FakeSearch

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received = {
            "path": self.path,
            "authorization": self.headers["Authorization"],
            "body": body,
        }
        answer = self.server.body.encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[FakeSearch]:
    with FakeSearch() as fake:
        threading.Thread(target=fake.serve_forever, args=[0.01], daemon=True).start()
        yield fake
        fake.shutdown()


@pytest.fixture
def client(server: FakeSearch) -> Iterator[SearchClient]:
    search_client = SearchClient(server.url, "the-key")
    yield search_client
    search_client.close()


def test_search_client_sends_texts_with_the_service_key(server: FakeSearch, client: SearchClient) -> None:
    answer = client.embed(['a "b" & c;', "مرحبا 😀"])
    assert (answer.model, answer.embeddings) == ("m@1", [VECTOR, VECTOR])
    assert server.received == {
        "path": "/embed",
        "authorization": "Bearer the-key",
        "body": {"texts": ['a "b" & c;', "مرحبا 😀"]},
    }


def test_search_client_truncates_long_texts(server: FakeSearch, client: SearchClient) -> None:
    client.embed(["x" * 20_001, "y"])
    assert server.received["body"] == {"texts": ["x" * 20_000, "y"]}


def test_model_name_is_requested_without_a_text(server: FakeSearch, client: SearchClient) -> None:
    server.body = '{"model": "m@1", "embeddings": []}'
    assert client.model() == "m@1"
    assert server.received["body"] == {"texts": []}


@pytest.mark.parametrize("status", [500, 502, 503])
def test_status_5xx_of_search_raises_search_away_error(
    server: FakeSearch, client: SearchClient, status: int
) -> None:
    server.status = status
    with pytest.raises(SearchAwayError):
        client.embed(["one", "two"])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_status_4xx_of_search_raises_search_refused_error(
    server: FakeSearch, client: SearchClient, status: int
) -> None:
    server.status = status
    with pytest.raises(SearchRefusedError):
        client.embed(["one", "two"])


@pytest.mark.parametrize("body", ["", "<html>", "{}", "null", '{"model": "m", "embeddings": []}'])
def test_malformed_search_response_raises_search_refused_error(
    server: FakeSearch, client: SearchClient, body: str
) -> None:
    server.body = body
    with pytest.raises(SearchRefusedError):
        client.embed(["one", "two"])


def test_unreachable_search_raises_search_away_error_with_its_url(server: FakeSearch) -> None:
    url = server.url
    server.shutdown()
    server.server_close()
    client = SearchClient(url, "the-key")
    with pytest.raises(SearchAwayError, match=r"does not answer: http://127\.0\.0\.1") as raised:
        client.model()
    assert "the-key" not in str(raised.value)
    client.close()


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"model": "", "embeddings": [VECTOR]},
        {"model": 1, "embeddings": [VECTOR]},
        {"embeddings": [VECTOR]},
        {"model": "m", "embeddings": [VECTOR, VECTOR]},
        {"model": "m", "embeddings": [VECTOR[1:]]},
        {"model": "m", "embeddings": ["0.5"]},
        {"model": "m", "embeddings": [[*VECTOR[1:], "0.5"]]},
        {"model": "m", "embeddings": [[*VECTOR[1:], math.nan]]},
        {"model": "m", "embeddings": [[*VECTOR[1:], math.inf]]},
    ],
)
def test_invalid_embeddings_are_refused(body: object) -> None:
    with pytest.raises(ValueError, match="embeddings were expected"):
        read_embeddings(body, 1)


def test_progress_is_a_few_lines_without_a_terminal() -> None:
    file = io.StringIO()
    with show_progress(100, Console(file=file, width=80)) as advance:
        for _ in range(25):
            advance(4)
    lines = file.getvalue().splitlines()
    assert lines[0] == "embedding: 12 of 100"
    assert len(lines) == 8


def test_progress_is_a_bar_on_a_terminal() -> None:
    file = io.StringIO()
    with show_progress(100, Console(file=file, width=80, force_terminal=True)) as advance:
        advance(100)
    assert "100/100" in file.getvalue()
