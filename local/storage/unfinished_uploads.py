"""Limits on unfinished uploads: their number and bytes, per user, per network address and in total."""

from dataclasses import dataclass, field
from pathlib import Path

from local.shares import FullError, Shares, holder
from local.storage import resumable_uploads
from local.storage.database import SERVICE
from local.storage.errors import StorageError

UPLOADS = 50, 200, 5_000
"""Unfinished uploads: of a user, of an address, of all. Signing up gives one address many users."""
BYTES = 6 << 30, 12 << 30, 60 << 30
"""Bytes of a user, of an address and of all: more than one file of the largest size each."""


@dataclass
class Amounts:
    """Amounts of users and of addresses, each within its limits."""

    users: Shares
    addresses: Shares

    @classmethod
    def limited(cls, each_user: int, each_address: int, all_: int) -> "Amounts":
        return cls(Shares(each_user, all_), Shares(each_address, all_))

    def take(self, user: str, address: str, amount: int = 1) -> None:
        """Raises FullError, and takes nothing, above a limit."""
        if self.users.is_full(user, amount) or (address and self.addresses.is_full(address, amount)):
            raise FullError
        self.add(user, address, amount)

    def add(self, user: str, address: str, amount: int = 1) -> None:
        """Count an amount whatever the limits. The address is empty where an earlier version kept none."""
        self.users.add(user, amount)
        if address:
            self.addresses.add(address, amount)

    def give(self, user: str, address: str, amount: int = 1) -> None:
        self.users.give(user, amount)
        if address:
            self.addresses.give(address, amount)


@dataclass
class UnfinishedUploads:
    """Those of one kind, resumable or single: neither kind takes the other's share."""

    uploads: Amounts = field(default_factory=lambda: Amounts.limited(*UPLOADS))
    bytes: Amounts = field(default_factory=lambda: Amounts.limited(*BYTES))
    by_version: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """User, address, and bytes so far."""

    def begin(self, version: str, user: str) -> None:
        """Count an upload of the present request; the service's are not counted.

        Raises StorageError if the user, the address, or all together have too many.
        """
        if user == SERVICE:
            return
        address = holder.get()
        try:
            self.uploads.take(user, address)
        except FullError as error:
            raise _refused("Too many uploads are unfinished: finish or end one") from error
        self.by_version[version] = user, address, 0

    def grow(self, version: str, amount: int) -> None:
        """Add received bytes. Raises StorageError above a limit."""
        if version not in self.by_version:
            return
        user, address, size = self.by_version[version]
        try:
            self.bytes.take(user, address, amount)
        except FullError as error:
            raise _refused("Unfinished uploads hold too many bytes: finish or end one") from error
        self.by_version[version] = user, address, size + amount

    def end(self, *versions: str) -> None:
        for version in versions:
            if counted := self.by_version.pop(version, None):
                user, address, size = counted
                self.uploads.give(user, address)
                self.bytes.give(user, address, size)

    def find(self, folder: Path) -> None:
        """Add the uploads of an earlier run, which clients may continue."""
        for version, user, address, size in resumable_uploads.left_behind(folder):
            if user != SERVICE:
                self.uploads.add(user, address)
                self.bytes.add(user, address, size)
                self.by_version[version] = user, address, size


def _refused(message: str) -> StorageError:
    return StorageError(
        429, "SlowDown", message, "Too Many Requests", http=429, headers={"Retry-After": "60"}
    )
