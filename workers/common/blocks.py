"""The same done for each of many blocks: here, one after the other, or on the engine, many at once."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from workers.common.engine import Address, engine, hold, settle

if TYPE_CHECKING:
    from distributed import Client, Future

Block = TypeVar("Block")
Data = TypeVar("Data")
Found = TypeVar("Found")
Each = Callable[[Callable[[Any, Any], Any], Iterable[Any], Any], Iterator[Any]]
"""A function, blocks, and what is shared by all of them; gives what was found for each block, in order."""
AHEAD = 3
"""Blocks a worker has before it at once."""


@contextmanager
def mapping(address: Address | None) -> Iterator[Each]:
    """Calls a function for each block, and data that all share: in this process, or on the engine."""
    if address is None:
        yield one_by_one
    else:
        with engine(address) as client:
            yield partial(several, client)


def one_by_one(
    function: Callable[[Block, Data], Found], blocks: Iterable[Block], shared: Data
) -> Iterator[Found]:
    return (function(block, shared) for block in blocks)


def several(
    client: "Client", function: Callable[[Block, Data], Found], blocks: Iterable[Block], shared: Data
) -> Iterator[Found]:
    """What was found, in the order of the blocks; no more of it is there at once than keeps workers busy."""
    everywhere = hold(client, shared)
    ahead = AHEAD * max(1, len(client.nthreads()))
    under_way: deque[Future[Found]] = deque()
    for block in blocks:
        under_way.append(client.submit(function, block, everywhere, pure=False))
        if len(under_way) >= ahead:
            yield outcome(client, under_way.popleft())
    while under_way:
        yield outcome(client, under_way.popleft())


def outcome(client: "Client", future: "Future[Found]") -> Found:
    settle(client, [future])
    return future.result()
