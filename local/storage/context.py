"""What each request of Storage uses: settings, the connection pool, the files."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request

from local.storage import callers, database, resumable_uploads, sweep
from local.storage.callers import Caller
from local.storage.errors import no_such_bucket
from local.storage.file_store import FileStore
from local.storage.models import Bucket
from local.storage.settings import Settings
from local.storage.uncertain_commits import UncertainCommits
from local.storage.unfinished_uploads import UnfinishedUploads

DELETE_EVERY = 600.0
"""Seconds between two deletions of expired resumable uploads."""
PLACEHOLDER = ".emptyFolderPlaceholder"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Storage:
    settings: Settings
    pool: database.Pool
    files: FileStore
    uncertain_commits: UncertainCommits
    uploading: set[str] = field(default_factory=set)
    """The versions of resumable uploads that a request has locked."""
    unfinished: UnfinishedUploads = field(default_factory=UnfinishedUploads)
    """Resumable uploads."""
    running: UnfinishedUploads = field(default_factory=UnfinishedUploads)
    """Single uploads whose bytes are being received."""

    def limit(self, bucket: Bucket, name: str) -> int:
        """The largest size in bytes of a file of this name. The placeholder of an empty folder is empty."""
        if name.endswith(PLACEHOLDER):
            return 0
        own, general = bucket.file_size_limit, self.settings.file_size_limit
        return general if own is None else min(own, general)


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[Storage]:
    """Storage, with files and rows repaired after the last run."""
    pool, files = database.pool(settings.database_url), FileStore(settings.directory)
    files.make()
    await pool.open(wait=True, timeout=10)
    try:
        await sweep.repair(pool, files, settings.resumable_lifetime)
        uncertain_commits = UncertainCommits(pool, files)
        storage = Storage(settings, pool, files, uncertain_commits)
        storage.unfinished.find(files.resumable)
        tasks = [
            asyncio.create_task(uncertain_commits.settle()),
            asyncio.create_task(delete_late_uploads(storage)),
        ]
        yield storage
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        await pool.close()


async def delete_late_uploads(storage: Storage) -> None:
    """Delete expired uploads every DELETE_EVERY seconds, until cancelled."""
    while True:
        await asyncio.sleep(DELETE_EVERY)
        try:
            await forget_late(storage, time.time())
        except Exception:
            log.exception("late uploads not deleted")


async def forget_late(storage: Storage, now: float) -> None:
    """Delete expired uploads. One that a request has locked stays until the next round."""
    folder, lifetime = storage.files.resumable, storage.settings.resumable_lifetime
    for version in await asyncio.to_thread(resumable_uploads.late, folder, lifetime, now):
        if version in storage.uploading:
            continue
        storage.uploading.add(version)  # a request that comes now waits, and then does not find the upload
        try:
            await asyncio.to_thread(resumable_uploads.forget_version, folder, version)
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
    """The bucket, also if the caller may not see it. Raises StorageError if it does not exist."""
    row = await tx.row("bucket", trusted=True, id=name)
    if row is None:
        raise no_such_bucket()
    return Bucket.of(row)
