"""Scratch databases on the running stack: one from the migrations, one with sql/ replayed on top."""

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
    """The superuser's URL of a database made by the platform's SQL and the migrations alone."""
    with bare() as url:
        migrations.apply(as_postgres(url), migration.MIGRATIONS)
        yield url


@contextmanager
def bare() -> Iterator[str]:
    """The superuser's URL of a database that has the platform's SQL, for migrations to be applied to."""
    with _database("template0") as url:
        cluster.make_platform(url)
        yield url


@contextmanager
def replayed(template_url: str, times: int) -> Iterator[str]:
    """A copy of such a database on which every file of sql/ was run, so many times."""
    with _database(urlsplit(template_url).path[1:]) as url:
        with psycopg.connect(as_postgres(url), autocommit=True) as connection:
            for path, text in [*migration.sources().items()] * times:
                _run(connection, path, text)
        yield url


@contextmanager
def _database(template: str) -> Iterator[str]:
    at = settings.load()
    secret = _keys(at)
    name = f"scratch_{secrets.token_hex(4)}"
    admin_url = cluster.url(at, secret, cluster.SUPERUSER, "template1")
    with psycopg.connect(admin_url, autocommit=True) as connection:
        create = sql.SQL("create database {} template {} owner postgres")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield cluster.url(at, secret, cluster.SUPERUSER, name)
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _keys(at: settings.Settings) -> keys.Keys:
    if at.directory.exists():
        found = keys.load(at.directory)
        if cluster.answers(at, found):
            return found
    raise StackError(f"Postgres does not answer on port {at.postgres_port}: start the stack with `make up`")


def as_postgres(url: str) -> str:
    """The role that migrations are run by; every role that signs in has the same password."""
    return url.replace(f"//{cluster.SUPERUSER}:", "//postgres:", 1)


def _run(connection: psycopg.Connection, path: str, text: str) -> None:
    try:
        connection.execute(text.encode())
    except psycopg.Error as error:
        raise StackError(f"{path} cannot be replayed: {error}".strip()) from error
