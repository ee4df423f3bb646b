import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local import state
from local.settings import Settings
from local.state import PartState, State


def test_a_part_that_ends_before_it_is_told_to_does_not_keep_the_others_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path, tmp_path / "data", tmp_path / "cache", 54321, tmp_path / ".env")
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    ended, other = (
        subprocess.Popen(command, env={**os.environ, "LOCAL_DIR": str(tmp_path)}) for _ in range(2)
    )
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
