"""Positive feedback as a sparse matrix of raters by items."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from workers.common.copying import FLOAT_TYPE, UUID_TYPE, as_uuid, row_type
from workers.recommend.ease import by_depth, decayed
from workers.recommend.item_model.core import Parameters

ROW = row_type(rater=UUID_TYPE, item=UUID_TYPE, weight=FLOAT_TYPE, at=FLOAT_TYPE)


@dataclass(frozen=True)
class Feedback:
    items: list[UUID]
    matrix: Any
    """Sparse, raters by items: the weight of the feedback, above 0; see by_depth."""
    left_out: int
    """The number of items beyond `max_items`; rare items are not counted."""


def assemble(rows: NDArray[Any], parameters: Parameters, rare: int) -> Feedback:
    """The matrix of rows of type ROW, without rare items, which have `rare` raters or fewer.

    Weights of a rare item would lead to the other items of its few raters.
    """
    ids, item = np.unique(rows["item"], return_inverse=True)
    counts = np.bincount(item, minlength=len(ids))
    kept = most_liked(counts, parameters.max_items)
    kept = kept[counts[kept] > rare]
    column = np.full(len(ids), -1)
    column[kept] = np.arange(len(kept))
    inside = column[item] >= 0
    raters, rater = np.unique(rows["rater"][inside], return_inverse=True)
    weights = decayed(
        rows["weight"].astype(np.float64), rows["at"].astype(np.float64), parameters.half_life_days
    )
    shape = (len(raters), len(kept))
    matrix = coo_array((weights[inside], (rater, column[item[inside]])), shape=shape).tocsr()
    matrix = by_depth(matrix, parameters.depth)
    return Feedback([as_uuid(value) for value in ids[kept]], matrix, int((counts > rare).sum()) - len(kept))


def most_liked(counts: NDArray[Any], count: int) -> NDArray[np.int64]:
    """The indexes of the `count` largest counts, in ascending order; the first among equals."""
    return np.sort(np.argsort(-counts, kind="stable")[:count])
