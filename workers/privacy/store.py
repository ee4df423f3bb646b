"""Accounts and old rows, deleted in Postgres in batches. Logs contain counts, never ids."""

from typing import Any

import psycopg
from psycopg import Connection

from workers.common import logs
from workers.common.database import only_row
from workers.common.queries import queries
from workers.privacy.files import Files, StorageAwayError, StorageRefusedError

QUERIES = queries("privacy")


def erase_due(connection: Connection[Any], files: Files) -> int:
    """Erase every account that is due, each in a transaction of its own; returns how many.

    An account's files are deleted first, through Storage. If an account cannot be erased, it stays whole and
    the others are still erased. Raises psycopg.OperationalError if a retry may succeed.
    """
    erased = 0
    temporary: psycopg.OperationalError | None = None
    for (account,) in connection.execute(QUERIES["due_accounts"]).fetchall():
        failure: psycopg.Error | None = None
        try:
            files.delete(connection.execute(QUERIES["personal_files"], {"account_id": account}).fetchall())
            erased += _erase(connection, account)
        except StorageAwayError:
            logs.warning("account_not_erased_yet", reason="storage")
        except psycopg.Error as error:
            failure = error
        # Logged here, without the exception itself: its text names ids.
        if isinstance(failure, psycopg.OperationalError):
            logs.warning("account_not_erased_yet", reason=failure.sqlstate)
            temporary = failure
            if connection.broken:
                break
        elif failure:
            logs.error("account_not_erased", reason=failure.sqlstate, table=failure.diag.table_name)
    logs.info("accounts_erased", count=erased)
    if temporary:
        raise temporary
    return erased


def _erase(connection: Connection[Any], account: object) -> bool:
    """Returns False if the deletion was cancelled meanwhile."""
    row = connection.execute(QUERIES["erase_account"], {"account_id": account}).fetchone()
    return bool(row and row[0])


def apply_retention(connection: Connection[Any]) -> None:
    """Delete rows whose retention period has ended, batch by batch, until none is left."""
    while removed := connection.execute(QUERIES["apply_retention"]).fetchall():
        for relation, count in removed:
            logs.info("rows_removed", relation=relation, count=count)


def remove_files(connection: Connection[Any], files: Files) -> int:
    """Delete through Storage the files of users who do not exist; returns how many. One process at a time.

    One attempt per file. Raises StorageAwayError if any is left: it stays unreadable, and a later run
    tries it after the others.
    """
    removed = left = 0
    connection.execute(QUERIES["lock_files"])
    try:
        (now,) = only_row(connection.execute(QUERIES["now"]))
        tried_before = {"tried_before": now}
        while hidden := connection.execute(QUERIES["restore_hidden_files"], tried_before).fetchall():
            try:
                _delete(files, hidden)
            finally:
                remaining = _settle(connection, hidden)
            left += remaining
            removed += len(hidden) - remaining
        orphans = connection.execute(QUERIES["orphan_files"]).fetchall()
        refused = _delete(files, orphans)
        left += refused
        removed += len(orphans) - refused
    finally:
        if not connection.broken:
            connection.execute(QUERIES["unlock_files"])
    logs.info("files_removed", count=removed)
    if left:
        raise StorageAwayError
    return removed


def _delete(files: Files, rows: list[tuple[Any, ...]]) -> int:
    """Returns how many files Storage refuses to delete.

    The files of a refused request are deleted one by one. Raises StorageAwayError if Storage is away.
    """
    try:
        files.delete(rows)
    except StorageRefusedError:
        if len(rows) == 1:
            return 1
        return sum(_delete(files, [row]) for row in rows)
    return 0


def _settle(connection: Connection[Any], files: list[tuple[Any, ...]]) -> int:
    """Record which of the files were deleted; returns how many are left."""
    buckets, names = map(list, zip(*files, strict=True))
    row = connection.execute(QUERIES["settle_files"], {"buckets": buckets, "names": names}).fetchone()
    return int(row[0]) if row else 0
