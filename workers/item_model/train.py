"""Train the model on what people liked by now, and put it in the place of the one before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from workers.common.database import rarity_limit
from workers.common.engine import Address, engine, memory
from workers.common.errors import WorkerError
from workers.item_model import cluster, store
from workers.item_model.core import Parameters, bytes_free, shortage
from workers.item_model.ease import Weights, by_several, ease, strongest
from workers.item_model.likings import Likings, assemble, read_rows

MEMINFO = Path("/proc/meminfo")


Weigh = Callable[[Likings, Parameters], Weights]


class TooLargeError(WorkerError):
    """There is too little memory for so many items."""


@dataclass(frozen=True)
class Trained:
    version: int
    items: int
    ratings: int
    weights: int
    left_out: int


def train(connection: Connection[Any], parameters: Parameters, weigh: Weigh) -> Trained:
    store.lock(connection)
    likings = assemble(read_rows(store.likings(connection)), parameters, rarity_limit(connection))
    weights = weigh(likings, parameters)
    version = store.replace(connection, likings.items, weights, parameters, likings.matrix.nnz)
    return Trained(version, len(likings.items), likings.matrix.nnz, len(weights.weight), likings.left_out)


@contextmanager
def weighing(address: Address | None) -> Iterator[Weigh]:
    """In this process, or on the engine of an address."""
    if address is None:
        yield here
        return
    with engine(address) as client:

        def there(likings: Likings, parameters: Parameters) -> Weights:
            must_fit(likings, memory(client), cluster.MATRICES)
            return cluster.ease(client, likings.matrix, parameters)

        yield there


def here(likings: Likings, parameters: Parameters) -> Weights:
    must_fit(likings, bytes_free(MEMINFO.read_text()) if MEMINFO.exists() else None)
    weights = ease(likings.matrix, parameters.regularisation, parameters.popularity)
    return strongest(by_several(weights, likings.matrix), parameters.neighbours)


def must_fit(likings: Likings, free: int | None, matrices: int = 1) -> None:
    if reason := shortage(len(likings.items), free, matrices):
        raise TooLargeError(reason)
