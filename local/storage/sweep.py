"""Files and rows are made to agree again, after whatever ended the last run or a connection."""

import logging
import time
from collections.abc import Iterable

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from local.storage import resumables
from local.storage.database import QUERIES, Pool
from local.storage.files import Files

log = logging.getLogger(__name__)

SHOWN = 20


async def repair(pool: Pool, files: Files, lifetime: int) -> None:
    """Remove files that no row stands for; report rows whose file is gone. Nothing else may run meanwhile."""
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
    """Those of the versions that no row has, nor will have by a transaction that runs now."""
    asked = sorted(versions)
    async with pool.connection() as connection:
        await _wait_for_writers(connection)
    async with pool.connection() as connection, connection.transaction():
        await connection.execute(QUERIES["role"], {"role": "service_role"})
        cursor = await connection.execute(QUERIES["versions_kept"], {"versions": asked})
        return set(asked) - {row["version"] for row in await cursor.fetchall()}


async def _wait_for_writers(connection: AsyncConnection[DictRow]) -> None:
    """A server process may still commit for a client that is gone: until then its rows are not to be seen."""
    async with connection.transaction():
        await connection.execute(QUERIES["wait_for_writers"])


async def _compare(connection: AsyncConnection[DictRow], files: Files) -> tuple[list[str], list[str]]:
    """Files without a row and rows without a file: both come in order, so neither is held in memory."""
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


async def _repair_resumables(connection: AsyncConnection[DictRow], files: Files, lifetime: int) -> None:
    """Those that have their row are done; the others go on when their clients ask for them."""
    unfinished = resumables.unfinished(files.resumable)
    cursor = await connection.execute(QUERIES["versions_kept"], {"versions": unfinished})
    for row in await cursor.fetchall():
        resumables.mark_done(files.resumable / f"{row['version']}.json")
    resumables.forget_old(files.resumable, lifetime, time.time())
