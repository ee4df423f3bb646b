"""What a person is told who starts the stack."""

import os
from pathlib import Path

import pytest

from local import commands, state
from local.settings import Settings, StackError
from local.state import PartState, State


def test_a_start_goes_on_while_the_supervisor_is_at_something_and_says_at_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path, tmp_path / "data", tmp_path, 54321, tmp_path / ".env.local")
    monkeypatch.setattr(commands, "UP_WITHIN", 0.3)
    monkeypatch.setattr(commands, "SILENT", 0.1)
    postgres = {"postgres": PartState("ready", None)}
    state.write(settings, State(os.getpid(), False, None, postgres, doing="applying 1.sql"))
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if said.count("applying 1.sql") == 5:
            state.write(settings, State(os.getpid(), True, None, postgres))

    with state.lock(settings) as free:
        assert free
        commands.wait(settings, say)
    assert said == ["postgres is ready", *["applying 1.sql"] * 5]


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
