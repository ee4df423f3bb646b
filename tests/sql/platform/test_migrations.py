"""Applying migrations: in order, once each, each file atomically."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.postgres import migrations
from local.settings import ROOT, StackError
from local.temporary_stack import Stack
from tools import scratch

pytestmark = pytest.mark.embedded

GOOD = "create table public.good_things (id bigint primary key);"
BAD = "create table public.bad_things (id bigint primary key);\n\nselect nothing_like_that();\n"


@pytest.fixture(scope="module")
def database(stack: Stack) -> Iterator[str]:
    with scratch.migrated() as url:
        yield url


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)


def tables(database: str) -> set[str]:
    with psycopg.connect(database) as connection:
        rows = connection.execute("select tablename from pg_tables where tablename like '%_things'")
        return {row[0] for row in rows}


def test_failed_migration_is_rolled_back_and_reported_with_line(database: str, tmp_path: Path) -> None:
    write(tmp_path, "20990101000000_good.sql", GOOD)
    write(tmp_path, "20990101000001_bad.sql", BAD)
    with pytest.raises(StackError, match=r"20990101000001_bad\.sql, line 3: .*nothing_like_that"):
        migrations.apply(database, tmp_path)
    assert tables(database) == {"good_things"}
    write(tmp_path, "20990101000001_bad.sql", BAD.replace("select nothing_like_that();", ""))
    assert migrations.apply(database, tmp_path) == ["20990101000001"]
    assert migrations.apply(database, tmp_path) == []
    assert tables(database) == {"good_things", "bad_things"}


def test_migrations_are_recorded_like_the_supabase_cli(database: str) -> None:
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "select name, statements[1] like '%create schema private%' "
            "from supabase_migrations.schema_migrations order by version limit 1"
        ).fetchone()
    assert row == ("extensions", True)


def test_file_without_a_migration_name_is_refused(database: str, tmp_path: Path) -> None:
    write(tmp_path, "add_things.sql", GOOD)
    with pytest.raises(StackError, match=r"add_things\.sql is no migration's name"):
        migrations.apply(database, tmp_path)


def test_auth_limits_equal_those_of_config_toml(database: str) -> None:
    """supabase/config.toml has the numbers of requests; Auth fixes the windows."""
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "select scope, requests, window_seconds from private.rate_limits where role = 'anon'"
        )
        limits = {scope: (requests, seconds) for scope, requests, seconds in rows}
    hosted = tomllib.loads((ROOT / "supabase" / "config.toml").read_text())["auth"]["rate_limit"]
    assert limits["sign_in"] == (hosted["sign_in_sign_ups"], 300)
    assert limits["refresh"] == (hosted["token_refresh"], 300)
    assert limits["anonymous"] == (hosted["anonymous_users"], 3600)


def test_security_guide_lists_every_initial_rate_limit(database: str) -> None:
    guide = (ROOT / "docs" / "security-guide.md").read_text()
    rows = re.findall(
        r"^\| ((?:anon|authenticated)[a-z, ]*): `([\w/]+)` \|.*\| (\d+) in (\d+) (s|min|h) \|$",
        guide,
        re.MULTILINE,
    )
    documented = {
        (role, scope, int(requests), int(length) * {"s": 1, "min": 60, "h": 3600}[unit])
        for roles, scope, requests, length, unit in rows
        for role in roles.split(", ")
    }
    with psycopg.connect(database) as connection:
        limits = connection.execute("select role, scope, requests, window_seconds from private.rate_limits")
        assert set(limits.fetchall()) == documented
