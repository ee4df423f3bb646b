"""The supervisor's state for other commands: .local/state.json, and the lock that it holds while it runs."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

import psutil

from local.settings import Settings
from local.stack_plan import Plan

CHECKED_FOR, BARE_FOR = 5.0, 10.0
"""Seconds that checks of other commands may hold the lock, and that a process has no variables yet."""


@dataclass(frozen=True)
class ServiceState:
    status: str
    """waiting, starting, ready or failed; of an external server `elsewhere` or awaited"""
    pid: int | None
    url: str | None = None
    """Its own address, without the gateway; only for HTTP servers."""
    health: str | None = None
    """The URL of its health check."""

    @property
    def good(self) -> bool:
        return self.status in ("ready", "elsewhere")


@dataclass(frozen=True)
class State:
    supervisor: int
    ready: bool
    failure: str | None
    parts: dict[str, ServiceState]
    plan: Plan = field(default_factory=Plan)
    doing: str | None = None
    """A long step that the supervisor is doing."""


def write(settings: Settings, state: State) -> None:
    half_written = settings.state.with_suffix(".new")
    half_written.write_text(json.dumps(asdict(state)))
    half_written.replace(settings.state)


def read(settings: Settings) -> State | None:
    return load(settings.state)


def load(path: Path) -> State | None:
    """The state, None for a missing or unreadable file: the supervisor writes it again."""
    try:
        document = json.loads(path.read_text())
        parts = {name: ServiceState(**part) for name, part in document.pop("parts").items()}
        return State(parts=parts, plan=Plan(**document.pop("plan")), **document)
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


@contextmanager
def lock(settings: Settings) -> Iterator[bool]:
    """The lock that the supervisor holds while it runs, instead of a pid file. False if another has it.

    A check whether a supervisor runs holds a shared lock for a moment.
    """
    end = time.monotonic() + CHECKED_FOR
    with _lock_file(settings) as file:
        while not (free := _lock(file, fcntl.LOCK_EX)) and time.monotonic() < end:
            time.sleep(0.01)
        yield free


def running(settings: Settings) -> bool:
    with _lock_file(settings) as file:
        return not _lock(file, fcntl.LOCK_SH)


def _lock_file(settings: Settings) -> TextIO:
    settings.directory.mkdir(parents=True, exist_ok=True)
    return (settings.directory / "lock").open("w")


def _lock(file: TextIO, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def turn(settings: Settings) -> Iterator[None]:
    """Serialise concurrent starts: the second one waits, and finds the stack running."""
    settings.directory.mkdir(parents=True, exist_ok=True)
    with (settings.directory / "turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def end_orphans(settings: Settings) -> list[str]:
    """End the services that a killed supervisor left behind, and return their names.

    Another program may have the pid by now: only processes of this stack are ended.
    """
    state = read(settings)
    parts = state.parts if state else {}
    pids = {name: part.pid for name, part in parts.items() if part.pid and _is_ours(part.pid, settings)}
    _end([pid for name, pid in pids.items() if name != "postgres"], signal.SIGTERM)
    _end([pid for name, pid in pids.items() if name == "postgres"], signal.SIGINT)
    settings.state.unlink(missing_ok=True)
    return list(pids)


def _is_ours(pid: int, settings: Settings) -> bool:
    """Whether it is of this stack. A process has no variables until its program runs, and while it ends."""
    end = time.monotonic() + BARE_FOR
    try:
        process = psutil.Process(pid)
        while not (variables := process.environ()) and runs(pid) and time.monotonic() < end:
            time.sleep(0.01)
    except psutil.Error:
        return False
    return variables.get("LOCAL_DIR") == str(settings.directory)


def _end(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    end = time.monotonic() + 10
    while running := [pid for pid in pids if runs(pid)]:
        if time.monotonic() > end:
            for pid in running:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
