"""Limits of memory and time that clients of one address, and all together, may use."""

from collections.abc import Hashable

from local.rates import Rates
from local.realtime.limits import Limits
from local.shares import FullError, Shares

BLOCK = 4096
"""Bytes of a message that cost as much as one delivery."""


class Presences:
    """Entries and bytes of presence: of a connection, of an address, and in all."""

    def __init__(self, limits: Limits) -> None:
        def shares(most: int) -> tuple[Shares, Shares]:
            each = max(1, most // 8)
            return Shares(each, most), Shares(max(1, each // 8), most)

        self.counts, self.sizes = shares(limits.presences), shares(limits.presence_bytes)

    def hold(self, member: Hashable, size: int) -> None:
        """Add an entry of `size` bytes. Raises FullError."""
        amounts = self._amounts(member, size)
        if any(share.is_full(who, amount) for share, who, amount in amounts):
            raise FullError
        for share, who, amount in amounts:
            share.add(who, amount)

    def release(self, member: Hashable, size: int) -> None:
        for share, who, amount in self._amounts(member, size):
            share.give(who, amount)

    def _amounts(self, member: Hashable, size: int) -> list[tuple[Shares, Hashable, int]]:
        """Each limit with its holder and amount. `member` is a channel."""
        connection: Hashable = getattr(member, "connection", None)
        who = getattr(member, "address", ""), connection
        pairs = ((self.counts, 1), (self.sizes, size))
        return [
            (share, name, amount) for shares, amount in pairs for share, name in zip(shares, who, strict=True)
        ]


class Holdings:
    def __init__(self, limits: Limits) -> None:
        self.connections = Shares(limits.connections_each, limits.connections)
        self.channels = Shares(max(limits.channels, limits.all_channels // 10), limits.all_channels)
        self.subscriptions = Shares(max(1, limits.subscriptions // 10), limits.subscriptions)
        self.presences = Presences(limits)
        self.messages = Rates(limits.messages_each)
        self.deliveries = Rates(limits.deliveries_per_second)

    def may_deliver(self, address: str, size: int, members: int) -> bool:
        """Whether the address may send `size` bytes to so many members: each delivery costs."""
        rate = self.deliveries.of(address)
        return rate.take(min(members * (1 + size // BLOCK), int(rate.most)))
