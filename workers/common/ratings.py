"""All ratings as sparse matrices of raters by items, and how far each lies above its item's level.

An item's level is the mean of its ratings, drawn to the mean of all by as much as five ratings would;
private.rating_level and private.compute_neighbours say the same in SQL.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

DRAWN = 5.0
"""As many ratings' worth of the mean of all go into a level, and of no bias into a rater's."""
POPULAR = 1000
"""The mean of all is that of the items with the largest sums."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ratings:
    """Rows are raters, columns items, both in the order of their ids."""

    given: Any
    """What was given, 0.5 to 5."""
    above: Any
    """By how much that is above the item's level."""
    counts: Floats
    """Of each rater."""


def ratings(
    rater: NDArray[np.int64], item: NDArray[np.int64], given: Floats, raters: int, items: int
) -> Ratings:
    """Of places and values, each place once, in any order."""
    counts = np.bincount(item, minlength=items).astype(np.float64)
    levels = item_levels(np.bincount(item, given, items).astype(np.float64), counts)
    shape = (raters, items)
    return Ratings(
        csr_array((given, (rater, item)), shape=shape),
        csr_array((given - levels[item], (rater, item)), shape=shape),
        np.bincount(rater, minlength=raters).astype(np.float64),
    )


def item_levels(sums: Floats, counts: Floats) -> Floats:
    popular = np.argsort(-sums, kind="stable")[:POPULAR]
    level = sums[popular].sum() / max(counts[popular].sum(), 1)
    return (sums + DRAWN * level) / (counts + DRAWN)  # type: ignore[no-any-return]


def departures(ratings: Ratings) -> Any:
    """By how much each rating is above what the item's level and the rater's bias say."""
    biases = ratings.above.sum(axis=1) / (ratings.counts + DRAWN)
    left = ratings.above.copy()
    left.data -= np.repeat(biases, np.diff(left.indptr))
    return left


def patterned(matrix: Any, data: Floats) -> Any:
    """Other values at the same places."""
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
