"""Train the model on the feedback there is now, and replace the version before it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from workers.common.database import rarity_limit
from workers.common.engine import Address, engine, memory
from workers.common.errors import WorkerError
from workers.recommend.ease import Weights, item_weights
from workers.recommend.item_model import cluster, store
from workers.recommend.item_model.core import Parameters, bytes_free, shortage
from workers.recommend.item_model.feedback import Feedback, assemble

MEMINFO = Path("/proc/meminfo")


Weigh = Callable[[Feedback, Parameters], Weights]
"""Computes the weights of a model."""


class TooLargeError(WorkerError):
    """There is too little memory for so many items."""


@dataclass(frozen=True)
class Trained:
    version: int
    items: int
    ratings: int
    """The number of raters' statements that the weights were computed from."""
    weights: int
    left_out: int


def train(connection: Connection[Any], parameters: Parameters, weigh: Weigh) -> Trained:
    store.lock(connection)
    feedback = assemble(store.feedback(connection), parameters, rarity_limit(connection))
    weights = weigh(feedback, parameters)
    count = feedback.matrix.nnz
    version = store.replace(connection, feedback.items, weights, parameters, count)
    return Trained(version, len(feedback.items), count, len(weights.weight), feedback.left_out)


@contextmanager
def weighing(address: Address | None) -> Iterator[Weigh]:
    """A function that computes weights in this process (None), or on the engine at the address."""
    if address is None:
        yield here
        return
    with engine(address) as client:

        def there(feedback: Feedback, parameters: Parameters) -> Weights:
            check_memory(feedback, memory(client), cluster.MATRICES)
            return cluster.ease(client, feedback.matrix, parameters)

        yield there


def here(feedback: Feedback, parameters: Parameters) -> Weights:
    """Compute the weights in this process. Raises TooLargeError."""
    check_memory(feedback, bytes_free(MEMINFO.read_text()) if MEMINFO.exists() else None)
    return item_weights(
        feedback.matrix, parameters.regularisation, parameters.neighbours, parameters.popularity
    )


def check_memory(feedback: Feedback, free: int | None, matrices: int = 1) -> None:
    """Raises TooLargeError if so many matrices of items by items do not fit into `free` bytes."""
    if reason := shortage(len(feedback.items), free, matrices):
        raise TooLargeError(reason)
