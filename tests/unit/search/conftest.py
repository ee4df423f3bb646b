"""A search worker with a fake model and a fake REST server."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.workers.fakes import FakeModel, FakeRest, make_client, serving


@pytest.fixture
def rest() -> Iterator[FakeRest]:
    with serving() as fake:
        yield fake


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def client(rest: FakeRest, model: FakeModel) -> FlaskClient:
    return make_client(rest, model)
