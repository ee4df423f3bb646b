"""The data directory and its database, created completely or not at all."""

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import LiteralString

import psycopg

from local.keys import Keys
from local.postgres import binaries
from local.settings import ROOT, Settings, StackError

SUPERUSER = "supabase_admin"
DATABASE = "postgres"
LOGINS = (
    *("postgres", "authenticator", "supabase_auth_admin"),
    *("supabase_storage_admin", "supabase_realtime_admin"),
)
PLATFORM = (
    "local/postgres/schemas.sql",
    "local/postgres/parameters.sql",
    "local/postgres/watch.sql",
    "local/auth/schema.sql",
    "local/storage/schema.sql",
    "local/storage/roles.sql",
    "local/realtime/schema.sql",
    "local/realtime/roles.sql",
    "local/realtime/changes.sql",
)
"""The SQL files that replace the migrations of the platform's real servers, in order."""
TABLES = {
    "auth": ("auth.users", "auth.sessions"),
    "storage": ("storage.buckets", "storage.objects"),
    "realtime": ("realtime.messages",),
}
"""Tables that migrations need, by the service that creates them; without them it is not ready."""
RECOVERING = ("starting up", "in recovery mode", "not yet accepting connections")
MEMORY_MB = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
SERVER = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "wal_level": "logical",
    # A stack shares its machine; memory that is never used is never allocated.
    "shared_buffers": f"{min(MEMORY_MB // 8, 2048)}MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "120",
    "shared_preload_libraries": "pg_stat_statements",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "password_encryption": "scram-sha-256",
}


def url(settings: Settings, keys: Keys, role: str = "postgres", database: str = DATABASE) -> str:
    return f"postgresql://{role}:{keys.database_password}@127.0.0.1:{settings.postgres_port}/{database}"


def command(settings: Settings, programs: Path) -> list[str]:
    options = [f"--{name}={value}" for name, value in SERVER.items()]
    return [str(programs / "postgres"), "-D", str(settings.data), "-p", str(settings.postgres_port), *options]


def make(settings: Settings, keys: Keys, programs: Path) -> None:
    """Create the data directory if missing. It is prepared under another name, so that it is complete."""
    if (settings.data / "PG_VERSION").exists():
        return
    user = binaries.system_user()
    half_made, password = settings.data.with_name("data.new"), settings.data.with_name("password")
    settings.data.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(half_made, ignore_errors=True)
    half_made.mkdir(mode=0o700)
    password.touch(mode=0o600)
    password.write_text(keys.database_password)
    if user:
        shutil.chown(half_made, user)
        shutil.chown(password, user)
    initdb: list[str | Path] = [
        *(
            programs / "initdb",
            "-D",
            half_made,
            "-U",
            SUPERUSER,
            "--pwfile",
            password,
            "--auth=scram-sha-256",
        ),
        *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"),
    ]
    try:
        binaries.run(initdb, user, settings.logs / "postgres.log")
    finally:
        password.unlink()
    if settings.data.exists():
        raise StackError(f"{settings.data} is there but holds no database: `make reset` makes a new one")
    half_made.rename(settings.data)


def answers(settings: Settings, keys: Keys) -> bool:
    return _refusal(settings, keys) is None


def recovers(settings: Settings, keys: Keys) -> bool:
    """Whether Postgres recovers from a crash: stopped meanwhile, it would have to start recovery again."""
    message = _refusal(settings, keys) or ""
    return any(words in message for words in RECOVERING)


def _refusal(settings: Settings, keys: Keys) -> str | None:
    """The error of a refused connection, None if it is accepted."""
    try:
        psycopg.connect(url(settings, keys, SUPERUSER, "template1"), connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return str(error)
    return None


def make_database(settings: Settings, keys: Keys, external: Collection[str] = ()) -> None:
    """Create roles and database if missing, and the platform's schemas in it."""
    with psycopg.connect(url(settings, keys, SUPERUSER, "template1"), autocommit=True) as connection:
        if not _exists(connection, "select 1 from pg_roles where rolname = %s", "postgres"):
            connection.execute((ROOT / "local/postgres/roles.sql").read_bytes())
        connection.execute(_passwords(keys))
        if not _exists(connection, "select 1 from pg_database where datname = %s", DATABASE):
            connection.execute("create database postgres template template0")
        connection.execute("alter database postgres owner to postgres")
    make_platform(url(settings, keys, SUPERUSER), external)


def make_platform(database_url: str, external: Collection[str] = ()) -> None:
    """Create the platform's objects that the database does not have yet.

    For services in `external` only roles' rights and schemas, with which their servers create the rest.
    Raises StackError if another server has created a service's tables.
    """
    with psycopg.connect(database_url) as connection:
        connection.execute("create schema if not exists platform")
        connection.execute("create table if not exists platform.applied (path text primary key)")
        for path in platform(external):
            if not _exists(connection, "select 1 from platform.applied where path = %s", path):
                _refuse_anothers_tables(connection, path)
                connection.execute((ROOT / path).read_bytes())
                connection.execute("insert into platform.applied values (%s)", [path])


def platform(external: Collection[str]) -> list[str]:
    """The files of PLATFORM, with others for external services."""
    others = {f"local/{service}/{name}.sql" for service in external for name in ("schema", "changes")}
    own = [path for path in PLATFORM if path not in others]
    return [*own, *(f"local/postgres/external/{service}.sql" for service in external if service != "rest")]


def schema(service: str) -> str:
    return f"local/{service}/schema.sql"


def missing_tables(settings: Settings, keys: Keys, service: str) -> list[str]:
    """The tables of a service that its server has not created yet."""
    with psycopg.connect(url(settings, keys, SUPERUSER)) as connection:
        return _missing(connection, service)


def made_here(settings: Settings, keys: Keys, service: str) -> bool:
    """Whether our own service has created its tables."""
    with psycopg.connect(url(settings, keys, SUPERUSER)) as connection:
        return _exists(connection, "select 1 from platform.applied where path = %s", schema(service))


def _missing(connection: psycopg.Connection, service: str) -> list[str]:
    query = "select name from unnest(%s::text[]) as name where to_regclass(name) is null"
    return [name for (name,) in connection.execute(query, [list(TABLES.get(service, ()))])]


def _refuse_anothers_tables(connection: psycopg.Connection, path: str) -> None:
    for service, tables in TABLES.items():
        if path == schema(service) and len(_missing(connection, service)) < len(tables):
            raise StackError(
                f"{service}'s tables in this database are another server's: say where it is by "
                f"{service.upper()}_URL, or have an empty database by `make reset`"
            )


def _passwords(keys: Keys) -> bytes:
    """Run at each start, since a later version may have more roles. The string runs as one transaction."""
    return "\n".join(f"alter role {role} password '{keys.database_password}';" for role in LOGINS).encode()


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None


def remove(settings: Settings) -> None:
    """Delete the data directory, also a broken one."""
    for path in (settings.data, settings.data.with_name("data.new")):
        if path.exists():
            shutil.rmtree(path)
