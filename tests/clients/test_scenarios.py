"""Run every scenario with one client: supabase-py, its async half and supabase-js in turn.

Scenarios of Auth and of the product's own routes run in both languages; with SOAK_ROUNDS every client runs
all scenarios.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from local.tests.clients.storage import conftest as buckets
from tests.clients.drivers.javascript import JavaScriptDriver
from tests.clients.drivers.python import PythonDriver
from tests.clients.drivers.weak_line import WeakLine
from tests.clients.scenarios import ALL, accounts, edge_functions, functions, ratings
from tests.clients.scenarios.edge_functions import ECHO
from tests.clients.scenarios.language import Call, Scenario
from tests.clients.scenarios.stage import Driver, Stage
from tests.conftest import Stack, copied

PASSWORD = "Corr3ct horse+;&%"
FUNCTIONS = Path(__file__).parent / "scenarios"


PYTHON, JAVASCRIPT = ("supabase-py", "supabase-py, async"), "supabase-js"
CLIENTS = (*PYTHON, JAVASCRIPT)
IN_BOTH_LANGUAGES = {
    scenario.name
    for subject in (accounts, functions, ratings, edge_functions)
    for scenario in subject.SCENARIOS
}
"""Names of the scenarios of Auth and of the product's own routes."""


def clients_of(number: int, scenario: Scenario) -> list[str]:
    """The clients that run a scenario, among those that support it."""
    able = [client for client in CLIENTS if client in (scenario.only or CLIENTS)]
    if os.environ.get("SOAK_ROUNDS"):
        return able
    if scenario.name in IN_BOTH_LANGUAGES:
        return [client for client in able if client != PYTHON[number % 2] or client in scenario.only]
    return [able[number % len(able)]]


def marks(scenario: Scenario) -> list[pytest.MarkDecorator]:
    return [pytest.mark.own(scenario.own[0], why=scenario.own[1])] if scenario.own else []


PLAYED = [
    pytest.param(client, scenario, id=f"{client}-{scenario.name}", marks=marks(scenario))
    for client in CLIENTS
    for number, scenario in enumerate(ALL)
    if client in clients_of(number, scenario)
]


@pytest.fixture(scope="session")
def driver(request: pytest.FixtureRequest, stack: Stack, tmp_path_factory: Any) -> Iterator[Driver]:
    folder = tmp_path_factory.mktemp("files")
    if request.param == "supabase-js":
        driver: Driver = JavaScriptDriver(stack.url)
    else:
        driver = PythonDriver(stack.url, folder, is_async="async" in request.param)
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def line(stack: Stack) -> Iterator[WeakLine]:
    weak_line = WeakLine(stack.url)
    yield weak_line
    weak_line.close()


@pytest.fixture(scope="session")
def people(driver: Driver, stack: Stack) -> dict[str, str]:
    """Sign users in on this client; returns their ids and e-mail addresses by `NAME.id` and `NAME.email`."""
    known: dict[str, str] = {}
    for name in ("ann", "bob", "editor"):
        email = f"{name}+{uuid.uuid4().hex}@example.com"
        calls: list[Call] = [("auth", None), ("signUp", ({"email": email, "password": PASSWORD},))]
        user = driver.run(name, stack.anon_key, tuple(calls)).data["user"]
        known |= {f"{name}.id": user["id"], f"{name}.email": email}
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        grant = "insert into private.user_roles (user_id, role) values (%s, 'editor')"
        connection.execute(grant, [known["editor.id"]])
    driver.run("editor", stack.anon_key, (("auth", None), ("refreshSession", ())))
    return known


@pytest.fixture(scope="module")
def file_buckets(stack: Stack) -> Iterator[None]:
    with buckets.created_buckets(stack):
        yield


@pytest.fixture(scope="module")
def added_functions(stack: Stack) -> frozenset[str]:
    """Edge functions added for scenarios; empty if the stack serves a folder that tests cannot write to."""
    copied(FUNCTIONS / ECHO, stack.settings.functions / ECHO)
    headers = {"apikey": stack.anon_key, "authorization": f"Bearer {stack.anon_key}"}
    answer = httpx.post(f"{stack.url}/functions/v1/{ECHO}", headers=headers, timeout=60)
    return frozenset() if answer.status_code == httpx.codes.NOT_FOUND else frozenset({ECHO})


@pytest.mark.usefixtures("rest_rows", "realtime_schema", "file_buckets")
@pytest.mark.parametrize(("driver", "scenario"), PLAYED, indirect=["driver"])
def test_scenario(
    driver: Driver,
    stack: Stack,
    line: WeakLine,
    people: dict[str, str],
    added_functions: frozenset[str],
    scenario: Scenario,
) -> None:
    if scenario.function not in (None, *added_functions):
        pytest.skip(f"functions are served from another folder, without {scenario.function}")
    places = {"url": stack.url, "line": line.url, "anon_key": stack.anon_key}
    kept = people | places | {"run": uuid.uuid4().hex[:12], "password": PASSWORD}
    Stage(driver, stack, kept, line).play(scenario)


def test_every_scenario_and_every_client_is_played() -> None:
    played = [clients_of(number, scenario) for number, scenario in enumerate(ALL)]
    assert all(played)
    assert {client for clients in played for client in clients} == set(CLIENTS)


def test_auth_and_product_scenarios_run_in_both_languages() -> None:
    for number, scenario in enumerate(ALL):
        if scenario.name in IN_BOTH_LANGUAGES and not scenario.only:
            played = clients_of(number, scenario)
            assert JAVASCRIPT in played and set(PYTHON) & set(played), scenario.name


def test_scenario_names_are_unique() -> None:
    names = [scenario.name for scenario in ALL]
    assert len(names) == len(set(names))
