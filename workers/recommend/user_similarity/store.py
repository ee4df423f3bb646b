"""Ratings, read from Postgres in one snapshot; neighbours and weights, written there a block at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, IsolationLevel

from workers.common.copying import FLOAT_TYPE, UUID_TYPE, as_uuid, copy_out, read_rows, row_type
from workers.common.database import rarity_limit
from workers.common.neighbours import Neighbours
from workers.common.queries import queries
from workers.common.ratings import Floats
from workers.recommend import models
from workers.recommend.user_similarity.items import MODEL, SHRINKAGE, STRONGEST, ItemWeights

QUERIES = queries("recommend")
ROW = row_type(rater=UUID_TYPE, item=UUID_TYPE, rating=FLOAT_TYPE)
TYPES = ("uuid", "uuid", "float8", "int4", "float8", "float8", "float8")
METHOD = {"method": "residual cosine", "neighbours": STRONGEST, "shrinkage": SHRINKAGE}


@dataclass(frozen=True)
class RatingRows:
    """One entry a rating in `rater`, `item` and `rating`; indexes are those of `raters` and `items`."""

    raters: list[UUID]
    versions: list[int]
    """The version of each rater's ratings."""
    items: list[UUID]
    rater: NDArray[np.int64]
    item: NDArray[np.int64]
    rating: Floats
    rare: int
    """The most raters that a rare item has."""


def lock(connection: Connection[Any]) -> None:
    """Wait for another comparison to end; hold the lock until the connection ends."""
    connection.execute(QUERIES["lock_user_similarity"])


def read(connection: Connection[Any]) -> RatingRows:
    with in_one_snapshot(connection):
        rows = read_rows(copy_out(connection, QUERIES["copy_ratings"]), ROW)
        versions = dict(connection.execute(QUERIES["rater_versions"]).fetchall())
        rare = rarity_limit(connection)
    raters, rater = np.unique(rows["rater"], return_inverse=True)
    items, item = np.unique(rows["item"], return_inverse=True)
    rater_ids = [as_uuid(value) for value in raters]
    return RatingRows(
        rater_ids,
        [versions[rater_id] for rater_id in rater_ids],
        [as_uuid(value) for value in items],
        rater,
        item,
        rows["rating"].astype(np.float64),
        rare,
    )


@contextmanager
def in_one_snapshot(connection: Connection[Any]) -> Iterator[None]:
    """A transaction whose statements all see the database at the same moment."""
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            yield
    finally:
        connection.isolation_level = None


def stage(connection: Connection[Any]) -> None:
    connection.execute(QUERIES["create_staged_similarities"])


def save(
    connection: Connection[Any], rows: RatingRows, block: NDArray[np.int64], neighbours: Neighbours
) -> int:
    """Replace the neighbours of a block of raters; returns for how many of them.

    Raters whose ratings changed since they were read keep the neighbours they have.
    """
    versions = {
        "raters": [rows.raters[index] for index in block],
        "versions": [rows.versions[index] for index in block],
    }
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy(QUERIES["copy_staged_similarities"]) as copy:
            copy.set_types(TYPES)
            for row in _rows(rows.raters, neighbours):
                copy.write_row(row)
        held = cursor.execute(QUERIES["hold_unchanged_raters"], versions).fetchall()
        unchanged = {"raters": [row[0] for row in held]}
        cursor.execute(QUERIES["delete_neighbours"], unchanged)
        cursor.execute(QUERIES["insert_neighbours"], unchanged)
    return len(held)


def _rows(raters: Sequence[UUID], neighbours: Neighbours) -> Iterator[tuple[object, ...]]:
    similarity = [None if value != value else value for value in neighbours.similarity.tolist()]
    columns = (
        *(neighbours.rater.tolist(), neighbours.neighbour.tolist()),
        *(similarity, neighbours.co_ratings.tolist()),
        *(neighbours.weight.tolist(), neighbours.affinity.tolist(), neighbours.level.tolist()),
    )
    for rater, neighbour, *rest in zip(*columns, strict=True):
        yield raters[rater], raters[neighbour], *rest


def replace(connection: Connection[Any], rows: RatingRows, weights: ItemWeights) -> None:
    """Replace the weights between items in one transaction: readers see the old version or the new one."""
    columns = (weights.item.tolist(), weights.neighbour.tolist(), weights.weight.tolist())
    named = (
        (rows.items[item], rows.items[neighbour], weight)
        for item, neighbour, weight in zip(*columns, strict=True)
    )
    with connection.transaction():
        held = connection.execute(QUERIES["hold_items"], {"items": rows.items}).fetchall()
        existing = {row[0] for row in held}
        models.replace(connection, MODEL, METHOD, existing, len(rows.rating), named)


def finish(connection: Connection[Any]) -> None:
    connection.execute(QUERIES["analyze_similarities"])
