"""The process of one function: started at its first call, and replaced when its files have changed."""

import asyncio
import secrets
import sys
import time
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from dotenv import dotenv_values

from local.functions.errors import not_found, not_started
from local.functions.settings import GIVEN, Settings
from local.functions.streams import client

MAIN = Path(__file__).with_name("main.ts")
STARTS_WITHIN = 60.0
"""Seconds; the first start fetches the npm packages."""
POLL_EVERY = 0.02
PATIENT = httpx.Timeout(150.0, connect=5)
"""Seconds to the first byte, as hosted."""
HEAP = 512
"""MiB of heap above which a function's process ends. Hosted gives 256 MB in all."""
DRAINS_WITHIN = 150.0
"""Seconds in which a replaced process may finish its calls."""


@dataclass
class Worker:
    process: asyncio.subprocess.Process
    client: httpx.AsyncClient
    """Connects only to the process."""
    version: float
    """Time of the last change of its files."""
    calls: int = 0
    is_lost: bool = False
    """The process does not accept connections."""

    @property
    def runs(self) -> bool:
        return self.process.returncode is None


class Workers:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers: dict[str, Worker] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def of(self, name: str) -> Worker:
        """A function's running process. Raises FunctionError if the function does not exist or start."""
        entry = self._entry(name)
        version = await asyncio.to_thread(changed_at, self._settings.folder, name)
        async with self._turns.setdefault(name, asyncio.Lock()):
            worker = self._workers.get(name)
            if worker is None or worker.is_lost or not worker.runs or worker.version != version:
                if worker is not None and worker.runs:
                    self._keep(_drain(worker))
                worker = self._workers[name] = await self._started(name, entry, version)
            return worker

    async def close(self) -> None:
        for worker in self._workers.values():
            if worker.runs:
                worker.process.kill()
                await worker.process.wait()
        for task in self._tasks:
            task.cancel()

    def _entry(self, name: str) -> Path:
        """The function's file. Raises FunctionError if it does not exist, or is a link out of the folder."""
        entry = (self._settings.folder / name / "index.ts").resolve()
        if name.startswith("_") or not entry.is_file() or not entry.is_relative_to(self._settings.folder):
            raise not_found()
        return entry

    async def _started(self, name: str, entry: Path, version: float) -> Worker:
        socket = self._settings.sockets / f"f-{secrets.token_hex(6)}.sock"
        with (self._settings.logs / f"functions-{name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *command(self._settings.folder, entry, socket),
                env=self._environment(socket),
                cwd=self._settings.folder,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        worker = Worker(process, client(socket, PATIENT), version)
        self._keep(_clean_up(worker, socket))
        end = time.monotonic() + STARTS_WITHIN
        while worker.runs and time.monotonic() < end:
            if await _answers(socket):
                return worker
            await asyncio.sleep(POLL_EVERY)
        if worker.runs:
            process.kill()
        raise not_started()

    def _environment(self, socket: Path) -> Mapping[str, str]:
        """The stack's variables and the secrets of supabase/functions/.env, which cannot replace them."""
        variables = dotenv_values(self._settings.folder / ".env")
        own = {name: value for name, value in variables.items() if value is not None and name not in GIVEN}
        return {**self._settings.environment, **own, "DENO_SERVE_ADDRESS": f"unix:{socket}"}

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _answers(socket: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    writer.close()
    return True


async def _clean_up(worker: Worker, socket: Path) -> None:
    await worker.process.wait()
    socket.unlink(missing_ok=True)
    await worker.client.aclose()


async def _drain(worker: Worker) -> None:
    """Let a process finish its calls and background work, then end it."""
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAINS_WITHIN):
                while worker.calls:
                    await asyncio.sleep(POLL_EVERY)
                _request_end(worker.process)
                await worker.process.wait()
    finally:
        if worker.runs:
            worker.process.kill()
    await worker.process.wait()


def _request_end(process: asyncio.subprocess.Process) -> None:
    """Close its input, which also happens when the platform ends: then the process exits."""
    if process.stdin:
        process.stdin.close()


def command(folder: Path, entry: Path, socket: Path) -> list[str]:
    """Deno's command. As hosted, a function may use network and environment, and read only its own code.

    Listening on a socket needs write permission for its path.
    """
    deno = Path(sys.executable).with_name("deno")
    files = [f"--allow-read={folder},{MAIN.parent},{socket}", f"--allow-write={socket}"]
    allowed = ["--allow-net", "--allow-env", "--allow-sys", *files]
    limit = f"--v8-flags=--max-old-space-size={HEAP}"
    return [
        str(deno),
        "run",
        "--quiet",
        "--no-prompt",
        "--no-lock",
        limit,
        *allowed,
        str(MAIN),
        entry.as_uri(),
    ]


def changed_at(folder: Path, name: str) -> float:
    """The latest change of a function: its folder, shared code, secrets and settings."""
    shared = [folder / ".env", folder / "deno.json", folder / "import_map.json"]
    made_of = [*(folder / name).rglob("*"), *(folder / "_shared").rglob("*"), *shared]
    return max(map(_changed_at, made_of))


def _changed_at(path: Path) -> float:
    """The time of change; 0 for a missing file, such as an editor's temporary one."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
