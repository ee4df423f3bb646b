"""What policies on realtime.messages let a user do on a private topic, asked once and then remembered."""

import logging
from dataclasses import dataclass

import psycopg
import psycopg_pool

from local.realtime.database import Pool, as_user, run
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


async def access(pool: Pool, topic: str, claims: Claims, headers: dict[str, str]) -> Access:
    """Raises Refused when nothing may be read, when a policy raises, and when the database cannot tell."""
    try:
        return await _ask(pool, topic, claims, headers)
    except psycopg_pool.PoolTimeout as error:
        raise Refused("IncreaseConnectionPool", "Please increase your connection pool size") from error
    except psycopg.errors.QueryCanceled as error:
        raise Refused("QueryCanceled", "canceling statement due to statement timeout") from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        words = "Realtime was unable to connect to the project database"
        raise Refused("UnableToConnectToProject", words) from error
    except psycopg.Error as error:
        log.info("policy failed", extra={"fields": {"topic": topic, "sqlstate": error.sqlstate}})
        raise may_not_read(topic) from error


def may_not_read(topic: str) -> Refused:
    return Refused("Unauthorized", f"You do not have permissions to read from this Channel topic: {topic}")


async def _ask(pool: Pool, topic: str, claims: Claims, headers: dict[str, str]) -> Access:
    """Rows of each kind are written and looked at as the user, and taken back."""
    async with pool.connection() as connection, connection.transaction(force_rollback=True):
        rows = await (await run(connection, "insert_samples", topic=topic)).fetchall()
        samples = [row["id"] for row in rows]
        await as_user(connection, claims, topic, headers)
        seen = await (await run(connection, "seen_samples", ids=samples)).fetchall()
        hears = frozenset(row["extension"] for row in seen)
        if not hears:
            raise may_not_read(topic)
        says = set[str]()
        for extension in EXTENSIONS:
            try:
                async with connection.transaction():
                    await run(connection, "insert_sample", topic=topic, extension=extension)
                says.add(extension)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                raise
            except psycopg.Error as error:
                if not isinstance(error, psycopg.errors.InsufficientPrivilege):
                    fields = {"topic": topic, "sqlstate": error.sqlstate}
                    log.info("policy failed", extra={"fields": fields})
        return Access(hears, frozenset(says))
