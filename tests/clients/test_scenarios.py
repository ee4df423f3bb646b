"""Every scenario with every client: supabase-py, its async half, and supabase-js."""

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
from tests.clients.scenarios import ALL
from tests.clients.scenarios.edge_functions import ECHO
from tests.clients.scenarios.language import Call, Scenario
from tests.clients.scenarios.stage import Driver, Stage
from tests.conftest import Stack, copied

PASSWORD = "Corr3ct horse+;&%"
FUNCTIONS = Path(__file__).parent / "scenarios"


@pytest.fixture(scope="session", params=["supabase-py", "supabase-py, async", "supabase-js"])
def driver(request: pytest.FixtureRequest, stack: Stack, tmp_path_factory: Any) -> Iterator[Driver]:
    folder = tmp_path_factory.mktemp("files")
    if request.param == "supabase-js":
        made: Driver = JavaScriptDriver(stack.url)
    else:
        made = PythonDriver(stack.url, folder, is_async="async" in request.param)
    yield made
    made.close()


@pytest.fixture(scope="session")
def line(stack: Stack) -> Iterator[WeakLine]:
    made = WeakLine(stack.url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def people(driver: Driver, stack: Stack) -> dict[str, str]:
    """Who is signed in on this client: ids and addresses."""
    known: dict[str, str] = {}
    for name in ("ann", "bob", "editor"):
        email = f"{name}+{uuid.uuid4().hex}@example.com"
        calls: list[Call] = [("auth", None), ("signUp", ({"email": email, "password": PASSWORD},))]
        user = driver.ask(name, stack.anon_key, tuple(calls)).data["user"]
        known |= {f"{name}.id": user["id"], f"{name}.email": email}
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        grant = "insert into private.user_roles (user_id, role) values (%s, 'editor')"
        connection.execute(grant, [known["editor.id"]])
    driver.ask("editor", stack.anon_key, (("auth", None), ("refreshSession", ())))
    return known


@pytest.fixture(scope="module")
def file_buckets(stack: Stack) -> Iterator[None]:
    with buckets.made(stack):
        yield


@pytest.fixture(scope="module")
def added_functions(stack: Stack) -> frozenset[str]:
    """Functions that are there for scenarios; none where the stack serves a folder that is not the tests'."""
    copied(FUNCTIONS / ECHO, stack.settings.functions / ECHO)
    headers = {"apikey": stack.anon_key, "authorization": f"Bearer {stack.anon_key}"}
    answer = httpx.post(f"{stack.url}/functions/v1/{ECHO}", headers=headers, timeout=60)
    return frozenset() if answer.status_code == httpx.codes.NOT_FOUND else frozenset({ECHO})


@pytest.mark.usefixtures("rest_rows", "realtime_schema", "file_buckets")
@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_scenario(
    driver: Driver,
    stack: Stack,
    line: WeakLine,
    people: dict[str, str],
    added_functions: frozenset[str],
    scenario: Scenario,
) -> None:
    if scenario.only and driver.name not in scenario.only:
        pytest.skip(f"{driver.name} has no word for it")
    if scenario.function not in (None, *added_functions):
        pytest.skip(f"functions are served from elsewhere, without {scenario.function}")
    places = {"url": stack.url, "line": line.url, "anon_key": stack.anon_key}
    kept = people | places | {"run": uuid.uuid4().hex[:12], "password": PASSWORD}
    Stage(driver, stack, kept, line).play(scenario)


def test_scenarios_have_names_of_their_own() -> None:
    names = [scenario.name for scenario in ALL]
    assert len(names) == len(set(names))
