"""What a person is told who starts the stack."""

import os
from pathlib import Path

import pytest

from local import commands, state
from local.settings import Settings, StackError
from local.state import PartState, State


def test_a_start_that_failed_says_what_the_failed_part_logged_last(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "data", tmp_path, 54321, tmp_path / ".env.local")
    settings.logs.mkdir()
    settings.log("rest").write_text("all is well\n")
    settings.log("platform").write_text("".join(f"line {n}\n" for n in range(9)) + "[Errno 98] in use\n")
    parts = {"rest": PartState("ready", None), "platform": PartState("failed", None)}
    failure = "platform failed: ended with exit code 3. Its log: logs/platform.log"
    state.write(settings, State(os.getpid(), False, failure, parts))
    with pytest.raises(StackError) as raised:
        commands.wait(settings, lambda _: None)
    assert str(raised.value).splitlines() == [failure, "line 7", "line 8", "[Errno 98] in use"]
