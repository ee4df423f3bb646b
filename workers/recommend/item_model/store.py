"""Positive feedback, read from Postgres, and the model's weights, written there."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from numpy.typing import NDArray
from psycopg import Connection

from workers.common.copying import copy_out, read_rows
from workers.common.queries import queries
from workers.recommend import models
from workers.recommend.ease import Weights
from workers.recommend.item_model.core import Parameters
from workers.recommend.item_model.feedback import ROW

QUERIES = queries("recommend")
MODEL = "liked_together"


def lock(connection: Connection[Any]) -> None:
    """Wait for another training to end; hold the lock until the connection ends."""
    connection.execute(QUERIES["lock_item_model"])


def feedback(connection: Connection[Any]) -> NDArray[Any]:
    """All positive feedback, as rows of type ROW."""
    return read_rows(copy_out(connection, QUERIES["copy_feedback"]), ROW)


def replace(
    connection: Connection[Any],
    items: Sequence[UUID],
    weights: Weights,
    parameters: Parameters,
    rating_count: int,
) -> int:
    """Replace the model in one transaction: readers see the old version or the new. Returns the version."""
    with connection.transaction():
        held = connection.execute(QUERIES["hold_free_items"], {"items": list(items)}).fetchall()
        existing = {row[0] for row in held}
        model_id, version = models.replace(
            connection, MODEL, parameters.as_json(), existing, rating_count, _rows(items, weights)
        )
        connection.execute(QUERIES["pack_item_model"], {"model": model_id})
    connection.execute(QUERIES["analyze_item_model"])
    return version


def _rows(items: Sequence[UUID], weights: Weights) -> Iterator[models.Row]:
    columns = (weights.item.tolist(), weights.neighbour.tolist(), weights.weight.tolist())
    for item, neighbour, weight in zip(*columns, strict=True):
        yield items[item], items[neighbour], weight
