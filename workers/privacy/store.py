"""Accounts and old rows, removed in Postgres a piece at a time. Logs tell how much, never of whom."""

from typing import Any

import psycopg
from psycopg import Connection

from workers.common import logs
from workers.common.database import query
from workers.privacy.files import Files, StorageAwayError


def erase_due(connection: Connection[Any], files: Files) -> int:
    """Erase every account that is due, each in a transaction of its own; how many.

    Its files go first, through Storage. One that cannot be erased stays whole and holds up none of the
    others.
    Raises psycopg.OperationalError when a later try may do better.
    """
    erased = 0
    later: psycopg.OperationalError | None = None
    for (account,) in connection.execute(query(__file__, "due")).fetchall():
        failure: psycopg.Error | None = None
        try:
            files.delete(connection.execute(query(__file__, "files"), {"account_id": account}).fetchall())
            erased += _erase(connection, account)
        except StorageAwayError:
            logs.warning("account_not_erased_yet", reason="storage")
        except psycopg.Error as error:
            failure = error
        # Logged here, without the exception itself: its text names ids.
        if isinstance(failure, psycopg.OperationalError):
            logs.warning("account_not_erased_yet", reason=failure.sqlstate)
            later = failure
            if connection.broken:
                break
        elif failure:
            logs.error("account_not_erased", reason=failure.sqlstate, table=failure.diag.table_name)
    logs.info("accounts_erased", count=erased)
    if later:
        raise later
    return erased


def _erase(connection: Connection[Any], account: object) -> bool:
    """False where its owner took the deletion back in the meantime."""
    row = connection.execute(query(__file__, "erase"), {"account_id": account}).fetchone()
    return bool(row and row[0])


def apply_retention(connection: Connection[Any]) -> None:
    """Batch after batch, until nothing is left that is too old."""
    while removed := connection.execute(query(__file__, "apply_retention")).fetchall():
        for relation, count in removed:
            logs.info("rows_removed", relation=relation, count=count)


def remove_files(connection: Connection[Any], files: Files) -> int:
    """Delete through Storage the files of users who are gone; how many. One process at a time.

    Raises StorageAwayError, when a later try may do better; what is left is out of reach meanwhile.
    """
    removed = 0
    connection.execute(query(__file__, "lock_files"))
    try:
        while noted := connection.execute(query(__file__, "return_files")).fetchall():
            try:
                files.delete(noted)
            finally:
                _settle(connection, noted)
            removed += len(noted)
        orphans = connection.execute(query(__file__, "orphan_files")).fetchall()
        files.delete(orphans)
        removed += len(orphans)
    finally:
        if not connection.broken:
            connection.execute(query(__file__, "unlock_files"))
    logs.info("files_removed", count=removed)
    return removed


def _settle(connection: Connection[Any], files: list[tuple[Any, ...]]) -> None:
    """Raises StorageAwayError where Storage left a file that it was called to delete."""
    buckets, names = map(list, zip(*files, strict=True))
    row = connection.execute(query(__file__, "settle_files"), {"buckets": buckets, "names": names}).fetchone()
    if row and row[0]:
        raise StorageAwayError
