"""The rights that policies on realtime.messages give a user on a private topic; checked at the join."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import psycopg_pool

from local import session_check
from local.realtime.database import Connection, Pool, as_user, run
from local.realtime.tokens import Claims, Ended, Refused

log = logging.getLogger(__name__)

EXTENSIONS = ("broadcast", "presence")


@dataclass(frozen=True)
class Access:
    readable: frozenset[str]
    """The EXTENSIONS that the user may read."""
    writable: frozenset[str]
    """The EXTENSIONS that the user may write."""


PUBLIC = Access(frozenset(EXTENSIONS), frozenset(EXTENSIONS))


@dataclass(frozen=True)
class User:
    claims: Claims
    headers: dict[str, str]


async def access(pool: Pool, topic: str, user: User) -> Access:
    """The user's rights. Raises Refused if nothing may be read, a policy raises, or the database fails."""
    with server_errors(topic):
        async with pool.connection() as connection, connection.transaction(force_rollback=True):
            readable = await _readable(connection, topic, user)
            if not readable:
                raise may_not_read(topic)
            return Access(readable, await _writable(connection, topic))


async def check_session(pool: Pool, function: str, claims: Claims) -> None:
    """Raises Ended if the session of the token has ended, and Refused if the database fails."""
    if not session_check.applies(function, claims):
        return
    try:
        with server_errors("session"):
            async with pool.connection() as connection:
                await session_check.check(connection, function, claims)
    except session_check.SessionEnded as ended:
        raise Ended("InvalidJWTToken", ended.message) from ended


async def may_broadcast(pool: Pool, topic: str, user: User) -> bool:
    """Whether the user may broadcast. Raises Refused if the database fails."""
    with server_errors(topic):
        async with pool.connection() as connection, connection.transaction(force_rollback=True):
            await as_user(connection, user.claims, topic, user.headers)
            return "broadcast" in await _writable(connection, topic)


def may_not_read(topic: str) -> Refused:
    return Refused("Unauthorized", f"You do not have permissions to read from this Channel topic: {topic}")


async def _readable(connection: Connection, topic: str, user: User) -> frozenset[str]:
    """Insert a row of each extension, and select them as the user."""
    rows = await (await run(connection, "insert_samples", topic=topic)).fetchall()
    await as_user(connection, user.claims, topic, user.headers)
    seen = await (await run(connection, "seen_samples", ids=[row["id"] for row in rows])).fetchall()
    return frozenset(row["extension"] for row in seen)


async def _writable(connection: Connection, topic: str) -> frozenset[str]:
    """Insert a row of each extension as the user."""
    writable = set[str]()
    for extension in EXTENSIONS:
        try:
            async with connection.transaction():
                await run(connection, "insert_sample", topic=topic, extension=extension)
            writable.add(extension)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except psycopg.errors.InsufficientPrivilege:
            continue
        except psycopg.Error as error:
            _report(topic, error)
    return frozenset(writable)


@contextmanager
def server_errors(topic: str) -> Iterator[None]:
    try:
        yield
    except psycopg_pool.PoolTimeout as error:
        raise Refused("IncreaseConnectionPool", "Please increase your connection pool size") from error
    except psycopg.errors.QueryCanceled as error:
        raise Refused("QueryCanceled", "canceling statement due to statement timeout") from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        words = "Realtime was unable to connect to the project database"
        raise Refused("UnableToConnectToProject", words) from error
    except psycopg.Error as error:
        _report(topic, error)
        raise may_not_read(topic) from error


def _report(topic: str, error: psycopg.Error) -> None:
    log.info("policy failed", extra={"fields": {"topic": topic, "sqlstate": error.sqlstate}})
