"""What policies on realtime.messages let a user do on a private topic, asked once and then remembered."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import psycopg_pool

from local.realtime.database import Connection, Pool, as_user, run
from local.realtime.tokens import Claims, Refused

log = logging.getLogger(__name__)

EXTENSIONS = ("broadcast", "presence")


@dataclass(frozen=True)
class Access:
    hears: frozenset[str]
    """Of EXTENSIONS, what the user may read."""
    says: frozenset[str]
    """Of EXTENSIONS, what the user may write."""


PUBLIC = Access(frozenset(EXTENSIONS), frozenset(EXTENSIONS))


@dataclass(frozen=True)
class User:
    claims: Claims
    headers: dict[str, str]


async def access(pool: Pool, topic: str, user: User) -> Access:
    """Raises Refused when nothing may be read, when a policy raises, and when the database cannot tell."""
    with in_the_servers_words(topic):
        async with pool.connection() as connection, connection.transaction(force_rollback=True):
            hears = await _hears(connection, topic, user)
            if not hears:
                raise may_not_read(topic)
            return Access(hears, await _says(connection, topic))


async def may_broadcast(pool: Pool, topic: str, user: User) -> bool:
    """Raises Refused when the database cannot tell."""
    with in_the_servers_words(topic):
        async with pool.connection() as connection, connection.transaction(force_rollback=True):
            await as_user(connection, user.claims, topic, user.headers)
            return "broadcast" in await _says(connection, topic)


def may_not_read(topic: str) -> Refused:
    return Refused("Unauthorized", f"You do not have permissions to read from this Channel topic: {topic}")


async def _hears(connection: Connection, topic: str, user: User) -> frozenset[str]:
    """A row of each kind is written, and looked at as the user."""
    rows = await (await run(connection, "insert_samples", topic=topic)).fetchall()
    await as_user(connection, user.claims, topic, user.headers)
    seen = await (await run(connection, "seen_samples", ids=[row["id"] for row in rows])).fetchall()
    return frozenset(row["extension"] for row in seen)


async def _says(connection: Connection, topic: str) -> frozenset[str]:
    """A row of each kind is written as the user."""
    says = set[str]()
    for extension in EXTENSIONS:
        try:
            async with connection.transaction():
                await run(connection, "insert_sample", topic=topic, extension=extension)
            says.add(extension)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except psycopg.errors.InsufficientPrivilege:
            continue
        except psycopg.Error as error:
            _report(topic, error)
    return frozenset(says)


@contextmanager
def in_the_servers_words(topic: str) -> Iterator[None]:
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
