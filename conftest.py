"""One stack of its own for the whole run, beside a developer's and never touching it; or SUPABASE_URL's."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from local import exits, stack_plan, temporary_stack
from local.settings import ROOT, Settings, StackError
from local.temporary_stack import Stack
from tests import project

# How fast examples are is not what is tested.
hypothesis.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("patient")

ELSEWHERE = stack_plan.read(os.environ).elsewhere
"""Parts that are servers elsewhere, before a stack takes the variables that say so."""

vars(httpx._config.DEFAULT_TIMEOUT_CONFIG).update(vars(httpx.Timeout(60)))
"""Where a test does not say how long it waits for an answer: a busy machine takes its time."""


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running stack with an empty catalogue: migrations only."""
    try:
        with stack_or_project() as running:
            yield running
    except (StackError, psycopg.OperationalError) as error:
        pytest.exit(exits.sentence(error), returncode=1)


def stack_or_project() -> AbstractContextManager[Stack]:
    """Tests may put functions beside ours on a stack of our own."""
    if named := project.given(os.environ):
        return project.opened(named)
    directory = ROOT / ".local-test"
    os.environ["FUNCTIONS_DIR"] = str(project.copied(Settings.functions, directory / "functions"))
    return temporary_stack.running(directory)


@pytest.fixture
def db(stack: Stack) -> Iterator[psycopg.Connection]:
    """A connection as postgres whose work is rolled back."""
    with psycopg.connect(stack.database_url) as connection:
        yield connection
        connection.rollback()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `make soak` plays, unless SOAK_ROUNDS is set, and what another Supabase lacks."""
    if not os.environ.get("SOAK_ROUNDS"):
        left_out = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]
    skip_what_is_elsewhere(items)


def skip_what_is_elsewhere(items: list[pytest.Item]) -> None:
    """Where a Supabase or a part's server is named, tests that start, end or look into ours are left out."""
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
    """Why a test applies only to our own service, in words of its README. Raises UsageError otherwise."""
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
