"""Fuzz the search worker by its OpenAPI description: only documented responses, no status of 500 or above."""

import os
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import Stack
from workers.search import openapi

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
described = schemathesis.openapi.from_dict(openapi.document())


@pytest.mark.parametrize("key", ["anon", "service_role"])
@described.parametrize()
@settings(
    max_examples=30 * ROUNDS,
    derandomize=ROUNDS == 1,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_search_responses_match_the_openapi_description(stack: Stack, case: Case[Any], key: str) -> None:
    token = stack.anon_key if key == "anon" else stack.service_role_key
    headers = {"Authorization": f"Bearer {token}"}
    case.call_and_validate(stack.part_url("search"), headers=headers, checks=CHECKS, timeout=120)


def test_openapi_description_of_search_names_every_route(stack: Stack) -> None:
    url = f"{stack.url}/search/openapi.json"
    served = httpx.get(url, headers={"apikey": stack.anon_key}).json()
    assert served == openapi.document()
    assert served["paths"].keys() == {"/search/semantic", "/search/content", "/embed"}
