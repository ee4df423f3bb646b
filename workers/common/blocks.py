"""A function called for many blocks: in this process one after another, or on the engine in parallel."""

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
Result = TypeVar("Result")
Each = Callable[[Callable[[Any, Any], Any], Iterable[Any], Any], Iterator[Any]]
"""Takes a function, blocks, and data that all calls share; yields the result for each block, in order."""
AHEAD = 3
"""Blocks that are queued per thread of the engine's workers."""


@contextmanager
def mapping(address: Address | None) -> Iterator[Each]:
    """An `Each` that calls in this process (None), or on the engine at the address."""
    if address is None:
        yield one_by_one
    else:
        with engine(address) as client:
            yield partial(several, client)


def one_by_one(
    function: Callable[[Block, Data], Result], blocks: Iterable[Block], shared: Data
) -> Iterator[Result]:
    return (function(block, shared) for block in blocks)


def several(
    client: "Client", function: Callable[[Block, Data], Result], blocks: Iterable[Block], shared: Data
) -> Iterator[Result]:
    """Results in the order of the blocks. Few blocks are queued at once, to limit the memory of results."""
    held = hold(client, shared)
    ahead = AHEAD * max(1, len(client.nthreads()))
    pending: deque[Future[Result]] = deque()
    for block in blocks:
        pending.append(client.submit(function, block, held, pure=False))
        if len(pending) >= ahead:
            yield outcome(client, pending.popleft())
    while pending:
        yield outcome(client, pending.popleft())


def outcome(client: "Client", future: "Future[Result]") -> Result:
    settle(client, [future])
    return future.result()
