"""Repair: make files and rows agree after the last run or a lost connection."""

import logging
import time
from collections.abc import Iterable

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from local.storage import resumable_uploads
from local.storage.database import QUERIES, Pool
from local.storage.file_store import FileStore

log = logging.getLogger(__name__)

SHOWN = 20


async def repair(pool: Pool, files: FileStore, lifetime: int) -> None:
    """Delete files without a row; log rows without a file. No request may be served meanwhile."""
    try:
        async with pool.connection() as connection:
            await _wait_for_writers(connection)
    except psycopg.errors.QueryCanceled:
        log.error("storage not swept: a transaction goes on writing to it")
        return
    async with pool.connection() as connection, connection.transaction():
        await connection.execute(QUERIES["role"], {"role": "service_role"})
        await _repair_resumables(connection, files, lifetime)
        orphans, missing = await _compare(connection, files)
    await files.drop(*orphans)
    if orphans or missing:
        fields = {
            "files_removed": len(orphans),
            "rows_without_file": len(missing),
            "versions": missing[:SHOWN],
        }
        log.log(logging.ERROR if missing else logging.WARNING, "storage swept", extra={"fields": fields})


async def without_row(pool: Pool, versions: Iterable[str]) -> set[str]:
    """The versions without a row, after all transactions that run now have ended."""
    candidates = sorted(versions)
    async with pool.connection() as connection:
        await _wait_for_writers(connection)
    async with pool.connection() as connection, connection.transaction():
        await connection.execute(QUERIES["role"], {"role": "service_role"})
        cursor = await connection.execute(QUERIES["versions_kept"], {"versions": candidates})
        return set(candidates) - {row["version"] for row in await cursor.fetchall()}


async def _wait_for_writers(connection: AsyncConnection[DictRow]) -> None:
    """Postgres may still commit for a client that is gone; its rows are visible only afterwards."""
    async with connection.transaction():
        await connection.execute(QUERIES["wait_for_writers"])


async def _compare(connection: AsyncConnection[DictRow], files: FileStore) -> tuple[list[str], list[str]]:
    """Files without a row and rows without a file. Both are read in order, so neither is held in memory."""
    orphans: list[str] = []
    missing: list[str] = []
    present = files.versions()
    file = next(present, None)
    async with connection.cursor("versions") as cursor:
        cursor.itersize = 10_000
        await cursor.execute(QUERIES["all_versions"].rstrip(b";"))
        async for row in cursor:
            version = row["version"]
            while file is not None and file < version:
                orphans.append(file)
                file = next(present, None)
            if file == version:
                file = next(present, None)
            else:
                missing.append(version)
    while file is not None:
        orphans.append(file)
        file = next(present, None)
    return orphans, missing


async def _repair_resumables(connection: AsyncConnection[DictRow], files: FileStore, lifetime: int) -> None:
    """Mark uploads with a row as done; clients can continue the others."""
    unfinished = resumable_uploads.unfinished(files.resumable)
    cursor = await connection.execute(QUERIES["versions_kept"], {"versions": unfinished})
    for row in await cursor.fetchall():
        resumable_uploads.mark_done(files.resumable / f"{row['version']}.json")
    resumable_uploads.forget_old(files.resumable, lifetime, time.time())
