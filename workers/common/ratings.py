"""All ratings as sparse matrices of raters by items, and how far each lies above its item's level.

An item's level is the mean of its ratings, drawn to the mean of all by as much as five ratings would;
private.global_baseline, private.item_baseline and private.rating_residuals compute the same in SQL.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

DRAWN = 5.0
"""As many ratings' worth of the mean of all go into a level, and of no bias into a rater's."""
FEW = 5
"""Nothing is derived of an item, a pair of items or a neighbour's items by fewer people than this."""
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
    shares: Floats
    """How much a common rating of an item counts in a comparison, 0 for a rare item."""


def ratings(
    rater: NDArray[np.int64], item: NDArray[np.int64], given: Floats, raters: int, items: int, rare: int
) -> Ratings:
    """Arrange ratings, given by the indexes of raters and items in any order.

    An item with `rare` raters or fewer is rare, as private.rarity_limit says.
    """
    counts = np.bincount(item, minlength=items).astype(np.float64)
    levels = item_levels(np.bincount(item, given, items).astype(np.float64), counts)
    shape = (raters, items)
    return Ratings(
        csr_array((given, (rater, item)), shape=shape),
        csr_array((given - levels[item], (rater, item)), shape=shape),
        np.bincount(rater, minlength=raters).astype(np.float64),
        np.sqrt(np.maximum(0, 1 - rare / np.maximum(counts, 1))),
    )


def without_rare(ratings: Ratings) -> Ratings:
    """The ratings that count in comparisons; the raters' counts stay those of all."""
    kept = np.flatnonzero(ratings.shares > 0)
    return Ratings(ratings.given[:, kept], ratings.above[:, kept], ratings.counts, ratings.shares[kept])


def item_levels(sums: Floats, counts: Floats) -> Floats:
    popular = np.argsort(-sums, kind="stable")[:POPULAR]
    level = sums[popular].sum() / max(counts[popular].sum(), 1)
    return np.asarray(np.where(counts < FEW, level, (sums + DRAWN * level) / (counts + DRAWN)))


def drop_rare_pairs(weights: Floats, common: Floats) -> None:
    """In place: without the positive weights of pairs of items that fewer than FEW people have in common."""
    weights[(common < FEW) & (weights > 0)] = 0


def departures(ratings: Ratings) -> Any:
    """By how much each rating is above what the item's level and the rater's bias say."""
    biases = ratings.above.sum(axis=1) / (ratings.counts + DRAWN)
    left = ratings.above.copy()
    left.data -= np.repeat(biases, np.diff(left.indptr))
    return left


def patterned(matrix: Any, data: Floats) -> Any:
    """Other values at the same places."""
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
