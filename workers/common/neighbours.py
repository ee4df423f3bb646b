"""The nearest of some raters among all: the same numbers as private.compute_neighbours gives for one.

Over the items that two raters both rated, without rare ones: Pearson's correlation of what they gave; and
what predictions and lists go by, a correlation of how far above the items' levels they rated, about centres
that are drawn to zero where few items speak for them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.common.ratings import Floats, Ratings, patterned

WEIGHTIEST, CLOSEST = 150, 50
"""How many are kept by weight, which predictions go by, and by affinity, which lists go by."""
CENTRE_DRAWN, WEIGHT_DRAWN, AFFINITY_DRAWN = 20.0, 50.0, 20.0
LIKED = 3.0
"""A rating from here on is for an item."""
CELLS = 1_000_000
"""Pairs that are worked on at once: some 300 MB."""
TINY = 1e-9
"""A spread below it is none but for rounding."""


@dataclass(frozen=True)
class Neighbours:
    """One entry a pair; the columns of public.user_similarities, with places for ids."""

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
    """Of products over what both rated, each a matrix of the block's raters by all."""

    mine: Floats
    theirs: Floats
    mine_squared: Floats
    theirs_squared: Floats
    both: Floats


def neighbours_of(block: NDArray[np.int64], ratings: Ratings) -> Neighbours:
    """The nearest of the raters with these indexes, ordered by rater and neighbour.

    ratings: without those of rare items.
    """
    common = product(ones(ratings.given[block]), ones(ratings.given))
    given = sums(ratings.given[block], ratings.given)
    above = sums(ratings.above[block], ratings.above)
    level = above.theirs / (common + CENTRE_DRAWN)
    weight = correlation(above, common, above.mine / (common + CENTRE_DRAWN), level)
    weight *= common / (common + WEIGHT_DRAWN)
    reach = np.sqrt(np.outer(ratings.counts[block] + AFFINITY_DRAWN, ratings.counts + AFFINITY_DRAWN))
    affinity = shared(ratings.given[block], ratings) / reach * np.maximum(0, 1 + 2 * weight)
    affinity[common >= ratings.counts] = 0
    own = (np.arange(len(block)), block)
    weight[own] = affinity[own] = 0
    row, column = np.nonzero(largest(weight, WEIGHTIEST) | largest(affinity, CLOSEST))
    at = (row, column)
    return Neighbours(
        block[row],
        column,
        pearson(given, common)[at],
        common[at].astype(np.int64),
        weight[at],
        affinity[at],
        level[at],
    )


def shared(mine: Any, ratings: Ratings) -> Floats:
    """Common ratings by how much they count, without those against an item that the other one is for."""
    given, shares = ratings.given, ratings.shares[mine.indices]
    against = patterned(given, (given.data < LIKED).astype(np.float64))
    return product(patterned(mine, shares * (mine.data >= LIKED)), ones(given)) + product(
        patterned(mine, shares * (mine.data < LIKED)), against
    )


def blocks(raters: int) -> list[NDArray[np.int64]]:
    """Places of raters, as many at once as memory is meant for."""
    size = max(1, min(CELLS // max(raters, 1), 256))
    return [np.arange(start, min(start + size, raters)) for start in range(0, raters, size)]


def sums(mine: Any, theirs: Any) -> Sums:
    return Sums(
        product(mine, ones(theirs)),
        product(ones(mine), theirs),
        product(squares(mine), ones(theirs)),
        product(ones(mine), squares(theirs)),
        product(mine, theirs),
    )


def correlation(sums: Sums, common: Floats, my_centre: Floats, their_centre: Floats) -> Floats:
    """About given centres; 0 where one of the two does not vary."""
    with np.errstate(divide="ignore", invalid="ignore"):
        my_mean, their_mean = sums.mine / common, sums.theirs / common
        my_shift, their_shift = my_mean - my_centre, their_mean - their_centre
        mine = sums.mine_squared - sums.mine * my_mean + common * my_shift**2
        theirs = sums.theirs_squared - sums.theirs * their_mean + common * their_shift**2
        both = sums.both - sums.mine * their_mean + common * my_shift * their_shift
        found: Floats = both / np.sqrt(mine * theirs)
    found[~((mine > TINY) & (theirs > TINY))] = 0
    return np.clip(found, -1, 1)


def pearson(sums: Sums, common: Floats) -> Floats:
    """Of ratings in half steps every sum is exact, and so is whether it varies."""
    mine = common * sums.mine_squared - sums.mine**2
    theirs = common * sums.theirs_squared - sums.theirs**2
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = (common * sums.both - sums.mine * sums.theirs) / np.sqrt(mine * theirs)
    found[(mine <= 0) | (theirs <= 0)] = np.nan
    return found


def largest(matrix: Floats, count: int) -> NDArray[np.bool_]:
    """Of each row the `count` largest above zero, the first among equals."""
    kept = np.zeros(matrix.shape, dtype=bool)
    best = np.argsort(-matrix, axis=1, kind="stable")[:, :count]
    np.put_along_axis(kept, best, True, axis=1)
    return kept & (matrix > 0)


def product(mine: Any, theirs: Any) -> Floats:
    """Of each row with each, dense."""
    return (mine @ theirs.T).toarray()  # type: ignore[no-any-return]


def ones(matrix: Any) -> Any:
    return patterned(matrix, np.ones_like(matrix.data))


def squares(matrix: Any) -> Any:
    return patterned(matrix, matrix.data**2)
