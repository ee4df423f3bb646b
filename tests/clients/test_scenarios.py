"""Every scenario with every client: supabase-py, its async half, and supabase-js."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
import pytest

from tests.clients.drivers.javascript import JavaScriptDriver
from tests.clients.drivers.python import PythonDriver
from tests.clients.drivers.weak_line import WeakLine
from tests.clients.scenarios import ALL
from tests.clients.scenarios.answers import Answer, fault, filled
from tests.clients.scenarios.language import Call, Scenario, Step
from tests.clients.storage import conftest as buckets
from tests.conftest import Stack

PASSWORD = "Corr3ct horse+;&%"
PATIENCE = 15


class Driver(Protocol):
    name: str

    def ask(self, client: str, key: str, calls: tuple[Call, ...]) -> Answer: ...
    def close(self) -> None: ...


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


@dataclass
class Stage:
    """Where a scenario is played, and what its steps have kept."""

    driver: Driver
    stack: Stack
    line: WeakLine
    kept: dict[str, Any]

    def play(self, scenario: Scenario) -> None:
        try:
            for number, step in enumerate(scenario.steps, 1):
                found = self.fault(step)
                assert found is None, f"step {number}, {step.actor}.{_shown(step)}: {found}"
        finally:
            for step in scenario.after:
                self.fault(step)

    def fault(self, step: Step) -> str | None:
        end = time.monotonic() + PATIENCE
        while True:
            found = fault(step, self.answer(step), self.kept)
            if found is None or not step.patient or time.monotonic() > end:
                return found
            time.sleep(0.1)

    def answer(self, step: Step) -> Answer:
        calls = filled(step.calls, self.kept)
        if step.actor == "line":
            for sent in calls[0][1]:
                self.line.cut_after(sent)
            return Answer(self.line.cuts)
        key = self.stack.service_role_key if step.actor == "service" else self.stack.anon_key
        name = f"{step.actor} {self.kept['run']}" if "guest" in step.actor else step.actor
        return self.driver.ask(name, key, calls)


def _shown(step: Step) -> str:
    return ".".join(name if words is None else f"{name}{words!r}"[:300] for name, words in step.calls)


@pytest.mark.usefixtures("rest_rows", "file_buckets")
@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_scenario(
    driver: Driver, stack: Stack, line: WeakLine, people: dict[str, str], scenario: Scenario
) -> None:
    if scenario.only not in (None, driver.name):
        pytest.skip(f"{driver.name} has no word for it")
    places = {"url": stack.url, "line": line.url, "anon_key": stack.anon_key}
    kept = people | places | {"run": uuid.uuid4().hex[:12], "password": PASSWORD}
    Stage(driver, stack, line, kept).play(scenario)


def test_scenarios_have_names_of_their_own() -> None:
    names = [scenario.name for scenario in ALL]
    assert len(names) == len(set(names))
