"""The parts of a list, by what is known of the sampled people; as private.source_candidates does."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from workers.blend.fit import Scores
from workers.common.neighbours import LIKED, blocks, largest, neighbours_of
from workers.common.ratings import FEW, drop_rare_pairs, ratings, without_rare

CLOSEST = 40
MOST = 5.0
"""The rating that counts 1."""
LEAST = 0.4
"""What was rated lower does not count in lists by the item model."""
LATEST, LATEST_COUNT = 10, 1.5
"""The latest of so many ratings, and how much it counts in lists by the item model."""


def all_parts(
    known: Scores, liked_at: Scores, people: Any, regularisation: float, kept: int, vectors: Scores, rare: int
) -> Mapping[str, Scores]:
    """Scores of the people (rows of known) for all items (columns); known: 0 to 1, 0 for nothing.

    liked_at: the people's rows only, in seconds. rare: how many raters a rare item has at most.
    """
    sampled = known[people]
    weights = item_weights(known, regularisation, kept, rare)
    return {
        "liked_together": np.where(sampled < LEAST, 0.0, by_time(sampled, liked_at)) @ weights,
        "taste": taste(known, people, rare),
        "liked": by_meaning(sampled, vectors),
        "popular": popular(known, len(people)),
    }


def item_weights(known: Scores, regularisation: float, kept: int, rare: int) -> Scores:
    """EASE (Steck, WWW 2019), of each row the largest by size: what the item model's command computes."""
    weights = np.zeros((known.shape[1],) * 2)
    usual = np.flatnonzero((known > 0).sum(axis=0) > rare)
    weights[np.ix_(usual, usual)] = _weights(known[:, usual], regularisation, kept)
    return weights


def _weights(known: Scores, regularisation: float, kept: int) -> Scores:
    gram = known.T @ known
    gram[np.diag_indices(len(gram))] += regularisation
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    rated = (known > 0).astype(np.float64)
    drop_rare_pairs(weights, rated.T @ rated)
    if kept < len(weights):
        least = np.partition(np.abs(weights), -kept, axis=1)[:, -kept][:, None]
        weights[np.abs(weights) < least] = 0
    return np.asarray(weights)


def by_time(mine: Scores, liked_at: Scores) -> Scores:
    """The latest tenth counts half more, as in private.item_based; those of one moment are not told apart."""
    weighed = mine.copy()
    for row, rated in enumerate(mine > 0):
        times = liked_at[row, rated]
        not_before = len(times) - np.searchsorted(np.sort(times), times)
        weighed[row, rated] *= np.where(not_before * LATEST <= len(times), LATEST_COUNT, 1.0)
    return weighed


def taste(known: Scores, people: Any, rare: int) -> Scores:
    """What the forty of most affinity liked: private.collaborative of these ratings."""
    rater, item = np.nonzero(known)
    raters, items = known.shape
    rated = without_rare(ratings(rater, item, known[rater, item] * MOST, raters, items, rare))
    scores = np.zeros((len(people), known.shape[1]))
    for block in blocks(len(people)):
        near = neighbours_of(people[block], rated)
        affinity = np.zeros((len(block), len(known)))
        affinity[np.searchsorted(people[block], near.rater), near.neighbour] = near.affinity
        closest = np.where(largest(affinity, CLOSEST), affinity, 0.0)
        for place, mine in zip(block, closest, strict=True):
            scores[place] = summed(mine[mine > 0], known[mine > 0])
    return scores


def summed(affinity: Scores, rated: Scores) -> Scores:
    """What neighbours give, where five liked it, none more than the fifth."""
    if len(rated) < FEW:
        return np.zeros(rated.shape[1])
    shares = affinity[:, None] * rated
    fifth = np.partition(shares, -FEW, axis=0)[-FEW]
    several = (rated * MOST >= LIKED).sum(axis=0) >= FEW
    return np.asarray(np.where(several, np.minimum(shares, fifth).sum(axis=0), 0.0))


def by_meaning(mine: Scores, vectors: Scores, count: int = 3) -> Scores:
    """Likeness to the best liked items that have a vector (a row of zeros: none), times their weights."""
    there = vectors.any(axis=1)
    weights = np.where(there, mine, 0.0)
    best = np.argsort(-weights, axis=1, kind="stable")[:, :count]
    chosen = np.zeros_like(weights)
    np.put_along_axis(chosen, best, np.take_along_axis(weights, best, axis=1), axis=1)
    return np.asarray(np.maximum(chosen @ vectors @ vectors.T, 0.0))


def popular(known: Scores, people: int) -> Scores:
    """1 over the root of an item's place by the sum of its ratings; 0 where it has none."""
    sums = known.sum(axis=0)
    places = np.empty(len(sums))
    places[np.argsort(-sums, kind="stable")] = np.arange(1, len(sums) + 1)
    return np.broadcast_to(np.where(sums > 0, 1 / np.sqrt(places), 0.0), (people, len(sums)))
