"""Train the model on what people liked by now, and put it in the place of the one before."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from workers.common.errors import WorkerError
from workers.item_model import store
from workers.item_model.core import Parameters, bytes_free, shortage
from workers.item_model.ease import ease, strongest
from workers.item_model.likings import assemble, read_rows

MEMINFO = Path("/proc/meminfo")


class TooLargeError(WorkerError):
    """The machine has too little memory for so many items."""


@dataclass(frozen=True)
class Trained:
    version: int
    items: int
    ratings: int
    weights: int
    left_out: int


def train(connection: Connection[Any], parameters: Parameters) -> Trained:
    store.lock(connection)
    likings = assemble(read_rows(store.likings(connection)), parameters)
    free = bytes_free(MEMINFO.read_text()) if MEMINFO.exists() else None
    if reason := shortage(len(likings.items), free):
        raise TooLargeError(reason)
    weights = strongest(
        ease(likings.matrix, parameters.regularisation, parameters.popularity), parameters.neighbours
    )
    version = store.replace(connection, likings.items, weights, parameters, likings.matrix.nnz)
    return Trained(version, len(likings.items), likings.matrix.nnz, len(weights.weight), likings.left_out)
