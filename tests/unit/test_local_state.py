import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local import state
from local.settings import Settings
from local.state import PartState, State


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


def test_a_part_that_ends_before_it_is_told_to_does_not_keep_the_others_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: Callable[[], subprocess.Popen[bytes]]
) -> None:
    settings = Settings(tmp_path, tmp_path / "data", tmp_path / "cache", 54321, tmp_path / ".env")
    ended, other = part(), part()
    parts = {"rest": PartState("ready", ended.pid), "auth": PartState("ready", other.pid)}
    state.write(settings, State(os.getpid(), True, None, parts))
    send = os.kill

    def kill(pid: int, number: signal.Signals) -> None:
        if pid == ended.pid:
            send(pid, signal.SIGKILL)
            ended.wait()
        send(pid, number)

    monkeypatch.setattr(os, "kill", kill)
    assert state.end_orphans(settings) == ["rest", "auth"]
    assert other.wait(10) == -signal.SIGTERM
