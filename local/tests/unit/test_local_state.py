import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local import state
from local.settings import Settings
from local.state import ServiceState, State


@pytest.fixture
def part(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts processes of the stack; a process has its variables only a moment after it was started."""
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    with ExitStack() as started:

        def start() -> subprocess.Popen[bytes]:
            variables = {**os.environ, "LOCAL_DIR": str(tmp_path)}
            process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE)
            started.enter_context(process)
            started.callback(process.kill)
            assert process.stdout and process.stdout.readline() == b"\n"
            return process

        yield start


def test_service_that_ended_early_does_not_keep_others_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: Callable[[], subprocess.Popen[bytes]]
) -> None:
    settings = Settings(tmp_path, tmp_path / "data", tmp_path / "cache", 54321, tmp_path / ".env")
    stopped, other = part(), part()
    parts = {"rest": ServiceState("ready", stopped.pid), "auth": ServiceState("ready", other.pid)}
    state.write(settings, State(os.getpid(), True, None, parts))
    send = os.kill

    def kill(pid: int, number: signal.Signals) -> None:
        if pid == stopped.pid:
            send(pid, signal.SIGKILL)
            stopped.wait()
        send(pid, number)

    monkeypatch.setattr(os, "kill", kill)
    assert state.end_orphans(settings) == ["rest", "auth"]
    assert other.wait(60) == -signal.SIGTERM


def test_a_part_that_was_started_a_moment_ago_is_ended_too(tmp_path: Path) -> None:
    """What it is started as has no variables, as is so before its program runs."""
    settings = Settings(tmp_path, tmp_path / "data", tmp_path / "cache", 54321, tmp_path / ".env")
    script = f"sleep 0.3; LOCAL_DIR='{tmp_path}' exec sleep 600"
    with subprocess.Popen(["sh", "-c", script], env={}) as process:
        state.write(settings, State(os.getpid(), True, None, {"rest": ServiceState("starting", process.pid)}))
        try:
            assert state.end_orphans(settings) == ["rest"]
            assert process.wait(60) == -signal.SIGTERM
        finally:
            process.kill()


def test_check_for_a_supervisor_is_not_mistaken_for_one(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "data", tmp_path / "cache", 54321, tmp_path / ".env")
    assert not state.running(settings)
    with (tmp_path / "lock").open("w") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert not state.running(settings)
        release = threading.Timer(0.2, fcntl.flock, [asking, fcntl.LOCK_UN])
        release.start()
        with state.lock(settings) as free:
            assert free and state.running(settings)
        release.join()


def test_a_second_supervisor_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "CHECKED_FOR", 0.1)
    settings = Settings(tmp_path, tmp_path / "data", tmp_path / "cache", 54321, tmp_path / ".env")
    with state.lock(settings) as first, state.lock(settings) as second:
        assert (first, second) == (True, False)
