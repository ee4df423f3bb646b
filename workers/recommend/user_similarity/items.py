"""Similarly rated items: weights that predict a rating of one item from the same rater's rating of another.

A weight is the cosine of two items' residuals over their common raters, shrunk when there are few of them;
with fewer than five it is 0 (Koren, Factorization Meets the Neighborhood, KDD 2008, section 2.2).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.common.blocks import Each
from workers.common.neighbours import TINY, blocks, largest, ones, product, squares
from workers.common.ratings import FEW, Floats, Ratings, residuals

MODEL = "rated_alike"
STRONGEST = 200
"""Weights that an item keeps."""
SHRINKAGE = 100.0
"""A weight of so many common raters counts half."""


@dataclass(frozen=True)
class ItemWeights:
    """Columns of equal length. A weight predicts a rating of `item` from the rating of `neighbour`."""

    item: NDArray[np.int64]
    neighbour: NDArray[np.int64]
    weight: NDArray[np.float32]


def item_weights(ratings: Ratings, each: Each) -> ItemWeights:
    """The strongest weights of each item."""
    by_item = residuals(ratings).T.tocsr()
    computed = each(strongest_weights, blocks(by_item.shape[0]), by_item)
    empty = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    return ItemWeights(*(np.concatenate(columns) for columns in zip(empty, *computed, strict=True)))


def strongest_weights(
    block: NDArray[np.int64], by_item: Any
) -> tuple[NDArray[np.int64], NDArray[np.int64], Any]:
    """Item, neighbour and weight of the items with these indexes; by_item: residuals, items by raters."""
    rows = by_item[block]
    common = product(ones(rows), ones(by_item))
    norms = product(squares(rows), ones(by_item)) * product(ones(rows), squares(by_item))
    weight: Floats = product(rows, by_item) / np.sqrt(np.maximum(norms, TINY))
    weight = weight * common / (common + SHRINKAGE)
    weight[common < FEW] = 0
    weight[np.arange(len(block)), block] = 0
    row, column = np.nonzero(largest(weight, STRONGEST))
    return block[row], column, weight[row, column].astype(np.float32)
