"""What can go wrong with a stack: each ends in a working one, or in one clear sentence."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from local import state
from local.settings import ROOT, Settings
from local.temporary_stack import Stack, two_free_ports
from local.tests.waiting import until

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))


def local(command: str, directory: Path, port: int) -> subprocess.CompletedProcess[str]:
    """Run `python -m local COMMAND` for the stack in `directory`."""
    return subprocess.run(
        [sys.executable, "-m", "local", *command.split()],
        cwd=ROOT,
        env={**os.environ, "LOCAL_DIR": str(directory), "LOCAL_PORT": str(port)},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Own:
    """A stack for one test to break."""

    directory: Path
    port: int

    def run(self, command: str) -> str:
        process = local(command, self.directory, self.port)
        assert process.returncode == 0, process.stderr + process.stdout
        return process.stdout

    def refuse(self, command: str) -> str:
        process = local(command, self.directory, self.port)
        assert process.returncode != 0, process.stdout
        return " ".join(process.stderr.split())

    @property
    def settings(self) -> Settings:
        directory = self.directory
        return Settings(directory, directory / "data", directory, self.port, directory / ".env.local")

    def state(self) -> state.State:
        running = state.read(self.settings)
        assert running
        return running

    def works(self) -> bool:
        return healthy(self.settings.url)


def healthy(url: str) -> bool:
    """However long the answer takes."""
    try:
        return httpx.get(f"{url}/auth/v1/health").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    directory = Path(f"/tmp/cinefluent-test-{os.getpid()}-{time.monotonic_ns()}")
    own_stack = Own(directory, two_free_ports())
    yield own_stack
    stopped = local("down", own_stack.directory, own_stack.port)
    if directory.exists():
        shutil.rmtree(directory)
    assert stopped.returncode == 0, stopped.stderr


def test_a_second_up_changes_nothing_and_down_can_be_given_twice(own: Own) -> None:
    own.run("up")
    before, keys = own.state(), (own.directory / ".env.local").read_text()
    assert "SUPABASE_ANON_KEY=" in own.run("up")
    assert own.state() == before
    assert (own.directory / ".env.local").read_text() == keys
    assert "stopped" in own.run("down")
    assert "nothing was running" in own.run("down")
    own.run("up")
    assert (own.directory / ".env.local").read_text() == keys


def test_two_ups_at_once_start_one_stack(own: Own) -> None:
    with ThreadPoolExecutor() as both:
        for output in both.map(own.run, ["up", "up"]):
            assert f"SUPABASE_URL=http://127.0.0.1:{own.port}" in output
    assert own.works()


def test_settings_of_another_database_lead_nowhere(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "PGRST_DB_URI", "PGHOST", "PGOPTIONS", "SUPABASE_URL"):
        monkeypatch.setenv(name, "postgresql://nobody:wrong@127.0.0.1:1/none")
    own.run("up")
    assert own.works()


def test_a_port_in_use_is_named(own: Own) -> None:
    with socket.create_server(("127.0.0.1", own.port + 1)):
        assert f"port {own.port + 1} is in use" in own.refuse("up")


@pytest.mark.soak
def test_a_killed_supervisor_leaves_nothing_in_the_way(own: Own) -> None:
    own.run("up")
    left = own.state()
    os.kill(left.supervisor, signal.SIGKILL)
    until(lambda: not state.running(own.settings))
    assert "stopped what an earlier run left behind" in own.run("up")
    assert own.works()
    assert not {part.pid for part in left.parts.values()} & {part.pid for part in own.state().parts.values()}


def database_url(environment: str) -> str:
    (url,) = (line for line in environment.splitlines() if line.startswith("DATABASE_URL="))
    return url.removeprefix("DATABASE_URL=")


@pytest.mark.soak
def test_a_power_cut_loses_nothing_that_was_committed(own: Own) -> None:
    own.run("up")
    url = database_url((own.directory / ".env.local").read_text())
    with psycopg.connect(url) as connection:
        connection.execute("insert into content (title) values ('Still there')")
    left = own.state()
    for pid in [left.supervisor, *(part.pid for part in left.parts.values() if part.pid)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not state.running(own.settings))
    own.run("up")
    with psycopg.connect(url) as connection:
        assert connection.execute("select title from content").fetchall() == [("Still there",)]


def test_incomplete_data_directory_is_created_again(own: Own) -> None:
    half_made = own.directory / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18")
    own.run("up")
    assert own.works()


def test_a_folder_that_is_no_database_is_named(own: Own) -> None:
    (own.directory / "data").mkdir(parents=True)
    (own.directory / "data" / "notes.txt").write_text("mine")
    message = own.refuse("up")
    assert "holds no database" in message
    assert (own.directory / "data" / "notes.txt").read_text() == "mine"


def test_reset_empties_the_database_and_keeps_the_keys(own: Own) -> None:
    own.run("up")
    environment = (own.directory / ".env.local").read_text()
    url = database_url(environment)
    with psycopg.connect(url) as connection:
        connection.execute("insert into content (title) values ('Gone soon')")
    own.run("reset")
    assert (own.directory / ".env.local").read_text() == environment
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from content").fetchone() == (0,)


@pytest.mark.soak
@pytest.mark.parametrize("part", ["postgres", "rest", "platform", "search", "jobs", "gateway"])
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_killed_part_comes_back(stack: Stack, part: str, turn: int) -> None:
    if part not in stack.parts:
        pytest.skip(f"{part} is another's server here")
    killed = stack.pid(part)
    os.kill(killed, signal.SIGKILL)

    def is_back() -> bool:
        current = state.read(stack.settings)
        return bool(current and current.ready and current.parts[part].pid != killed)

    until(is_back)
    rows = httpx.get(f"{stack.url}/rest/v1/genres?limit=1", headers={"apikey": stack.anon_key})
    assert rows.status_code == 200, rows.text


def test_two_stacks_stand_side_by_side(stack: Stack, own: Own) -> None:
    own.run("up")
    for url in (own.settings.url, stack.url):
        assert healthy(url)


def test_status_says_what_runs(stack: Stack, own: Own) -> None:
    assert "does not run" in local("status", own.directory, own.port).stdout
    output = local("status", stack.settings.directory, stack.settings.port)
    assert output.returncode == 0
    assert {"postgres", "search", "jobs", "gateway"} < set(stack.parts)
    for part in stack.parts:
        assert f" {part} " in output.stdout
