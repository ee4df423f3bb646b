"""The folder of files. A file's name is its object's version: no name of a client reaches the file system.

incoming/   files that are being received; emptied at start
resumable/  resumable uploads, each with a document that describes it
objects/    the files of the rows of storage.objects; a file there never changes
"""

import asyncio
import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from local.storage.errors import too_large
from local.storage.fail_points import fail_point
from local.storage.file_types import HEAD

BLOCK = 1024 * 1024
HeadCheck = Callable[[bytes], None]


class Sink:
    """Appends the chunks of a body to the file at `path`, in blocks and outside the event loop.

    `check` receives the first HEAD bytes, or all of a shorter file, and raises StorageError to refuse them.
    `grow` receives the number of bytes of each chunk.
    """

    def __init__(
        self,
        path: Path,
        limit: int,
        check: HeadCheck | None = None,
        grow: Callable[[int], None] | None = None,
    ) -> None:
        self.path, self.limit, self.size, self._grow = path, limit, 0, grow
        self.digest = hashlib.md5(usedforsecurity=False)
        self._check, self._head = check, b""
        self._waiting = bytearray()
        self._file: BinaryIO | None = None

    async def write(self, chunk: bytes) -> None:
        """Raises StorageError above the limit, or if the check refuses the first bytes."""
        self.size += len(chunk)
        if self.size > self.limit:
            raise too_large()
        if self._grow:
            self._grow(len(chunk))
        if self._check and len(self._head) < HEAD:
            self._head += chunk[: HEAD - len(self._head)]
            if len(self._head) == HEAD:
                self._check(self._head)
        self._waiting += chunk
        if len(self._waiting) >= BLOCK:
            await asyncio.to_thread(self._flush)

    def end(self) -> None:
        """Check a file that is shorter than HEAD. Raises StorageError."""
        if self._check and len(self._head) < HEAD:
            self._check(self._head)

    async def save(self) -> None:
        """Returns when all received bytes are on the disk."""
        await asyncio.to_thread(self.sync)

    def sync(self) -> None:
        self._flush()
        if self._file:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _flush(self) -> None:
        if self._file is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self._file = os.fdopen(_open_file(self.path, flags), "ab", buffering=0)
        block, self._waiting = memoryview(self._waiting), bytearray()
        self.digest.update(block)
        while block:
            block = block[self._file.write(block) or 0 :]


class FileStore:
    def __init__(self, directory: Path) -> None:
        self.incoming, self.resumable = directory / "incoming", directory / "resumable"
        self.objects = directory / "objects"

    def make(self) -> None:
        """Create the folders, and empty `incoming`."""
        shutil.rmtree(self.incoming, ignore_errors=True)
        for folder in (self.incoming, self.resumable, self.objects):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, version: str) -> Path:
        name = str(uuid.UUID(version))
        return self.objects / name[:2] / name

    @asynccontextmanager
    async def new_file(
        self, version: str, limit: int, check: HeadCheck | None, grow: Callable[[int], None] | None = None
    ) -> AsyncIterator[Sink]:
        """A sink for a new file, which is deleted at the end unless it was kept."""
        sink = Sink(self.incoming / version, limit, check, grow)
        try:
            yield sink
        finally:
            sink.close()
            sink.path.unlink(missing_ok=True)

    async def keep(self, sink: Sink) -> None:
        """Move the received file to its permanent path."""
        await asyncio.to_thread(self._keep, sink)

    async def keep_resumable(self, version: str) -> None:
        """Link the bytes of a resumable upload to their permanent path; it keeps its own until done."""
        await asyncio.to_thread(self._duplicate, self.resumable / version, version)

    async def duplicate(self, version: str, new_version: str) -> None:
        """Raises FileNotFoundError."""
        await asyncio.to_thread(self._duplicate, self.path(version), new_version)

    async def drop(self, *versions: str | None) -> None:
        await asyncio.to_thread(self._drop, versions)

    def open(self, version: str) -> BinaryIO:
        """Raises FileNotFoundError."""
        return os.fdopen(_open_file(self.path(version), os.O_RDONLY), "rb", buffering=0)

    async def head(self, version: str) -> bytes:
        """Raises FileNotFoundError."""
        return await asyncio.to_thread(head_of, self.path(version))

    def versions(self) -> Iterator[str]:
        """The versions of all files in order, read a folder at a time."""
        for folder in sorted(self.objects.iterdir()):
            yield from sorted(path.name for path in folder.iterdir())

    def _keep(self, sink: Sink) -> None:
        sink.sync()
        fail_point("before keeping")
        target = self._target(sink.path.name)
        sink.path.replace(target)
        _sync(target.parent)

    def _duplicate(self, source: Path, new_version: str) -> None:
        target = self._target(new_version)
        try:
            target.hardlink_to(source)
        except (FileNotFoundError, FileExistsError):
            raise
        except OSError:
            self._copy(source, target)
        _sync(target.parent)

    def _copy(self, source: Path, target: Path) -> None:
        """For a file system without hard links, or a file with the largest number of them."""
        half_copied = self.incoming / target.name
        try:
            shutil.copyfile(source, half_copied)
            _sync(half_copied)
            half_copied.replace(target)
        finally:
            half_copied.unlink(missing_ok=True)

    def _target(self, version: str) -> Path:
        target = self.path(version)
        if not target.parent.exists():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _sync(self.objects)
        return target

    def _drop(self, versions: tuple[str | None, ...]) -> None:
        for version in versions:
            with suppress(ValueError, FileNotFoundError):
                self.path(version or "").unlink()


def head_of(path: Path) -> bytes:
    """The first HEAD bytes. Raises FileNotFoundError."""
    with os.fdopen(_open_file(path, os.O_RDONLY), "rb") as file:
        return file.read(HEAD)


def _open_file(path: Path, flags: int) -> int:
    """A file descriptor. Raises FileNotFoundError, for a symbolic link too: Storage creates none."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            return os.open(path.name, flags | os.O_NOFOLLOW, mode=0o600, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise FileNotFoundError(error.errno, "a symbolic link", str(path)) from error
        raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
