"""What the clients of one address, and all together, hold of the server's memory and of its time."""

from collections.abc import Hashable

from local.realtime.limits import Limits, Rates
from local.shares import FullError, Shares

PIECE = 4096
"""Bytes that cost as much as the delivery itself."""


class Presences:
    """Entries and bytes of presence: of a connection, of an address, and in all."""

    def __init__(self, limits: Limits) -> None:
        def shares(most: int) -> tuple[Shares, Shares]:
            each = max(1, most // 8)
            return Shares(each, most), Shares(max(1, each // 8), most)

        self.counts, self.sizes = shares(limits.presences), shares(limits.presence_bytes)

    def hold(self, member: Hashable, size: int) -> None:
        """Raises FullError."""
        parts = self._parts(member, size)
        if any(share.is_full(who, amount) for share, who, amount in parts):
            raise FullError
        for share, who, amount in parts:
            share.put(who, amount)

    def let_go(self, member: Hashable, size: int) -> None:
        for share, who, amount in self._parts(member, size):
            share.give(who, amount)

    def _parts(self, member: Hashable, size: int) -> list[tuple[Shares, Hashable, int]]:
        """`member` is a channel."""
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
        """Whether a message of this size may go to so many. What is heard costs more than what is sent."""
        rate = self.deliveries.of(address)
        return rate.take(min(members * (1 + size // PIECE), int(rate.most)))
