"""Fixtures of the stack: one for the whole run beside a developer's stack, or the project at SUPABASE_URL."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from local import exits, stack_plan, temporary_stack
from local.settings import ROOT, Settings, StackError
from local.temporary_stack import Stack
from tests import project

# The speed of examples is not tested.
hypothesis.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("patient")

ELSEWHERE = stack_plan.read(os.environ).elsewhere
"""Services that are external servers; read before a stack changes the variables."""

vars(httpx._config.DEFAULT_TIMEOUT_CONFIG).update(vars(httpx.Timeout(60)))
"""The default time-out of requests, long enough for a busy machine."""


MANY_ACCOUNTS = 200
STARTED: list[Stack] = []
"""The stack of this process, once a test needs it; never a project that is not ours."""


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running stack with an empty catalogue: migrations only."""
    try:
        with stack_or_project() as running:
            if not os.environ.get("SUPABASE_URL"):
                STARTED.append(running)
            yield running
            STARTED.clear()
    except (StackError, psycopg.OperationalError) as error:
        pytest.exit(exits.sentence(error), returncode=1)


def stack_or_project() -> AbstractContextManager[Stack]:
    """The configured project or a stack of our own, whose folder of edge functions tests may write to."""
    if named := project.from_environment(os.environ):
        return project.without_limits(named)
    directory = ROOT / f".local-test{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    os.environ["FUNCTIONS_DIR"] = str(project.copied(Settings.functions, directory / "functions"))
    return temporary_stack.running(directory)


@pytest.fixture(scope="module", autouse=True)
def few_accounts() -> Iterator[None]:
    """Delete the accounts that a file of tests leaves if they are many: their number decides what is rare.

    One by one, because a job that compares users locks several of them.
    """
    yield
    for running in STARTED:
        with suppress(psycopg.OperationalError), psycopg.connect(running.database_url, autocommit=True) as db:
            users = db.execute("select id from auth.users").fetchall()
            for user in users if len(users) > MANY_ACCOUNTS else ():
                db.execute("delete from auth.users where id = %s", user)


@pytest.fixture
def db(stack: Stack) -> Iterator[psycopg.Connection]:
    """A connection as postgres that is rolled back after the test."""
    with psycopg.connect(stack.database_url) as connection:
        yield connection
        connection.rollback()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests of `make soak` unless SOAK_ROUNDS is set, and skip tests that need our own services."""
    if not os.environ.get("SOAK_ROUNDS"):
        deselected = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]
    skip_tests_of_own_services(items)


def skip_tests_of_own_services(items: list[pytest.Item]) -> None:
    """Skip tests that start, stop or inspect a service that is external in this run."""
    for item in items:
        for marker in item.iter_markers("own"):
            why = reason(marker)
            if others := set(marker.args) & ELSEWHERE.keys():
                item.add_marker(
                    pytest.mark.skip(reason=f"{', '.join(sorted(others))} is a real server: {why}")
                )
    if os.environ.get("SUPABASE_URL"):
        for item in items:
            if "faults" in item.path.parts or item.get_closest_marker("embedded"):
                item.add_marker(pytest.mark.skip(reason=project.EMBEDDED))


def reason(marker: pytest.Mark) -> str:
    """Why a test applies only to our own service, quoted from its README; otherwise raises UsageError."""
    why = str(marker.kwargs.get("why", ""))
    for part in marker.args if why else ():
        text = (ROOT / "local" / part / "README.md").read_text()
        if why not in " ".join(text.split()):
            raise pytest.UsageError(f"local/{part}/README.md does not say: {why}")
    return why or "a test of our own"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if (url := os.environ.get("SUPABASE_URL")) and terminalreporter.stats:
        skipped = terminalreporter.stats.get("skipped", [])
        left_out = sum(project.EMBEDDED in str(report.longrepr) for report in skipped)
        terminalreporter.write_line(f"{url} was tested, without the {left_out} tests that need our own stack")
