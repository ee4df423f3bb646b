"""Running the tests on an existing Supabase project: which projects are allowed, which tests are skipped."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from supabase import Client

from local.settings import StackError
from tests import project
from tests.conftest import Stack
from tests.project import Project
from tools import scratch

pytestmark = pytest.mark.embedded
LIMIT = "insert into private.rate_limits values ('authenticated', 'read', 999, 60)"


@pytest.fixture
def named(stack: Stack, viewer: tuple[Client, str]) -> Project:
    """The test stack as an external project that has a user."""
    configured = project.from_environment(stack.environment)
    assert configured
    return configured


@pytest.fixture
def database(named: Project) -> Iterator[psycopg.Connection]:
    with psycopg.connect(named.database_url, autocommit=True) as connection:
        yield connection


def test_no_external_project_is_tested_unless_configured() -> None:
    assert project.from_environment({"DATABASE_URL": "postgresql://"}) is None


def test_incompletely_configured_project_is_refused() -> None:
    with pytest.raises(StackError, match=r"but SUPABASE_ANON_KEY, \w+, DATABASE_URL is missing"):
        project.from_environment({"SUPABASE_URL": "http://127.0.0.1:1", "SUPABASE_ANON_KEY": ""})


def test_project_with_users_is_tested_only_with_permission(
    named: Project, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(project.PERMISSION, "another.supabase.co")
    with pytest.raises(StackError, match=r"holds [1-9]\d* people .*TESTS_MAY_WRITE_TO=127\.0\.0\.1:\d+"):
        project.refuse_project_in_use(named, database)
    monkeypatch.setenv(project.PERMISSION, urlsplit(named.url).netloc)
    project.refuse_project_in_use(named, database)


def test_database_of_another_project_is_refused(named: Project, database: psycopg.Connection) -> None:
    project.refuse_another_database(named, database)
    with scratch.bare() as url, psycopg.connect(url) as another:
        with pytest.raises(StackError, match="DATABASE_URL is not the database of SUPABASE_URL"):
            project.refuse_another_database(named, another)


def test_project_without_the_migrations_is_refused(named: Project) -> None:
    with scratch.bare() as url, psycopg.connect(url) as another:
        with pytest.raises(StackError, match="the migrations are not applied"):
            project.refuse_project_in_use(named, another)


def test_rate_limits_of_a_project_are_lifted_during_tests(
    named: Project, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(project.PERMISSION, urlsplit(named.url).netloc)
    limits = "select role, scope, requests from private.rate_limits"
    database.execute(LIMIT)
    try:
        with project.without_limits(named):
            assert database.execute(limits).fetchall() == []
        assert database.execute(limits).fetchall() == [("authenticated", "read", 999)]
    finally:
        database.execute("delete from private.rate_limits")


def test_test_that_needs_the_embedded_stack_is_skipped(named: Project) -> None:
    for name in ("settings", "parts"):
        with pytest.raises(pytest.skip.Exception, match=project.EMBEDDED):
            getattr(named, name)
    without_secret = Project({"SUPABASE_URL": named.url})
    with pytest.raises(pytest.skip.Exception, match="SUPABASE_JWT_SECRET is not given"):
        without_secret.jwt_secret  # noqa: B018
