"""What a request of the Storage part can count on: settings, the database, the files."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request

from local.storage import callers, database, sweep
from local.storage.callers import Caller
from local.storage.doubts import Doubts
from local.storage.errors import no_such_bucket
from local.storage.files import Files
from local.storage.models import Bucket
from local.storage.settings import Settings

PLACEHOLDER = ".emptyFolderPlaceholder"


@dataclass(frozen=True)
class Storage:
    settings: Settings
    pool: database.Pool
    files: Files
    doubts: Doubts
    uploading: set[str] = field(default_factory=set)
    """The versions of resumable uploads that a request works on."""

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
        settling = asyncio.create_task(doubts.settle())
        yield Storage(settings, pool, files, doubts)
        settling.cancel()
        with suppress(asyncio.CancelledError):
            await settling
    finally:
        await pool.close()


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
