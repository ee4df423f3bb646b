"""Files that are still coming: how many, and how many bytes of them are on the disk, of one and of all."""

from dataclasses import dataclass, field
from pathlib import Path

from local.shares import FullError, Shares
from local.storage import resumables
from local.storage.errors import StorageError

UPLOADS = 50, 5_000
"""Resumable uploads that were begun and neither finished nor ended, and single ones under way."""
BYTES = 6 << 30, 60 << 30
"""More than one file of the largest size of one uploader."""


@dataclass
class Unfinished:
    uploads: Shares = field(default_factory=lambda: Shares(*UPLOADS))
    bytes: Shares = field(default_factory=lambda: Shares(*BYTES))
    by_version: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Whose it is, and how much of it is there."""

    def begin(self, version: str, who: str) -> None:
        """Raises StorageError."""
        try:
            self.uploads.take(who)
        except FullError as error:
            raise _refused("Too many uploads are unfinished: finish or end one") from error
        self.by_version[version] = who, 0

    def grow(self, version: str, amount: int) -> None:
        """Raises StorageError."""
        if version not in self.by_version:
            return
        who, size = self.by_version[version]
        try:
            self.bytes.take(who, amount)
        except FullError as error:
            raise _refused("Unfinished uploads hold too many bytes: finish or end one") from error
        self.by_version[version] = who, size + amount

    def end(self, *versions: str) -> None:
        for who, size in filter(None, (self.by_version.pop(version, None) for version in versions)):
            self.uploads.give(who)
            self.bytes.give(who, size)

    def find(self, folder: Path) -> None:
        """Those that an earlier run left behind, whose clients may come back."""
        for version, who, size in resumables.left_behind(folder):
            self.uploads.put(who)
            self.bytes.put(who, size)
            self.by_version[version] = who, size


def _refused(message: str) -> StorageError:
    return StorageError(
        429, "SlowDown", message, "Too Many Requests", http=429, headers={"Retry-After": "60"}
    )
