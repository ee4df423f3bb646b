"""Transactions that change which files rows stand for, and what becomes of the files afterwards."""

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.requests import Request

from local.storage.callers import Caller
from local.storage.context import Storage, storage_of, transaction
from local.storage.database import Outcome, Transaction
from local.storage.failing import fail_point

log = logging.getLogger(__name__)


@dataclass
class Change:
    """The versions of files that get a row in a transaction, and of those that lose theirs."""

    tx: Transaction
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def remove(self, versions: Iterable[str | None]) -> None:
        self.removed += [version for version in versions if version and version not in self.added]


@asynccontextmanager
async def changing(request: Request, caller: Caller, *added: str) -> AsyncIterator[Change]:
    """A transaction after which files without a row are dropped, at once where its outcome is known."""
    storage, change = storage_of(request), None
    try:
        async with transaction(request, caller) as tx:
            change = Change(tx, list(added))
            yield change
            fail_point("before commit")
        fail_point("after commit")
    finally:
        outcome = change.tx.outcome if change else Outcome.ROLLED_BACK
        match outcome:
            case Outcome.COMMITTED if change:
                await _dropped(storage, change.removed)
            case Outcome.UNKNOWN if change:
                storage.doubts.add(change.added + change.removed)
            case _:
                await _dropped(storage, added)


async def _dropped(storage: Storage, versions: Iterable[str]) -> None:
    """What cannot be dropped now is tried again: the request itself has done what it should."""
    try:
        await storage.files.drop(*versions)
    except BaseException as error:
        storage.doubts.add(versions)
        if not isinstance(error, OSError):
            raise
        log.warning("files not removed yet", exc_info=error)
