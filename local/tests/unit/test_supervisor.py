"""The supervisor with small shell commands as services."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import logs, stack_plan, state, supervisor
from local.services import Service
from local.settings import Settings, StackError
from local.stack_plan import Plan
from local.tests.waiting import until

SLEEP = ["sleep", "600"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, tmp_path / "data", tmp_path, 50000, tmp_path / ".env.local")


@dataclass
class Run:
    supervisor: supervisor.Supervisor
    settings: Settings

    def until(self, condition: Callable[[state.State], bool]) -> state.State:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            current = state.read(self.settings)
            if current and condition(current):
                return current
            time.sleep(0.02)
        raise AssertionError(f"never so: {state.read(self.settings)}")


@pytest.fixture
def start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Run]]:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(supervisor, "TICK", 0.01)
    started: list[tuple[Run, threading.Thread]] = []

    def begin(first: Service, *others: Service) -> Run:
        run = Run(supervisor.Supervisor(settings, first, lambda _: list(others)), settings)
        thread = threading.Thread(target=run.supervisor.run)
        thread.start()
        started.append((run, thread))
        return run

    yield begin
    for run, thread in started:
        run.supervisor.stopping = True
        thread.join(60)


def test_the_others_start_when_the_first_is_prepared(start: Callable[..., Run], tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    first = Service("first", SLEEP, ready=lambda: True, prepare=prepared.touch)
    second = Service("second", ["sh", "-c", f"test -e {prepared} && exec sleep 600"], ready=lambda: True)
    current = start(first, second).until(lambda status: status.ready)
    assert {name: part.status for name, part in current.parts.items()} == {
        "first": "ready",
        "second": "ready",
    }


def test_a_part_that_cannot_start_is_named_with_its_log(start: Callable[..., Run]) -> None:
    run = start(
        Service("first", SLEEP, ready=lambda: True), Service("broken", ["false"], ready=lambda: False)
    )
    current = run.until(lambda status: status.failure is not None)
    assert current.failure
    assert current.failure.startswith("broken failed: ended with exit code 1. Its log: ")
    assert current.failure.endswith("logs/broken.log")


def test_a_program_that_is_not_there_is_named(start: Callable[..., Run]) -> None:
    run = start(
        Service("first", SLEEP, ready=lambda: True), Service("lost", ["/no/such"], ready=lambda: True)
    )
    current = run.until(lambda status: status.failure is not None)
    assert current.failure and current.failure.startswith("lost failed: ")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RuntimeError("migration 1 is wrong"), "RuntimeError: migration 1 is wrong"),
        (KeyError("DATABASE_URL"), "KeyError: 'DATABASE_URL'"),
        (StackError("migration 1 is wrong"), "migration 1 is wrong"),
    ],
)
@pytest.mark.parametrize("kind", ["preparation", "stage"])
def test_failure_is_a_sentence_and_its_traceback_is_logged(
    start: Callable[..., Run], caplog: pytest.LogCaptureFixture, kind: str, error: Exception, message: str
) -> None:
    def refuse(*_: object) -> list[Service]:
        raise error

    if kind == "stage":
        run = start(Service("first", SLEEP, ready=lambda: True))
        run.supervisor.stages += (refuse,)
    else:
        run = start(Service("first", SLEEP, ready=lambda: True, prepare=lambda: list.clear(refuse())))
    current = run.until(lambda status: status.failure is not None)
    assert current.failure and message in current.failure
    assert "in refuse\n" in logs.JsonLines().format(caplog.records[-1]).replace("\\n", "\n")


def test_a_fallen_part_is_started_again_and_the_others_stay(start: Callable[..., Run]) -> None:
    run = start(Service("first", SLEEP, ready=lambda: True), Service("second", SLEEP, ready=lambda: True))
    before = run.until(lambda status: status.ready).parts
    assert before["second"].pid
    os.kill(before["second"].pid, signal.SIGKILL)
    after = run.until(lambda status: status.ready and status.parts["second"].pid != before["second"].pid)
    assert after.parts["first"].pid == before["first"].pid


def test_children_of_a_crashed_service_are_killed(start: Callable[..., Run], tmp_path: Path) -> None:
    mark = tmp_path / "child"

    def ready() -> bool:
        return mark.exists() and "\n" in mark.read_text()

    part = Service("second", ["sh", "-c", f"sleep 600 & echo $! >> {mark}; wait"], ready)
    run = start(Service("first", SLEEP, ready=lambda: True), part)
    before = run.until(lambda status: status.ready).parts["second"].pid
    assert before
    os.kill(before, signal.SIGKILL)
    run.until(lambda status: status.parts["second"].pid not in (before, None))
    child = int(mark.read_text().split()[0])
    until(lambda: not state.runs(child))


def test_a_part_that_was_started_again_is_known_at_once(
    start: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where another one keeps the supervisor waiting for an answer."""
    monkeypatch.setattr(supervisor, "CHECK_EVERY", 0)
    fallen, go_on = list[int](), threading.Event()

    def slow() -> bool:
        again = fallen and run.supervisor.watched[1].pid not in (*fallen, None)
        return not again or go_on.wait(60)

    run = start(
        Service("first", SLEEP, ready=lambda: True),
        Service("second", SLEEP, ready=lambda: True),
        Service("third", SLEEP, ready=slow),
    )
    pid = run.until(lambda status: status.ready).parts["second"].pid
    assert pid
    fallen.append(pid)
    os.kill(pid, signal.SIGKILL)
    try:
        run.until(lambda status: status.parts["second"].pid not in (pid, None))
        assert not go_on.is_set()
    finally:
        go_on.set()


