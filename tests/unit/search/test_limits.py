"""Concurrent searches of one address."""

import pytest
from flask.testing import FlaskClient

from tests.workers.fakes import ANON, code, search
from workers.search import app as search_app


def test_search_too_many_is_refused_with_an_id(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_app, "THREADS_EACH", 0)
    response = search(client, {"apikey": ANON, "x-forwarded-for": "203.0.113.7", "x-request-id": "trace"})
    assert code(response) == (429, "too_many_at_once")
    assert response.headers["x-request-id"] == "trace"
    monkeypatch.undo()
    assert search(client).status_code == 200
