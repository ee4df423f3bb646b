"""A search worker without the model, and a REST server with configurable responses."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from workers.common.settings import Secret
from workers.search.app import create_app
from workers.search.model import Model
from workers.search.settings import Settings

JWT_SECRET = "a secret of the tests, of at least 32 bytes"
ROW = {"id": "0", "kind": "movie", "title": "Robot & Frank", "similarity": 0.7}


def token(role: str | None = "anon", secret: str = JWT_SECRET, **claims: object) -> str:
    return jwt.encode({"role": role, "exp": time.time() + 86_400, **claims}, secret, algorithm="HS256")


ANON, SERVICE = token("anon"), token("service_role")
METRICS = "the token of the metrics"


class FakeModel(Model):
    def __init__(self) -> None:
        self.name = "fake@1"
        self.queries: list[str] = []
        self.query = lru_cache(8)(self._query)

    def _query(self, text: str) -> str:
        self.queries.append(text)
        return "[1,0]"

    def embed(self, texts: Any) -> list[list[float]]:
        return [[float(len(text))] for text in texts]


class FakeRest(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body, self.keys = 200, json.dumps([ROW]), '{"keys": []}'
        self.requests: list[dict[str, Any]] = []
        self.corrections: dict[str, str] = {}
        self.keys_status = 200
        self.fetches = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: FakeRest

    def do_POST(self) -> None:
        """Respond to the call of a function."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path.endswith("/understand_query") and self.server.status == HTTPStatus.OK:
            query = self.server.corrections.get(body["query"], body["query"])
            self._respond(200, json.dumps({"corrected": query, "text": query, "understood": {}}))
            return
        self.server.requests.append({"path": self.path, "headers": headers, "body": body})
        self._respond(self.server.status, self.server.body)

    def do_GET(self) -> None:
        """Respond with the public keys."""
        self.server.fetches += 1
        self._respond(self.server.keys_status, self.server.keys)

    def do_HEAD(self) -> None:
        self._respond(self.server.status, "")

    def _respond(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[FakeRest]:
    with FakeRest() as fake:
        threading.Thread(target=fake.serve_forever, args=[0.01], daemon=True).start()
        yield fake
        fake.shutdown()


def make_client(rest: FakeRest, model: FakeModel, secret: str | None = JWT_SECRET) -> FlaskClient:
    settings = Settings(
        rest.url,
        Secret(ANON),
        Secret(SERVICE),
        Secret(secret) if secret else None,
        metrics_token=Secret(METRICS),
    )
    return create_app(settings, model).test_client()


def search(client: FlaskClient, headers: dict[str, str] | None = None, **query: str) -> TestResponse:
    """Search for robots as anon, unless arguments say otherwise."""
    sent = {"apikey": ANON} if headers is None else headers
    return client.get("/search/semantic", query_string={"q": "robots", **query}, headers=sent)


def code(response: TestResponse) -> tuple[int, str]:
    assert response.json is not None
    assert set(response.json) == {"code", "message", "details", "hint"}
    return response.status_code, response.json["code"]
