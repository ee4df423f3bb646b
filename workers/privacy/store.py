"""Accounts and old rows, removed in Postgres a piece at a time. Logs tell how much, never of whom."""

from typing import Any

import psycopg
from psycopg import Connection

from workers.common import logs
from workers.common.database import query


def erase_due(connection: Connection[Any]) -> int:
    """Erase every account that is due, each in a transaction of its own; how many.

    One that cannot be erased stays whole and holds up none of the others.
    Raises psycopg.OperationalError when a later try may do better.
    """
    erased, later = 0, None
    for (account,) in connection.execute(query(__file__, "due")).fetchall():
        try:
            erased += _erase(connection, account)
        except psycopg.OperationalError as error:
            logs.warning("account_not_erased_yet", reason=error.sqlstate)
            later = error
            if connection.broken:
                break
        except psycopg.Error as error:
            logs.error("account_not_erased", reason=error.sqlstate)
    logs.info("accounts_erased", count=erased)
    if later:
        raise later
    return erased


def _erase(connection: Connection[Any], account: object) -> bool:
    row = connection.execute(query(__file__, "erase"), {"account_id": account}).fetchone()
    return bool(row and row[0])


def apply_retention(connection: Connection[Any]) -> None:
    """Batch after batch, until nothing is left that is too old."""
    while removed := connection.execute(query(__file__, "apply_retention")).fetchall():
        for relation, count in removed:
            logs.info("rows_removed", relation=relation, count=count)
