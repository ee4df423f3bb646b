"""What people liked, as Postgres copies it out in binary, and as a sparse matrix of raters by items."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from workers.item_model.core import Parameters
from workers.item_model.ease import decayed

HEAD, TAIL = 19, 2
"""Bytes before the first row (signature, flags, length of the extension) and after the last (-1)."""
ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("rater_length", ">i4"), ("rater", "S16"),
        ("item_length", ">i4"), ("item", "S16"),
        ("weight_length", ">i4"), ("weight", ">f8"),
        ("at_length", ">i4"), ("at", ">f8"),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Likings:
    items: list[UUID]
    matrix: Any
    left_out: int
    """Items that are not among the most liked, without rare ones."""


def read_rows(copied: bytes) -> NDArray[Any]:
    """Two uuids and two doubles a row, none of them null."""
    return np.frombuffer(copied, ROW, (len(copied) - HEAD - TAIL) // ROW.itemsize, HEAD)


def assemble(rows: NDArray[Any], parameters: Parameters, rare: int) -> Likings:
    """Without rare items, which `rare` raters or fewer liked: they would lead to the other items of these."""
    names, item = np.unique(rows["item"], return_inverse=True)
    counts = np.bincount(item, minlength=len(names))
    kept = most_liked(counts, parameters.max_items)
    kept = kept[counts[kept] > rare]
    place = np.full(len(names), -1)
    place[kept] = np.arange(len(kept))
    inside = place[item] >= 0
    raters, rater = np.unique(rows["rater"][inside], return_inverse=True)
    weights = decayed(
        rows["weight"].astype(np.float64), rows["at"].astype(np.float64), parameters.half_life_days
    )
    shape = (len(raters), len(kept))
    matrix = coo_array((weights[inside], (rater, place[item[inside]])), shape=shape).tocsr()
    return Likings([as_uuid(name) for name in names[kept]], matrix, int((counts > rare).sum()) - len(kept))


def most_liked(counts: NDArray[Any], most: int) -> NDArray[np.int64]:
    """The places of the largest counts, in order of place."""
    return np.sort(np.argsort(-counts, kind="stable")[:most])


def as_uuid(name: bytes) -> UUID:
    """NumPy takes zeros off the end of a text."""
    return UUID(bytes=bytes(name).ljust(16, b"\0"))
