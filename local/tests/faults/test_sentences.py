"""Conditions that can be foreseen end a command in a sentence, without a traceback and without a secret."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg
import pytest

from local import __main__ as embedded
from local import exits, machine, services
from local.settings import ROOT, StackError
from local.tests.waiting import until

Said = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def refusal(status: int, capsys: Said) -> str:
    """What a command that failed wrote to stderr."""
    output = capsys.readouterr()
    assert status != 0
    assert "Traceback" not in output.err + output.out
    assert "s3cret" not in output.err + output.out
    return output.err.strip()


@pytest.fixture
def local(tmp_path: Path, monkeypatch: Patch) -> Callable[[str], int]:
    """Runs a command for a stack that was never started."""
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "stack"))
    monkeypatch.delenv("LOCAL_PORT", raising=False)
    monkeypatch.setattr(embedded, "forget_other_stacks", lambda: None)
    return lambda words: exits.exit_status(lambda: embedded.command(words.split()))


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("psql", "the stack does not run: start it by `make up`"),
        ("run true", "the stack does not run: start it by `make up`"),
        ("logs", "there is no log of any part; the stack was never started: `make up`"),
        ("logs rest", "there is no log of rest; the stack was never started: `make up`"),
        ("env", "name a part and the port where its server listens, as in `make env PART=storage PORT=5000`"),
        ("env storage", "name a part and the port"),
        ("env storage five", "name a part and the port"),
        ("env storage 70000", "name a part and the port"),
        ("env disk 5000", "the parts are auth, storage, rest, realtime"),
        ("up --only rest", "argument --only: invalid choice: 'rest'"),
        ("up --only database", "a database alone is for servers elsewhere"),
        ("", "the following arguments are required: COMMAND"),
    ],
)
def test_a_command_that_cannot_run_says_why(
    local: Callable[[str], int], command: str, text: str, capsys: Said
) -> None:
    message = refusal(local(command), capsys)
    assert text in message
    assert "usage:" not in message


@pytest.mark.parametrize("name", ["keys.json", "plan.json", "port"])
def test_a_file_of_the_stack_that_is_cut_off_is_named_or_made_again(
    local: Callable[[str], int], name: str, tmp_path: Path, capsys: Said
) -> None:
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / name).write_text('{"jwt_')
    status = local("env auth 9999")
    if name == "keys.json":
        assert "keys.json cannot be read: restore it" in refusal(status, capsys)
    else:
        assert status == 0


def test_a_folder_that_cannot_be_made_is_named(
    local: Callable[[str], int], tmp_path: Path, monkeypatch: Patch, capsys: Said
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "file" / "stack"))
    assert f"{tmp_path}/file" in refusal(local("status"), capsys)


def test_missing_rust_is_reported_with_a_hint(tmp_path: Path) -> None:
    """In an empty cache, on a path without programs."""
    (tmp_path / "bin").mkdir()
    variables = {
        "PATH": str(tmp_path / "bin"),
        "HOME": str(tmp_path),
        "CINEFLUENT_CACHE": str(tmp_path / "c"),
    }
    command = [str(Path(sys.executable).resolve()), "-m", "local.machine"]
    environment = variables | {"LOCAL_PORT": "no port"}
    process = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 1
    rust = "this machine lacks Rust 1.94 or newer, which compiles the REST server: there is no cargo"
    assert rust in process.stderr.splitlines()[0]
    assert "was not found" not in process.stderr


def test_an_old_python_is_named_before_anything_else(monkeypatch: Patch) -> None:
    monkeypatch.setattr(machine, "OLDEST_PYTHON", (99, 1))
    (lack,) = machine.lacks()
    assert lack.startswith("Python 3.11 or newer (this is 3.")


def test_a_full_or_closed_disk_is_named(monkeypatch: Patch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "NEEDED_GB", 10**9)
    assert f"of free disk space in {tmp_path}" in next(machine.room(tmp_path))
    monkeypatch.setattr(machine, "NEEDED_GB", 0)
    assert list(machine.room(machine.existing(tmp_path / "a" / "b"))) == []
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert list(machine.room(tmp_path)) == [f"the right to write in {tmp_path}"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (StackError("why"), "why"),
        (OSError(28, "No space left on device", "/x/y"), "/x/y cannot be read or written: No space left"),
        (PermissionError(13, "Permission denied", "/x"), "/x cannot be read or written: Permission denied"),
        (shutil.Error([("/a", "/b", "[Errno 28] No space")]), "/b cannot be written: [Errno 28] No space"),
        (psycopg.OperationalError("refused\nmore"), "the database does not answer: refused. "),
        (psycopg.errors.UndefinedTable('relation "x"'), 'the database refuses: relation "x"'),
    ],
)
def test_an_error_of_the_machine_is_a_sentence(
    error: Exception, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise error

    assert exits.exit_status(fail) == 1
    assert capsys.readouterr().err.startswith(f"error: {message}")


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    def fail() -> int:
        raise AssertionError

    with pytest.raises(AssertionError):
        exits.exit_status(fail)


def test_ctrl_c_ends_a_command_without_a_traceback(tmp_path: Path) -> None:
    """While it waits for its turn, which this test holds."""
    (tmp_path / "turn").touch()
    with (tmp_path / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with subprocess.Popen(
            [sys.executable, "-m", "local", "up"],
            cwd=ROOT,
            env=os.environ | {"LOCAL_DIR": str(tmp_path), "LOCAL_PORT": ""},
            stderr=subprocess.PIPE,
            text=True,
            # A shell that runs the tests in the background ignores the signal for its children too.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        ) as command:
            until(lambda: waits(command.pid))
            command.send_signal(signal.SIGINT)
            assert command.wait(60) == exits.INTERRUPTED
            assert command.stderr
            assert command.stderr.read() == "interrupted\n"


def waits(pid: int) -> bool:
    """For a lock on a file, as the kernel says."""
    return f" {pid} " in Path("/proc/locks").read_text() or "lock" in Path(f"/proc/{pid}/wchan").read_text()


def test_a_program_in_the_foreground_meets_ctrl_c_itself(tmp_path: Path) -> None:
    """As psql does, which ends a query and goes on."""
    script = (
        f"trap 'echo met >{tmp_path}/met; exit 5' INT; touch {tmp_path}/ready; while :; do sleep 0.05; done"
    )
    program = f"from local import exits; raise SystemExit(exits.in_foreground(['sh', '-c', {script!r}]))"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, start_new_session=True) as command:
        until((tmp_path / "ready").exists)
        os.killpg(command.pid, signal.SIGINT)
        assert command.wait(60) == 5
    assert (tmp_path / "met").exists()
    assert exits.in_foreground(["sh", "-c", "kill -TERM $$"]) == 128 + signal.SIGTERM


def test_secrets_are_named_and_not_shown(tmp_path: Path) -> None:
    secret = dict.fromkeys(services.SECRET, "s3cret")
    public = dict.fromkeys(services.PUBLIC, "for all")
    lines = "\n".join(services.summary_lines(secret | public, tmp_path / ".env.local"))
    assert "s3cret" not in lines
    assert all(name in lines for name in secret)
    assert all(f"{name}=for all" in lines for name in public)
