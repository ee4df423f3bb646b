"""Run the tests on an existing Supabase project, configured by SUPABASE_URL and its keys."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from local.settings import Settings, StackError
from local.temporary_stack import Stack

NEEDED = ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "DATABASE_URL")
PERMISSION = "TESTS_MAY_WRITE_TO"
EMBEDDED = "needs the embedded stack"


class Project(Stack):
    """A stack whose services, files and processes are not accessible: a test that needs them is skipped."""

    def __init__(self, environment: dict[str, str]) -> None:
        object.__setattr__(self, "environment", environment)

    @property
    def settings(self) -> Settings:
        pytest.skip(EMBEDDED)

    @property
    def jwt_secret(self) -> str:
        if secret := self.environment.get("SUPABASE_JWT_SECRET"):
            return secret
        pytest.skip("signs tokens: SUPABASE_JWT_SECRET is not given")

    @property
    def admin_database_url(self) -> str:
        return self.database_url

    @property
    def elsewhere(self) -> dict[str, str]:
        return dict.fromkeys(("auth", "storage", "rest", "realtime"), self.url)


def from_environment(environment: Mapping[str, str]) -> Project | None:
    """The configured project; None without SUPABASE_URL. Raises StackError if other variables are missing."""
    if not environment.get("SUPABASE_URL"):
        return None
    if missing := [name for name in NEEDED if not environment.get(name)]:
        raise StackError(f"SUPABASE_URL says what to test, but {', '.join(missing)} is missing")
    names = (*NEEDED, "SUPABASE_JWT_SECRET")
    return Project({name: environment[name] for name in names if environment.get(name)})


@contextmanager
def without_limits(project: Project) -> Iterator[Project]:
    """Yield the project with its rate limits lifted. Raises StackError if tests could do harm."""
    with psycopg.connect(project.database_url, autocommit=True) as connection:
        refuse_another_database(project, connection)
        refuse_project_in_use(project, connection)
        (limits,) = one(connection, "select json_agg(l)::text from private.rate_limits as l")
    project.lift_limits()
    try:
        yield project
    finally:
        with psycopg.connect(project.database_url, autocommit=True) as connection:
            restore = (
                "insert into private.rate_limits "
                "select * from json_populate_recordset(null::private.rate_limits, %s) on conflict do nothing"
            )
            connection.execute(restore, [limits or "[]"])


def refuse_another_database(project: Project, connection: psycopg.Connection) -> None:
    """Raises StackError unless Auth and the database have the same users."""
    headers = {"apikey": project.service_role_key, "Authorization": f"Bearer {project.service_role_key}"}
    try:
        answer = httpx.get(f"{project.url}/auth/v1/admin/users", params={"per_page": 1}, headers=headers)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise StackError(f"SUPABASE_URL and its service role key do not lead to Auth: {error}") from error
    known = [user["id"] for user in answer.json()["users"]]
    (count,) = one(connection, "select count(*) from auth.users where id = any (%s::uuid[])", known)
    (has_users,) = one(connection, "select exists (select from auth.users)")
    if count != len(known) or has_users != bool(known):
        raise StackError("DATABASE_URL is not the database of SUPABASE_URL: their users differ")


def refuse_project_in_use(project: Project, connection: psycopg.Connection) -> None:
    """Raises StackError unless the project is empty, or PERMISSION allows tests to write to it."""
    (migrated,) = one(connection, "select to_regclass('public.items') is not null")
    if not migrated:
        raise StackError("the migrations are not applied there: docs/deployment-guide.md")
    people, items = one(
        connection, "select (select count(*) from auth.users), (select count(*) from public.items)"
    )
    host = urlsplit(project.url).netloc
    if (people or items) and os.environ.get(PERMISSION) != host:
        raise StackError(
            f"{host} holds {people} people and {items} items, and tests write and delete there. "
            f"If it is there for tests alone, say so: {PERMISSION}={host}"
        )


def one(connection: psycopg.Connection, query: str, *values: Any) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), values).fetchone()
    assert row
    return row


def copied(source: Path, target: Path) -> Path:
    """Copy a folder, replacing the target."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target
