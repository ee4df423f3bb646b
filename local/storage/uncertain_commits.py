"""Files whose commit outcome is unknown, because the connection was lost during the commit."""

import asyncio
import logging
from collections.abc import Iterable

import psycopg
import psycopg_pool

from local.storage import sweep
from local.storage.database import Pool
from local.storage.file_store import FileStore

FIRST_WAIT, LONGEST_WAIT = 0.2, 30.0
"""Seconds between two attempts."""

log = logging.getLogger(__name__)


class UncertainCommits:
    def __init__(self, pool: Pool, files: FileStore) -> None:
        self.pool, self.files = pool, files
        self.versions: set[str] = set()
        self._some = asyncio.Event()

    def add(self, versions: Iterable[str]) -> None:
        self.versions |= set(versions)
        if self.versions:
            self._some.set()

    async def settle(self) -> None:
        """Query the database until it responds, and delete the files without a row. Runs until cancelled."""
        while True:
            await self._some.wait()
            self._some.clear()
            wait = FIRST_WAIT
            while self.versions:
                try:
                    await self._settle_all()
                except (psycopg.Error, psycopg_pool.PoolTimeout, OSError) as error:
                    log.warning("files in doubt", extra={"fields": {"error": type(error).__name__}})
                    await asyncio.sleep(wait)
                    wait = min(wait * 2, LONGEST_WAIT)

    async def _settle_all(self) -> None:
        versions = set(self.versions)
        without_row = await sweep.without_row(self.pool, versions)
        await self.files.drop(*without_row)
        self.versions -= versions
        fields = {"settled": len(versions), "files_removed": len(without_row)}
        log.warning("files in doubt settled", extra={"fields": fields})
