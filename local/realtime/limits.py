"""What a connection may do, and how fast."""

import time
from collections.abc import Callable
from dataclasses import dataclass

BURST = 10
"""Seconds' worth of messages that may come at once, if few came before."""


@dataclass(frozen=True)
class Limits:
    message_bytes: int = 256 * 1024
    """Of a broadcast's or a presence's payload, as JSON."""
    channels: int = 100
    joins_per_second: int = 100
    messages_per_second: int = 100
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
        self.left, self.at = per_second * BURST, clock()

    def take(self) -> bool:
        """Whether one more is within the limit."""
        now = self.clock()
        self.left = min(self.left + (now - self.at) * self.per_second, self.per_second * BURST)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True
