"""Temporary stacks for tests, checks and benches: empty, with own folder and ports, stopped at the end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from dotenv import dotenv_values
from psycopg import sql

from local import keys, project, stack_plan, state
from local.ports import free_port, hold, release
from local.postgres import cluster
from local.rest import service as rest
from local.settings import ROOT, Settings, StackError, load


@dataclass(frozen=True)
class Stack:
    settings: Settings
    environment: dict[str, str]
    """The variables of .env.local."""

    @property
    def url(self) -> str:
        return self.environment["SUPABASE_URL"]

    @property
    def anon_key(self) -> str:
        return self.environment["SUPABASE_ANON_KEY"]

    @property
    def service_role_key(self) -> str:
        return self.environment["SUPABASE_SERVICE_ROLE_KEY"]

    @property
    def publishable_key(self) -> str:
        return self.environment["SUPABASE_PUBLISHABLE_KEY"]

    @property
    def secret_key(self) -> str:
        return self.environment["SUPABASE_SECRET_KEY"]

    @property
    def jwt_secret(self) -> str:
        return self.environment["SUPABASE_JWT_SECRET"]

    @property
    def database_url(self) -> str:
        return self.environment["DATABASE_URL"]

    @property
    def admin_database_url(self) -> str:
        return cluster.url(self.settings, keys.load(self.settings.directory), cluster.SUPERUSER)

    @property
    def elsewhere(self) -> dict[str, str]:
        """The external servers: URL by service."""
        current = state.read(self.settings)
        return current.plan.elsewhere if current else {}

    @property
    def parts(self) -> dict[str, state.ServiceState]:
        current = state.read(self.settings)
        if current is None:
            raise StackError("the stack does not run")
        return current.parts

    def part(self, name: str) -> state.ServiceState:
        return self.parts[name]

    def pid(self, part: str) -> int:
        pid = self.part(part).pid
        if pid is None:
            raise StackError(f"{part} does not run")
        return pid

    def part_url(self, part: str) -> str:
        """The service's own address, without the gateway; of REST with the secret path of its port."""
        url = self.part(part).url
        if url is None:
            raise StackError(f"{part} has no address")
        return url + rest.path_of_callers(self.jwt_secret) if part in ("rest", "counter") else url

    def lift_limits(self) -> None:
        """Delete all rate limits: tests and benches send many requests of few users."""
        if not (limits := project.load().rate_limits):
            return
        with psycopg.connect(self.database_url) as connection:
            table = sql.Identifier(*limits.split("."))
            connection.execute(sql.SQL("delete from {}").format(table))

    def run(self, *words: str) -> None:
        """Run a command with the stack's environment, as `python -m local run` does."""
        local("run", *words)


@contextmanager
def running(directory: Path) -> Iterator[Stack]:
    """An empty stack without rate limits and scheduled jobs. Raises StackError.

    The environment of this process, which its children inherit, names the stack. If AUTH_URL or a similar
    variable names an external server, the stack is that of `directory` and LOCAL_PORT, whose database the
    server uses, and the variable is removed from the environment.
    """
    servers = stack_plan.take(os.environ)
    if servers and not os.environ.get("LOCAL_PORT"):
        raise StackError(
            f"{', '.join(servers)}: LOCAL_PORT must say on which stack's database they work "
            "(local/docs/real-servers.md)"
        )
    os.environ |= {"LOCAL_DIR": str(directory), "PERIODIC_JOBS": "off"}
    try:
        if servers:
            local("up", **servers)
        else:
            # A killed run may have left its stack, on another port.
            local("down", LOCAL_PORT="")
            os.environ["LOCAL_PORT"] = str(two_free_ports())
            local("reset")
        variables = dotenv_values(directory / ".env.local")
        stack = Stack(load(), {name: value or "" for name, value in variables.items()})
        stack.lift_limits()
        yield stack
    finally:
        local("down")


def two_free_ports() -> int:
    """The first of two consecutive free ports, both held."""
    while True:
        port = free_port()
        if hold(port + 1):
            return port
        release(port)


def local(*words: str, **variables: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local", *words],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StackError(f"{' '.join(words)} failed: {done.stderr}{done.stdout}")
