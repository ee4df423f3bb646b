"""Files of which it is not known whether a row stands for them, because a connection was lost in a commit."""

import asyncio
import logging
from collections.abc import Iterable

import psycopg
import psycopg_pool

from local.storage import sweep
from local.storage.database import Pool
from local.storage.files import Files

FIRST_WAIT, LONGEST_WAIT = 0.2, 30.0
"""Seconds between two tries."""

log = logging.getLogger(__name__)


class Doubts:
    def __init__(self, pool: Pool, files: Files) -> None:
        self.pool, self.files = pool, files
        self.versions: set[str] = set()
        self._some = asyncio.Event()

    def add(self, versions: Iterable[str]) -> None:
        self.versions |= set(versions)
        if self.versions:
            self._some.set()

    async def settle(self) -> None:
        """Ask the database of each until it answers; runs until it is cancelled."""
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
        asked = set(self.versions)
        without_row = await sweep.without_row(self.pool, asked)
        await self.files.drop(*without_row)
        self.versions -= asked
        fields = {"settled": len(asked), "files_removed": len(without_row)}
        log.warning("files in doubt settled", extra={"fields": fields})
