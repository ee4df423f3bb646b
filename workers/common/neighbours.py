"""The neighbours of some raters among all raters; private.compute_neighbours computes the same for one.

Over the items that two raters both rated, without rare ones: the similarity is Pearson's correlation of the
ratings. The weight, which predictions use, and the affinity, which lists use, come from the correlation of
the ratings minus the items' baselines, about means that are shrunk to zero when there are few items.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.common.ratings import Floats, Ratings, patterned

WEIGHTIEST, CLOSEST = 150, 50
"""The number of neighbours that are kept by weight, for predictions, and by affinity, for lists."""
CENTRE_SHRINKAGE, WEIGHT_SHRINKAGE, AFFINITY_SHRINKAGE = 20.0, 50.0, 20.0
LIKED = 3.0
"""A rating from here on counts as for the item, a lower one as against it."""
CELLS = 1_000_000
"""Pairs of raters per block: some 300 MB."""
TINY = 1e-9
"""A variance below it is 0 but for rounding."""


@dataclass(frozen=True)
class Neighbours:
    """One entry a pair: the columns of public.user_similarities, with indexes instead of ids."""

    rater: NDArray[np.int64]
    neighbour: NDArray[np.int64]
    similarity: Floats
    """NaN where Pearson's correlation is not defined."""
    co_ratings: NDArray[np.int64]
    weight: Floats
    affinity: Floats
    level: Floats


@dataclass(frozen=True)
class Sums:
    """Sums over the common items of two raters, each a matrix of the block's raters by all raters."""

    own: Floats
    other: Floats
    own_squared: Floats
    other_squared: Floats
    product: Floats


def neighbours_of(block: NDArray[np.int64], ratings: Ratings) -> Neighbours:
    """The neighbours of the raters with these indexes, ordered by rater and neighbour.

    ratings: without those of rare items.
    """
    common = product(ones(ratings.stars[block]), ones(ratings.stars))
    stars = sums(ratings.stars[block], ratings.stars)
    above = sums(ratings.above[block], ratings.above)
    level = above.other / (common + CENTRE_SHRINKAGE)
    weight = correlation(above, common, above.own / (common + CENTRE_SHRINKAGE), level)
    weight *= common / (common + WEIGHT_SHRINKAGE)
    counts = ratings.counts + AFFINITY_SHRINKAGE
    affinity = shared(ratings.stars[block], ratings) / np.sqrt(np.outer(counts[block], counts))
    affinity *= np.maximum(0, 1 + 2 * weight)
    affinity[common >= ratings.counts] = 0
    own = (np.arange(len(block)), block)
    weight[own] = affinity[own] = 0
    row, column = np.nonzero(largest(weight, WEIGHTIEST) | largest(affinity, CLOSEST))
    at = (row, column)
    return Neighbours(
        block[row],
        column,
        pearson(stars, common)[at],
        common[at].astype(np.int64),
        weight[at],
        affinity[at],
        level[at],
    )


def shared(own: Any, ratings: Ratings) -> Floats:
    """The sum of the shares of common items, without items that the rater is against and the other is for."""
    others, shares = ratings.stars, ratings.shares[own.indices]
    against = patterned(others, (others.data < LIKED).astype(np.float64))
    return product(patterned(own, shares * (own.data >= LIKED)), ones(others)) + product(
        patterned(own, shares * (own.data < LIKED)), against
    )


def blocks(raters: int) -> list[NDArray[np.int64]]:
    """The indexes of all raters, in blocks that fit into memory."""
    size = max(1, min(CELLS // max(raters, 1), 256))
    return [np.arange(start, min(start + size, raters)) for start in range(0, raters, size)]


def sums(own: Any, others: Any) -> Sums:
    return Sums(
        product(own, ones(others)),
        product(ones(own), others),
        product(squares(own), ones(others)),
        product(ones(own), squares(others)),
        product(own, others),
    )


def correlation(sums: Sums, common: Floats, own_centre: Floats, other_centre: Floats) -> Floats:
    """The correlation about these centres; 0 if the ratings of one of the two do not vary."""
    with np.errstate(divide="ignore", invalid="ignore"):
        own_mean, other_mean = sums.own / common, sums.other / common
        own_shift, other_shift = own_mean - own_centre, other_mean - other_centre
        own = sums.own_squared - sums.own * own_mean + common * own_shift**2
        other = sums.other_squared - sums.other * other_mean + common * other_shift**2
        covariance = sums.product - sums.own * other_mean + common * own_shift * other_shift
        correlations: Floats = covariance / np.sqrt(own * other)
    correlations[~((own > TINY) & (other > TINY))] = 0
    return np.clip(correlations, -1, 1)


def pearson(sums: Sums, common: Floats) -> Floats:
    """Pearson's correlation; NaN if the ratings of one of the two do not vary.

    Sums of ratings in half steps are exact, so a variance of 0 is exact too.
    """
    own = common * sums.own_squared - sums.own**2
    other = common * sums.other_squared - sums.other**2
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations: Floats = (common * sums.product - sums.own * sums.other) / np.sqrt(own * other)
    correlations[(own <= 0) | (other <= 0)] = np.nan
    return correlations


def largest(matrix: Floats, count: int) -> NDArray[np.bool_]:
    """Marks the `count` largest values of each row that are above zero, the first among equals."""
    kept = np.zeros(matrix.shape, dtype=bool)
    best = np.argsort(-matrix, axis=1, kind="stable")[:, :count]
    np.put_along_axis(kept, best, True, axis=1)
    return kept & (matrix > 0)


def product(rows: Any, columns: Any) -> Floats:
    """The dot product of each row of one sparse matrix with each row of the other, dense."""
    return (rows @ columns.T).toarray()  # type: ignore[no-any-return]


def ones(matrix: Any) -> Any:
    return patterned(matrix, np.ones_like(matrix.data))


def squares(matrix: Any) -> Any:
    return patterned(matrix, matrix.data**2)
