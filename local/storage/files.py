"""The folder of files. A file's name is its object's version: no name of a client reaches the file system.

incoming/   what is being received; emptied at start
resumable/  resumable uploads, each with a document that describes it
objects/    what rows of storage.objects stand for; a file there never changes
"""

import asyncio
import hashlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from local.storage.errors import too_large

BLOCK = 1024 * 1024


class Sink:
    """Takes a body in pieces, writes it in blocks off the event loop. Raises StorageError past the limit."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self.file, self.limit, self.size = file, limit, 0
        self.digest = hashlib.md5(usedforsecurity=False)
        self._waiting = bytearray()

    async def write(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self.limit:
            raise too_large()
        self._waiting += piece
        if len(self._waiting) >= BLOCK:
            await self.flush()

    async def flush(self) -> None:
        block, self._waiting = self._waiting, bytearray()
        await asyncio.to_thread(self._write, block)

    async def finish(self) -> None:
        """Returns when all of it is on the disk."""
        await self.flush()
        await asyncio.to_thread(os.fsync, self.file.fileno())

    def _write(self, block: bytearray) -> None:
        self.file.write(block)
        self.file.flush()
        self.digest.update(block)


class Files:
    def __init__(self, directory: Path) -> None:
        self.incoming, self.resumable = directory / "incoming", directory / "resumable"
        self.objects = directory / "objects"

    def make(self) -> None:
        """The folders, and nothing left in `incoming`."""
        shutil.rmtree(self.incoming, ignore_errors=True)
        for folder in (self.incoming, self.resumable, self.objects):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, version: str) -> Path:
        name = str(uuid.UUID(version))
        return self.objects / name[:2] / name

    @asynccontextmanager
    async def receiving(self, version: str, limit: int) -> AsyncIterator[Sink]:
        """A sink for a new file, which is gone at the end unless it was kept."""
        path = self.incoming / version
        try:
            with path.open("xb", buffering=0) as file:
                yield Sink(file, limit)
        finally:
            path.unlink(missing_ok=True)

    async def keep(self, version: str) -> None:
        """What was received becomes the version's file, for good."""
        await asyncio.to_thread(self._place, self.incoming / version, version)

    async def keep_resumable(self, version: str) -> None:
        await asyncio.to_thread(self._place, self.resumable / version, version)

    async def duplicate(self, version: str, new_version: str) -> None:
        await asyncio.to_thread(self._duplicate, version, new_version)

    async def drop(self, *versions: str | None) -> None:
        await asyncio.to_thread(self._drop, versions)

    def open(self, version: str) -> BinaryIO:
        """Raises FileNotFoundError."""
        return self.path(version).open("rb", buffering=0)

    def versions(self) -> Iterator[str]:
        """Of all files, in order; a folder of them at a time."""
        for folder in sorted(self.objects.iterdir()):
            yield from sorted(path.name for path in folder.iterdir())

    def _place(self, source: Path, version: str) -> None:
        target = self.path(version)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        source.replace(target)
        _sync(target.parent)

    def _duplicate(self, version: str, new_version: str) -> None:
        target = self.path(new_version)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            target.hardlink_to(self.path(version))
        except FileNotFoundError:
            raise
        except OSError:
            half_copied = self.incoming / new_version
            shutil.copyfile(self.path(version), half_copied)
            _sync(half_copied)
            half_copied.replace(target)
        _sync(target.parent)

    def _drop(self, versions: tuple[str | None, ...]) -> None:
        for version in versions:
            with suppress(ValueError, FileNotFoundError):
                self.path(version or "").unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
