"""STACK=supabase with the real command line, a fake docker program and the test stack's database."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from local.settings import ROOT
from tests.conftest import Stack
from tools import cli, node, scratch

pytestmark = pytest.mark.embedded
DOCKER = """#!/bin/sh
case "$1 $2" in
"container inspect") echo '{"Running":true,"Status":"running","Health":{"Status":"healthy"}}' ;;
"ps "*) for part in db kong auth realtime rest storage; do echo "supabase_${part}_cinefluent"; done ;;
esac
"""
"""A docker program that reports all containers as running."""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER)
    program.chmod(0o755)
    return program


@pytest.fixture
def run(docker: Path, stack: Stack, tmp_path: Path) -> Iterator[Run]:
    """A function that runs a command of the stack; the command line expects the password `postgres`."""
    own = {
        "PATH": f"{docker.parent}:{os.environ['PATH']}",
        "LOCAL_DIR": str(tmp_path / "stack"),
        "SUPABASE_API_PORT": str(stack.settings.port),
        "SUPABASE_DB_PORT": str(stack.settings.postgres_port),
    }

    def command(*words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tools.supabase_stack", *words],
            cwd=ROOT,
            env={**os.environ, **own, **changed},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    password = re.search(r":([^:@]+)@", stack.database_url)
    assert password
    change = "alter role postgres password '{}'"
    with psycopg.connect(stack.admin_database_url, autocommit=True) as connection:
        connection.execute(change.format("postgres").encode())
        try:
            yield command
            command("down")
        finally:
            connection.execute(change.format(password[1]).encode())


@pytest.mark.parametrize(
    "words", [("up",), ("down",), ("status",), ("reset",), ("run", "true")], ids=lambda words: words[0]
)
def test_supabase_stack_without_docker_names_what_is_missing(
    run: Run, docker: Path, words: tuple[str, ...]
) -> None:
    docker.write_text("#!/bin/sh\nexit 1\n")
    done = run(*words)
    assert done.returncode == 1
    assert done.stderr.startswith("error: docker_unavailable: `docker info` fails")
    assert "leave STACK=supabase out" in done.stderr


@pytest.mark.soak
def test_supabase_stack_starts_shows_its_urls_and_stops(run: Run, stack: Stack) -> None:
    up = run("up")
    assert up.returncode == 0, up.stderr
    assert f"SUPABASE_URL={stack.url}\n" in up.stdout
    print_it = "from os import environ as e; print(e['DATABASE_URL'], e['SEARCH_URL'], e['JOBS_URL'])"
    database_url, *workers = run("run", sys.executable, "-c", print_it).stdout.split()
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select to_regclass('public.items') is not null").fetchone() == (True,)
    assert [httpx.get(f"{url}/healthz").status_code for url in workers] == [200, 200]
    assert "is running" in run("status").stderr
    assert run("up").returncode == 0
    assert run("down").returncode == 0
    for url in workers:
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/healthz")


def test_supabase_stack_reports_a_failed_cli_command(run: Run) -> None:
    done = run("up", SUPABASE_DB_PORT="1")
    assert done.returncode == 1
    assert "supabase_failed: `supabase migration up" in done.stderr


def test_supabase_stack_refuses_commands_of_the_embedded_stack(run: Run) -> None:
    assert "`logs` is for the embedded stack" in run("logs").stderr


@pytest.fixture
def empty() -> Iterator[str]:
    with scratch.bare() as url:
        yield url


@pytest.mark.parametrize("words", [("migration", "up", "--yes"), ("db", "push", "--yes")])
def test_supabase_cli_creates_the_same_database(empty: str, stack: Stack, words: tuple[str, ...]) -> None:
    done = cli.run(*words, f"--remote={scratch.as_postgres(empty)}", project=ROOT)
    assert done.returncode == 0, done.stderr
    query = "select version, name from supabase_migrations.schema_migrations order by version"
    with psycopg.connect(empty) as migrated, psycopg.connect(stack.database_url) as ours:
        assert migrated.execute(query).fetchall() == ours.execute(query).fetchall()


def test_supabase_cli_reads_the_configuration_without_a_warning(docker: Path, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "deployment-guide.md").read_text()
    production = re.search(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert production
    for own in ("", "\n".join(line.strip() for line in production[1].splitlines())):
        folder = tmp_path / f"project{bool(own)}"
        (folder / "supabase").mkdir(parents=True)
        config = (ROOT / "supabase" / "config.toml").read_text()
        (folder / "supabase" / "config.toml").write_text(f"{config}\n{own}\n")
        surroundings = node.surroundings()
        path = {"PATH": f"{docker.parent}:{surroundings['PATH']}"}
        done = subprocess.run(
            [cli.PROGRAM, "status", "-o", "json", f"--workdir={folder}"],
            env=surroundings | path | cli.QUIET,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "WARN" not in done.stderr
