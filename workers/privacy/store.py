"""Accounts and old rows, removed in Postgres a piece at a time. Logs tell how much, never of whom."""

from typing import Any

import psycopg
from psycopg import Connection

from workers.common import logs
from workers.common.database import query
from workers.privacy.files import Files, StorageAwayError, StorageRefusedError


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
    """Delete through Storage the files of users who do not exist; returns how many. One process at a time.

    Each file is tried once. Raises StorageAwayError if any is left: it stays unreadable, and a later run
    tries it after the others.
    """
    removed = left = 0
    connection.execute(query(__file__, "lock_files"))
    try:
        start = connection.execute("select clock_timestamp()").fetchone()
        tried_before = {"tried_before": start and start[0]}
        while noted := connection.execute(query(__file__, "return_files"), tried_before).fetchall():
            try:
                _delete(files, noted)
            finally:
                remaining = _settle(connection, noted)
            left += remaining
            removed += len(noted) - remaining
        orphans = connection.execute(query(__file__, "orphan_files")).fetchall()
        refused = _delete(files, orphans)
        left += refused
        removed += len(orphans) - refused
    finally:
        if not connection.broken:
            connection.execute(query(__file__, "unlock_files"))
    logs.info("files_removed", count=removed)
    if left:
        raise StorageAwayError
    return removed


def _delete(files: Files, chosen: list[tuple[Any, ...]]) -> int:
    """Returns how many files Storage refuses to delete, each by itself.

    One such file does not hold up the others. Raises StorageAwayError if Storage does not respond.
    """
    try:
        files.delete(chosen)
    except StorageRefusedError:
        if len(chosen) == 1:
            return 1
        return sum(_delete(files, [file]) for file in chosen)
    return 0


def _settle(connection: Connection[Any], files: list[tuple[Any, ...]]) -> int:
    """Returns how many of the files are left."""
    buckets, names = map(list, zip(*files, strict=True))
    row = connection.execute(query(__file__, "settle_files"), {"buckets": buckets, "names": names}).fetchone()
    return int(row[0]) if row else 0
