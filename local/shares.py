"""Limits on shared resources: one for each holder, and one for all together."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

holder: ContextVar[str] = ContextVar("holder", default="")
"""The network address of the present request; empty for the server's own work."""


class FullError(Exception):
    """The limit of the holder, or of all holders together, is reached."""


@dataclass
class Shares:
    """Amounts that holders take and give back."""

    each: int
    """Limit of one holder."""
    all: int
    """Limit of all holders together."""
    held: dict[Hashable, int] = field(default_factory=dict)
    total: int = 0

    def take(self, who: Hashable, amount: int = 1) -> None:
        """Take an amount. Raises FullError, and takes nothing, above a limit."""
        if self.is_full(who, amount):
            raise FullError
        self.add(who, amount)

    def is_full(self, who: Hashable, amount: int = 1) -> bool:
        return self.held.get(who, 0) + amount > self.each or self.total + amount > self.all

    def add(self, who: Hashable, amount: int = 1) -> None:
        """Count an amount that is held already, whatever the limit."""
        self.held[who] = self.held.get(who, 0) + amount
        self.total += amount

    def give(self, who: Hashable, amount: int = 1) -> None:
        left = self.held.get(who, 0) - amount
        self.total -= amount
        if left > 0:
            self.held[who] = left
        else:
            self.held.pop(who, None)

    @contextmanager
    def holding(self, who: Hashable, amount: int = 1) -> Iterator[None]:
        """Take an amount for the block. Raises FullError."""
        self.take(who, amount)
        try:
            yield
        finally:
            self.give(who, amount)


class Turns:
    """At most `each` turns of a holder at once; further ones wait, and delay no other holder."""

    def __init__(self, each: int, waiting: int, all_waiting: int) -> None:
        self.each, self.queue = each, Shares(waiting, all_waiting)
        self.free: dict[Hashable, asyncio.Semaphore] = {}
        self.users: defaultdict[Hashable, int] = defaultdict(int)

    @asynccontextmanager
    async def of(self, who: Hashable, within: float | None = None) -> AsyncIterator[None]:
        """A turn for the block. Raises FullError if too many wait, TimeoutError after `within` seconds."""
        turn = self.free.setdefault(who, asyncio.Semaphore(self.each))
        self.users[who] += 1
        try:
            if turn.locked():
                with self.queue.holding(who):
                    await asyncio.wait_for(turn.acquire(), within)
            else:
                await turn.acquire()
            try:
                yield
            finally:
                turn.release()
        finally:
            self.users[who] -= 1
            if not self.users[who]:
                del self.users[who], self.free[who]
