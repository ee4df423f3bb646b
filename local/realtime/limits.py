"""What connections and callers may do, and how fast."""

import time
from collections.abc import Callable
from dataclasses import dataclass

BURST = 10
"""Seconds' worth of messages that may come at once, if few came before."""
SWEEP_AT = 1000
"""Callers that are remembered before it is looked which can be forgotten."""


@dataclass(frozen=True)
class Limits:
    message_bytes: int = 256 * 1024
    """Of a broadcast's or a presence's payload, as JSON."""
    connections: int = 10_000
    """Of the project."""
    connections_each: int = 300
    """Of one network address."""
    channels: int = 100
    """Of a connection."""
    all_channels: int = 50_000
    """Of the project; of one address a tenth."""
    subscriptions: int = 20_000
    """To changes of tables, of the project: each change is held against all. Of one address a tenth."""
    presence_bytes: int = 32 * 1024 * 1024
    """Of all that is tracked. Of one address an eighth, of one connection an eighth of that."""
    presences: int = 20_000
    """Entries that are tracked, as the bytes are shared."""
    deliveries_per_second: int = 20_000
    """Of what the connections of one address send, pieces of 4 KiB to each who hears them."""
    joins_per_second: int = 100
    """Of a connection."""
    project_joins_per_second: int = 2500
    messages_per_second: int = 100
    """Of a connection; of broadcasts by HTTP, of a caller."""
    messages_each: int = 1000
    """A second, of all connections of one address."""
    buffer_bytes: int = 4 * 1024 * 1024
    """What may wait for one slow reader before it is cut off."""
    idle_seconds: float = 60.0
    """Clients send a heartbeat every 25 seconds."""
    presence_key: int = 1024
    """Characters."""


class Rate:
    """A token bucket."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.clock = per_second, clock
        self.most = self.left = per_second * BURST
        self.at = clock()

    def take(self, count: int = 1) -> bool:
        """Whether so many more are within the limit."""
        self._fill()
        if self.left < count:
            return False
        self.left -= count
        return True

    def wait(self, count: int = 1) -> float:
        """Seconds until so many more are, of at most `most`."""
        self._fill()
        return max(0.0, count - self.left) / self.per_second

    def is_full(self) -> bool:
        self._fill()
        return self.left >= self.most

    def _fill(self) -> None:
        now = self.clock()
        self.left = min(self.left + (now - self.at) * self.per_second, self.most)
        self.at = now


class Rates:
    """A bucket for each caller. One that is full again is as good as none, and forgotten."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.clock = per_second, clock
        self.by_caller: dict[str, Rate] = {}
        self.sweep_at = SWEEP_AT

    def of(self, caller: str) -> Rate:
        if len(self.by_caller) >= self.sweep_at:
            self.by_caller = {name: rate for name, rate in self.by_caller.items() if not rate.is_full()}
            self.sweep_at = max(SWEEP_AT, 2 * len(self.by_caller))
        return self.by_caller.setdefault(caller, Rate(self.per_second, self.clock))
