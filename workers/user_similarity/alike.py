"""Items rated alike: the weights by which what somebody gave to one item tells what another will get.

The cosine of what is left of two items' ratings beyond levels and biases, over the raters of both, shrunk by
their number, of whom there must be five (Koren, Factorization Meets the Neighborhood, KDD 2008, section 2.2).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.common.blocks import Each
from workers.common.neighbours import TINY, blocks, largest, ones, product, squares
from workers.common.ratings import FEW, Floats, Ratings, departures

MODEL = "rated_alike"
STRONGEST = 200
DRAWN = 100.0


@dataclass(frozen=True)
class Alike:
    """A weight tells what `item` gets from what was given to `neighbour`."""

    item: NDArray[np.int64]
    neighbour: NDArray[np.int64]
    weight: NDArray[np.float32]


def rated_alike(ratings: Ratings, each: Each) -> Alike:
    left = departures(ratings).T.tocsr()
    found = each(alike_of, blocks(left.shape[0]), left)
    empty = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    return Alike(*(np.concatenate(parts) for parts in zip(empty, *found, strict=True)))


def alike_of(block: NDArray[np.int64], left: Any) -> tuple[NDArray[np.int64], NDArray[np.int64], Any]:
    """Of a matrix of items by raters, the strongest weights towards some items."""
    mine = left[block]
    common = product(ones(mine), ones(left))
    size = product(squares(mine), ones(left)) * product(ones(mine), squares(left))
    weight: Floats = product(mine, left) / np.sqrt(np.maximum(size, TINY)) * common / (common + DRAWN)
    weight[common < FEW] = 0
    weight[np.arange(len(block)), block] = 0
    row, column = np.nonzero(largest(weight, STRONGEST))
    return block[row], column, weight[row, column].astype(np.float32)
