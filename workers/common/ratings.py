"""All ratings as sparse matrices of raters by items, and how far each is above its item's baseline.

An item's baseline is the mean of its ratings, shrunk to the mean of all ratings as if it had five more of
that value; private.global_baseline, private.item_baseline and private.rating_residuals compute the same.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

SHRINKAGE = 5.0
"""A baseline counts so many ratings of the mean of all, a rater's bias so many ratings without bias."""
FEW = 5
"""Nothing is derived from an item, a pair of items or neighbours' ratings of an item with fewer raters."""
POPULAR = 1000
"""The mean of all is that of the items with the largest sums."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ratings:
    """Rows are raters, columns items, both in the order of their ids."""

    stars: Any
    """Sparse: the ratings, 0.5 to 5."""
    above: Any
    """Sparse: the ratings minus the items' baselines."""
    counts: Floats
    """The number of ratings of each rater, rare items included."""
    shares: Floats
    """How much a common rating of an item counts in a comparison; 0 for a rare item."""


def ratings(
    rater: NDArray[np.int64], item: NDArray[np.int64], stars: Floats, raters: int, items: int, rare: int
) -> Ratings:
    """Arrange ratings, given by the indexes of raters and items in any order.

    An item with `rare` raters or fewer is rare (private.rarity_limit).
    """
    counts = np.bincount(item, minlength=items).astype(np.float64)
    baselines = item_baselines(np.bincount(item, stars, items).astype(np.float64), counts)
    shape = (raters, items)
    return Ratings(
        csr_array((stars, (rater, item)), shape=shape),
        csr_array((stars - baselines[item], (rater, item)), shape=shape),
        np.bincount(rater, minlength=raters).astype(np.float64),
        np.sqrt(np.maximum(0, 1 - rare / np.maximum(counts, 1))),
    )


def without_rare(ratings: Ratings) -> Ratings:
    """The ratings without those of rare items; the raters' counts still include them."""
    kept = np.flatnonzero(ratings.shares > 0)
    return Ratings(ratings.stars[:, kept], ratings.above[:, kept], ratings.counts, ratings.shares[kept])


def item_baselines(sums: Floats, counts: Floats) -> Floats:
    """The baseline of each item; the mean of all for an item with fewer than FEW ratings."""
    popular = np.argsort(-sums, kind="stable")[:POPULAR]
    mean = sums[popular].sum() / max(counts[popular].sum(), 1)
    return np.asarray(np.where(counts < FEW, mean, (sums + SHRINKAGE * mean) / (counts + SHRINKAGE)))


def drop_rare_pairs(weights: Floats, common: Floats) -> None:
    """Set positive weights to zero, in place, where two items have fewer than FEW raters in common."""
    weights[(common < FEW) & (weights > 0)] = 0


def residuals(ratings: Ratings) -> Any:
    """The ratings minus the items' baselines and the raters' biases, sparse."""
    biases = ratings.above.sum(axis=1) / (ratings.counts + SHRINKAGE)
    left = ratings.above.copy()
    left.data -= np.repeat(biases, np.diff(left.indptr))
    return left


def patterned(matrix: Any, data: Floats) -> Any:
    """A sparse matrix with other values at the same positions."""
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
