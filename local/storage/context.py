"""What a request of the Storage part can count on: settings, the database, the files."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request

from local.storage import callers, database, resumables, sweep
from local.storage.callers import Caller
from local.storage.doubts import Doubts
from local.storage.errors import no_such_bucket
from local.storage.files import Files
from local.storage.models import Bucket
from local.storage.settings import Settings
from local.storage.unfinished import Unfinished

LOOK_EVERY = 600.0
"""Seconds between two looks for resumable uploads whose time is over."""
PLACEHOLDER = ".emptyFolderPlaceholder"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Storage:
    settings: Settings
    pool: database.Pool
    files: Files
    doubts: Doubts
    uploading: set[str] = field(default_factory=set)
    """The versions of resumable uploads that a request works on."""
    unfinished: Unfinished = field(default_factory=Unfinished)

    def limit(self, bucket: Bucket, name: str) -> int:
        """The largest file of this name in bytes. What keeps an empty folder holds nothing."""
        if name.endswith(PLACEHOLDER):
            return 0
        own, general = bucket.file_size_limit, self.settings.file_size_limit
        return general if own is None else min(own, general)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Storage]:
    """Whole again after whatever ended the last run."""
    pool, files = database.pool(settings.database_url), Files(settings.directory)
    files.make()
    await pool.open(wait=True, timeout=10)
    try:
        await sweep.repair(pool, files, settings.resumable_lifetime)
        doubts = Doubts(pool, files)
        storage = Storage(settings, pool, files, doubts)
        storage.unfinished.find(files.resumable)
        tasks = [asyncio.create_task(doubts.settle()), asyncio.create_task(keep_forgetting(storage))]
        yield storage
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        await pool.close()


async def keep_forgetting(storage: Storage) -> None:
    """Delete late uploads every LOOK_EVERY seconds, until it is cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            await forget_late(storage, time.time())
        except Exception:
            log.exception("late uploads not deleted")


async def forget_late(storage: Storage, now: float) -> None:
    """Delete the uploads whose time is over. One that a request works on stays until the next round."""
    folder, lifetime = storage.files.resumable, storage.settings.resumable_lifetime
    for version in await asyncio.to_thread(resumables.late, folder, lifetime, now):
        if version in storage.uploading:
            continue
        storage.uploading.add(version)  # a request that comes now waits, and then does not find the upload
        try:
            await asyncio.to_thread(resumables.forget_version, folder, version)
            storage.unfinished.end(version)
        except OSError:
            log.exception("late upload not deleted", extra={"fields": {"version": version}})
        finally:
            storage.uploading.discard(version)


def storage_of(request: Request) -> Storage:
    return cast(Storage, request.state.storage)


def caller_of(request: Request) -> Caller:
    return callers.caller_of(request, storage_of(request).settings.jwt_secret)


def transaction(
    request: Request, caller: Caller, *, undone: bool = False
) -> AbstractAsyncContextManager[database.Transaction]:
    operation = request.state.operation
    return database.transaction(storage_of(request).pool, caller, request, operation, undone=undone)


async def bucket_named(tx: database.Transaction, name: str) -> Bucket:
    """Whatever the caller may see. Raises StorageError when there is none."""
    row = await tx.row("bucket", trusted=True, id=name)
    if row is None:
        raise no_such_bucket()
    return Bucket.of(row)