def test_a_part_that_hangs_is_ended_and_started_again(
    start: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "CHECK_EVERY", 0.05)
    monkeypatch.setattr(supervisor, "HANGS_AFTER", 0.3)
    hangs = threading.Event()
    part = Service("second", SLEEP, ready=lambda: not hangs.is_set())
    run = start(Service("first", SLEEP, ready=lambda: True), part)
    before = run.until(lambda status: status.ready).parts["second"].pid
    hangs.set()
    run.until(lambda status: status.parts["second"].pid not in (before, None))
    hangs.clear()
    run.until(lambda status: status.ready)


def test_service_that_recovers_from_a_crash_is_reported_and_not_restarted(
    start: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside one that only does not answer."""
    monkeypatch.setattr(supervisor, "START_WITHIN", 0.2)
    monkeypatch.setattr(supervisor, "ATTEMPTS", 1000)
    responses = threading.Event()
    run = start(
        Service("first", SLEEP, ready=lambda: True),
        Service("second", SLEEP, ready=responses.is_set),
        Service("third", SLEEP, ready=responses.is_set, recovers=lambda: not responses.is_set()),
    )
    before = run.until(lambda status: status.doing == "third recovers from a crash").parts
    run.until(lambda status: status.parts["second"].pid not in (before["second"].pid, None))
    responses.set()
    after = run.until(lambda status: status.ready)
    assert (after.parts["third"].pid, after.doing) == (before["third"].pid, None)


def test_external_server_is_awaited_and_not_started(start: Callable[..., Run]) -> None:
    responses = threading.Event()
    there = Service("there", None, ready=responses.is_set, url="http://127.0.0.1:1")
    run = start(Service("first", SLEEP, ready=lambda: True), there)
    awaited = run.until(lambda report: "there" in report.parts)
    assert (awaited.parts["there"].status, awaited.ready) == ("awaited", False)
    responses.set()
    report = run.until(lambda report: report.ready).parts["there"]
    assert (report.status, report.pid, report.url) == ("elsewhere", None, "http://127.0.0.1:1")


def test_later_stage_waits_for_an_external_server(start: Callable[..., Run]) -> None:
    responses = threading.Event()
    run = start(Service("first", SLEEP, ready=lambda: True), Service("there", None, ready=responses.is_set))
    run.supervisor.stages += (lambda _: [Service("later", SLEEP, ready=lambda: True)],)
    assert "later" not in run.until(lambda status: "there" in status.parts).parts
    responses.set()
    assert run.until(lambda status: status.ready).parts["later"].status == "ready"


def test_external_server_that_ends_is_not_ready(
    start: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "CHECK_EVERY", 0.05)
    responses = threading.Event()
    responses.set()
    run = start(Service("first", SLEEP, ready=lambda: True), Service("there", None, ready=responses.is_set))
    run.until(lambda status: status.ready)
    responses.clear()
    assert run.until(lambda status: not status.ready).parts["there"].status == "awaited"


def test_new_plan_restarts_all_but_the_first_service(start: Callable[..., Run]) -> None:
    run = start(Service("first", SLEEP, ready=lambda: True), Service("second", SLEEP, ready=lambda: True))
    before = run.until(lambda status: status.ready)
    stack_plan.save(run.settings, Plan({"auth": "http://127.0.0.1:9999"}))
    run.supervisor._replan()
    after = run.until(lambda status: status.ready and status.plan != before.plan)
    assert after.plan.elsewhere == {"auth": "http://127.0.0.1:9999"}
    assert after.parts["first"].pid == before.parts["first"].pid
    assert after.parts["second"].pid != before.parts["second"].pid


def test_a_stage_may_take_its_time_while_the_parts_are_watched(start: Callable[..., Run]) -> None:
    finished = threading.Event()

    def migrate(tell: supervisor.Report) -> list[Service]:
        tell("applying 1.sql")
        assert finished.wait(60)
        return [Service("later", SLEEP, ready=lambda: True)]

    run = start(Service("first", SLEEP, ready=lambda: True))
    run.supervisor.stages += (migrate,)
    before = run.until(lambda status: status.doing == "applying 1.sql").parts["first"].pid
    assert before
    os.kill(before, signal.SIGKILL)
    run.until(lambda status: status.parts["first"].status == "ready" and status.parts["first"].pid != before)
    finished.set()
    assert run.until(lambda status: status.ready).doing is None


def test_stopping_does_not_wait_for_a_stage_that_needs_the_first_part(start: Callable[..., Run]) -> None:
    """As a migration ends with its database."""

    def migrate(tell: supervisor.Report) -> list[Service]:
        tell("applying 1.sql")
        pid = run.supervisor.watched[0].pid
        while pid and os.path.exists(f"/proc/{pid}"):
            time.sleep(0.02)
        raise RuntimeError("the connection is closed")

    run = start(Service("first", SLEEP, ready=lambda: True))
    run.supervisor.stages += (migrate,)
    pid = run.until(lambda status: status.doing == "applying 1.sql").parts["first"].pid
    run.supervisor.stopping = True
    until(lambda: not os.path.exists(f"/proc/{pid}"))


def test_stopping_ends_the_parts(start: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_WITHIN", 0.5)
    stubborn = Service("second", ["sh", "-c", "trap '' TERM; sleep 600 & wait; wait"], ready=lambda: True)
    run = start(Service("first", SLEEP, ready=lambda: True), stubborn)
    pids = [part.pid for part in run.until(lambda status: status.ready).parts.values() if part.pid]
    run.supervisor.stopping = True
    until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids))
