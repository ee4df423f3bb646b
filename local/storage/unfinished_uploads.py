"""Limits on unfinished uploads: their number and bytes, per holder and in total."""

from dataclasses import dataclass, field
from pathlib import Path

from local.shares import FullError, Shares
from local.storage import resumable_uploads
from local.storage.errors import StorageError

UPLOADS = 50, 5_000
"""Unfinished resumable uploads and running single ones: of a holder, of all."""
BYTES = 6 << 30, 60 << 30
"""Bytes of a holder and of all: more than one file of the largest size each."""


@dataclass
class UnfinishedUploads:
    uploads: Shares = field(default_factory=lambda: Shares(*UPLOADS))
    bytes: Shares = field(default_factory=lambda: Shares(*BYTES))
    by_version: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Holder and bytes so far."""

    def begin(self, version: str, holder: str) -> None:
        """Raises StorageError if the holder, or all together, have too many."""
        try:
            self.uploads.take(holder)
        except FullError as error:
            raise _refused("Too many uploads are unfinished: finish or end one") from error
        self.by_version[version] = holder, 0

    def grow(self, version: str, amount: int) -> None:
        """Add received bytes. Raises StorageError if the holder, or all together, have too many."""
        if version not in self.by_version:
            return
        holder, size = self.by_version[version]
        try:
            self.bytes.take(holder, amount)
        except FullError as error:
            raise _refused("UnfinishedUploads uploads hold too many bytes: finish or end one") from error
        self.by_version[version] = holder, size + amount

    def end(self, *versions: str) -> None:
        for holder, size in filter(None, (self.by_version.pop(version, None) for version in versions)):
            self.uploads.give(holder)
            self.bytes.give(holder, size)

    def find(self, folder: Path) -> None:
        """Add the uploads of an earlier run, which clients may continue."""
        for version, holder, size in resumable_uploads.left_behind(folder):
            self.uploads.add(holder)
            self.bytes.add(holder, size)
            self.by_version[version] = holder, size


def _refused(message: str) -> StorageError:
    return StorageError(
        429, "SlowDown", message, "Too Many Requests", http=429, headers={"Retry-After": "60"}
    )
