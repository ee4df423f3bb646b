"""At start: files and rows are made to agree again after whatever ended the last run."""

import logging
import time

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from local.storage import resumables
from local.storage.database import QUERIES, Pool
from local.storage.files import Files

log = logging.getLogger(__name__)

SHOWN = 20


async def repair(pool: Pool, files: Files, lifetime: int) -> None:
    """Remove files that no row stands for; report rows whose file is gone. Nothing else may run meanwhile."""
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
    """A file that was complete but got no row goes back, and its upload ends when its client asks for it."""
    for path in files.resumable.glob("*.json"):
        version, data = path.stem, path.with_suffix("")
        if data.exists():
            continue
        row = await (await connection.execute(QUERIES["version_is_kept"], {"version": version})).fetchone()
        if row and row["found"]:
            resumables.mark_done(path)
        elif files.path(version).exists():
            files.path(version).replace(data)
        else:
            path.unlink()
    resumables.forget_old(files.resumable, lifetime, time.time())
