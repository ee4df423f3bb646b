"""Reports on the terminal while the stack starts."""

import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import commands, state
from local.settings import Settings, StackError
from local.state import ServiceState, State


@dataclass
class Clock:
    """A clock that advances only in `sleep`."""

    now: float = 0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_start_waits_while_the_supervisor_works_and_reports_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path, tmp_path / "data", tmp_path, 54321, tmp_path / ".env.local")
    monkeypatch.setattr(commands, "time", clock := Clock())
    postgres = {"postgres": ServiceState("ready", None)}
    state.write(settings, State(os.getpid(), False, None, postgres, doing="applying 1.sql"))
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if lines.count("applying 1.sql") == 20:
            state.write(settings, State(os.getpid(), True, None, postgres))

    with state.lock(settings) as free:
        assert free
        commands.wait(settings, say)
    assert lines == ["postgres is ready", *["applying 1.sql"] * 20]
    assert clock.now > commands.UP_WITHIN


def test_a_start_that_failed_says_what_the_failed_part_logged_last(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "data", tmp_path, 54321, tmp_path / ".env.local")
    settings.logs.mkdir()
    settings.log("rest").write_text("all is well\n")
    settings.log("platform").write_text("".join(f"line {n}\n" for n in range(9)) + "[Errno 98] in use\n")
    parts = {"rest": ServiceState("ready", None), "platform": ServiceState("failed", None)}
    failure = "platform failed: ended with exit code 3. Its log: logs/platform.log"
    state.write(settings, State(os.getpid(), False, failure, parts))
    with pytest.raises(StackError) as raised:
        commands.wait(settings, lambda _: None)
    assert str(raised.value).splitlines() == [failure, "line 7", "line 8", "[Errno 98] in use"]


def test_a_supervisor_that_has_just_begun_is_stopped_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there before it says who it is."""
    settings = Settings(tmp_path, tmp_path / "data", tmp_path, 54321, tmp_path / ".env.local")
    stopped, signals = threading.Event(), list[int]()

    def kill(pid: int, number: int) -> None:
        assert number == signal.SIGTERM
        signals.append(pid)
        stopped.set()

    monkeypatch.setattr(os, "kill", kill)

    def supervise() -> None:
        with state.lock(settings):
            started.set()
            time.sleep(0.2)
            state.write(settings, State(4_194_303, False, None, {}))
            stopped.wait(60)
            settings.state.unlink()

    started = threading.Event()
    supervisor = threading.Thread(target=supervise)
    supervisor.start()
    assert started.wait(60)
    assert commands.down(settings)
    supervisor.join()
    assert signals == [4_194_303]
