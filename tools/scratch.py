"""Create scratch databases on the running stack: by the migrations, or with sql/ replayed on top."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tools import migration
from tools.stack import StackError, cluster, keys, migrations, settings


@contextmanager
def migrated() -> Iterator[str]:
    """Yield the superuser's URL of a database with the platform's SQL and the migrations."""
    with bare() as url:
        migrations.apply(as_postgres(url), migration.MIGRATIONS)
        yield url


@contextmanager
def bare() -> Iterator[str]:
    """Yield the superuser's URL of a database with the platform's SQL only."""
    with _database("template0") as url:
        cluster.make_platform(url)
        yield url


@contextmanager
def replayed(template_url: str, times: int) -> Iterator[str]:
    """Yield the URL of a copy of the database on which every file of sql/ was run `times` times."""
    with _database(urlsplit(template_url).path[1:]) as url:
        with psycopg.connect(as_postgres(url), autocommit=True) as connection:
            for path, text in [*migration.sources().items()] * times:
                _run(connection, path, text)
        yield url


@contextmanager
def _database(template: str) -> Iterator[str]:
    stack_settings = settings.load()
    stack_keys = _keys(stack_settings)
    name = f"scratch_{secrets.token_hex(4)}"
    admin_url = cluster.url(stack_settings, stack_keys, cluster.SUPERUSER, "template1")
    with psycopg.connect(admin_url, autocommit=True) as connection:
        create = sql.SQL("create database {} template {} owner postgres")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield cluster.url(stack_settings, stack_keys, cluster.SUPERUSER, name)
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _keys(stack_settings: settings.Settings) -> keys.Keys:
    if stack_settings.directory.exists():
        stack_keys = keys.load(stack_settings.directory)
        if cluster.answers(stack_settings, stack_keys):
            return stack_keys
    port = stack_settings.postgres_port
    raise StackError(f"Postgres does not answer on port {port}: start the stack with `make up`")


def as_postgres(url: str) -> str:
    """The URL for the role postgres, which runs migrations; all login roles have the same password."""
    return url.replace(f"//{cluster.SUPERUSER}:", "//postgres:", 1)


def _run(connection: psycopg.Connection, path: str, text: str) -> None:
    try:
        connection.execute(text.encode())
    except psycopg.Error as error:
        raise StackError(f"{path} cannot be replayed: {error}".strip()) from error
