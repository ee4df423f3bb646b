"""Ratings, read from Postgres in one moment; neighbours and weights, written there a piece at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, IsolationLevel
from psycopg.types.json import Jsonb

from workers.common.database import query, rarity_limit
from workers.common.neighbours import Neighbours
from workers.common.ratings import Floats
from workers.user_similarity.alike import DRAWN, STRONGEST, Alike

HEAD, TAIL = 19, 2
"""Bytes before the first row (signature, flags, length of the extension) and after the last (-1)."""
ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("rater_length", ">i4"), ("rater", "S16"),
        ("item_length", ">i4"), ("item", "S16"),
        ("rating_length", ">i4"), ("rating", ">f8"),
    ]
)  # fmt: skip
TYPES = ["uuid", "uuid", "float8", "int4", "float8", "float8", "float8"]


@dataclass(frozen=True)
class Read:
    """Places are those of raters and items, in the order of their ids."""

    raters: list[UUID]
    versions: list[int]
    items: list[UUID]
    rater: NDArray[np.int64]
    item: NDArray[np.int64]
    given: Floats
    rare: int
    """How many raters a rare item has at most."""


def lock(connection: Connection[Any]) -> None:
    """Until the connection ends; waits for another comparison to end."""
    connection.execute(query(__file__, "lock"))


def read(connection: Connection[Any]) -> Read:
    with at_one_moment(connection), connection.cursor() as cursor:
        with cursor.copy(query(__file__, "ratings")) as copy:
            copied = b"".join(copy)
        known = dict(cursor.execute(query(__file__, "versions")).fetchall())
        rare = rarity_limit(connection)
    rows = np.frombuffer(copied, ROW, (len(copied) - HEAD - TAIL) // ROW.itemsize, HEAD)
    raters, rater = np.unique(rows["rater"], return_inverse=True)
    items, item = np.unique(rows["item"], return_inverse=True)
    ids = [as_uuid(name) for name in raters]
    return Read(
        ids,
        [known[one] for one in ids],
        [as_uuid(name) for name in items],
        rater,
        item,
        rows["rating"].astype(np.float64),
        rare,
    )


@contextmanager
def at_one_moment(connection: Connection[Any]) -> Iterator[None]:
    """A transaction whose statements all see the same."""
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            yield
    finally:
        connection.isolation_level = None


def stage(connection: Connection[Any]) -> None:
    connection.execute(query(__file__, "stage"))


def keep(connection: Connection[Any], read: Read, block: NDArray[np.int64], found: Neighbours) -> int:
    """The neighbours of these raters in place of what they had; of how many raters."""
    asked = {
        "raters": [read.raters[place] for place in block],
        "versions": [read.versions[place] for place in block],
    }
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy(query(__file__, "staged")) as copy:
            copy.set_types(TYPES)
            for row in _rows(read.raters, found):
                copy.write_row(row)
        unchanged = {"raters": [row[0] for row in cursor.execute(query(__file__, "unchanged"), asked)]}
        cursor.execute(query(__file__, "forget"), unchanged)
        cursor.execute(query(__file__, "keep"), unchanged)
    return len(unchanged["raters"])


def _rows(raters: Sequence[UUID], found: Neighbours) -> Iterator[tuple[object, ...]]:
    similarity = [None if value != value else value for value in found.similarity.tolist()]
    columns = (
        *(similarity, found.co_ratings.tolist()),
        *(found.weight.tolist(), found.affinity.tolist(), found.level.tolist()),
    )
    for rater, neighbour, *rest in zip(found.rater.tolist(), found.neighbour.tolist(), *columns, strict=True):
        yield raters[rater], raters[neighbour], *rest


def replace(connection: Connection[Any], read: Read, alike: Alike) -> None:
    """The weights between items, as a new version. All in one transaction: nobody ever sees half of them."""
    method = {"method": "residual cosine", "neighbours": STRONGEST, "shrinkage": DRAWN}
    with connection.transaction(), connection.cursor() as cursor:
        held = cursor.execute(query(__file__, "hold"), {"items": read.items}).fetchall()
        there = {row[0] for row in held}
        values = {"parameters": Jsonb(method), "items": len(there), "ratings": len(read.given)}
        row = cursor.execute(query(__file__, "model"), values).fetchone()
        assert row
        with cursor.copy(query(__file__, "weights")) as copy:
            copy.set_types(["int8", "uuid", "uuid", "float4"])
            columns = (alike.item.tolist(), alike.neighbour.tolist(), alike.weight.tolist())
            for item, neighbour, weight in zip(*columns, strict=True):
                if {read.items[item], read.items[neighbour]} <= there:
                    copy.write_row((row[0], read.items[item], read.items[neighbour], weight))


def finish(connection: Connection[Any]) -> None:
    """So that plans know what was written."""
    connection.execute("analyze public.user_similarities, public.item_neighbours")


def as_uuid(name: bytes) -> UUID:
    """NumPy takes zeros off the end of a text."""
    return UUID(bytes=bytes(name).ljust(16, b"\0"))
