"""What the supervisor tells the other commands: .local/state.json, and the lock that says it lives."""

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

ASKED_FOR, BARE_FOR = 5.0, 10.0
"""Seconds that others may need to ask whether a supervisor lives, and a process to get its variables."""


@dataclass(frozen=True)
class ServiceState:
    status: str
    """waiting, starting, ready or failed; of another's server elsewhere, or awaited"""
    pid: int | None
    url: str | None = None
    """Where it listens, past the gateway; for the parts that speak HTTP."""
    health: str | None = None
    """Where it says whether it is well."""

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
    """What the supervisor is at that may take its time."""


def write(settings: Settings, state: State) -> None:
    half_written = settings.state.with_suffix(".new")
    half_written.write_text(json.dumps(asdict(state)))
    half_written.replace(settings.state)


def read(settings: Settings) -> State | None:
    return load(settings.state)


def load(path: Path) -> State | None:
    """None without a state; an unreadable one is none either: the supervisor writes it again."""
    try:
        document = json.loads(path.read_text())
        parts = {name: ServiceState(**part) for name, part in document.pop("parts").items()}
        return State(parts=parts, plan=Plan(**document.pop("plan")), **document)
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


@contextmanager
def lock(settings: Settings) -> Iterator[bool]:
    """Held by the supervisor while it lives, so that no pid file can be stale. False: another has it.

    Who asks whether one lives has a share of it for a moment, and is no supervisor.
    """
    end = time.monotonic() + ASKED_FOR
    with _lock_file(settings) as file:
        while not (free := _taken(file, fcntl.LOCK_EX)) and time.monotonic() < end:
            time.sleep(0.01)
        yield free


def running(settings: Settings) -> bool:
    with _lock_file(settings) as file:
        return not _taken(file, fcntl.LOCK_SH)


def _lock_file(settings: Settings) -> TextIO:
    settings.directory.mkdir(parents=True, exist_ok=True)
    return (settings.directory / "lock").open("w")


def _taken(file: TextIO, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def turn(settings: Settings) -> Iterator[None]:
    """Of two that start the stack at once, the second waits and finds it running."""
    settings.directory.mkdir(parents=True, exist_ok=True)
    with (settings.directory / "turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def end_orphans(settings: Settings) -> list[str]:
    """End the parts that a killed supervisor left behind; the names of those there were.

    A pid may have been given to another program since: only processes of this stack are ended.
    """
    state = read(settings)
    parts = state.parts if state else {}
    pids = {name: part.pid for name, part in parts.items() if part.pid and _is_ours(part.pid, settings)}
    _end([pid for name, pid in pids.items() if name != "postgres"], signal.SIGTERM)
    _end([pid for name, pid in pids.items() if name == "postgres"], signal.SIGINT)
    settings.state.unlink(missing_ok=True)
    return list(pids)


def _is_ours(pid: int, settings: Settings) -> bool:
    """A process has no variables until it runs its program, and none while it ends."""
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
    """One that ended but was not waited for by its parent does not run."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
