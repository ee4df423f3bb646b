"""Rates of callers, counted in memory."""

import time
from collections.abc import Callable

BURST = 10
"""Seconds of the rate that may be used at once."""
SWEEP_AT = 1000
"""Number of callers above which full buckets are deleted."""


class Rate:
    """A token bucket."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.clock = per_second, clock
        self.most = self.left = per_second * BURST
        self.at = clock()

    def take(self, count: int = 1) -> bool:
        """Whether `count` more are within the limit; counts them if so."""
        self._fill()
        if self.left < count:
            return False
        self.left -= count
        return True

    def spend(self, count: float) -> None:
        """Count what was used already; above the limit it is owed, the whole rate at most."""
        self._fill()
        self.left = max(self.left - count, -self.most)

    def wait(self, count: int = 1) -> float:
        """Seconds until `count` more are within the limit."""
        self._fill()
        return max(0.0, count - self.left) / self.per_second

    def rest(self) -> float:
        """How much may be used now; below zero if more was used."""
        self._fill()
        return self.left

    def is_full(self) -> bool:
        self._fill()
        return self.left >= self.most

    def _fill(self) -> None:
        now = self.clock()
        self.left = min(self.left + (now - self.at) * self.per_second, self.most)
        self.at = now


class Rates:
    """A bucket for each caller. A full bucket is deleted: it equals a new one."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.clock = per_second, clock
        self.by_caller: dict[str, Rate] = {}
        self.sweep_at = SWEEP_AT

    def of(self, caller: str) -> Rate:
        if len(self.by_caller) >= self.sweep_at:
            self.by_caller = {name: rate for name, rate in self.by_caller.items() if not rate.is_full()}
            self.sweep_at = max(SWEEP_AT, 2 * len(self.by_caller))
        return self.by_caller.setdefault(caller, Rate(self.per_second, self.clock))
