"""The scores of the sources of lists for sampled raters; computes what private.source_candidates does."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from workers.common.neighbours import CLOSEST, LIKED, blocks, largest, neighbours_of
from workers.common.ratings import FEW, ratings, without_rare
from workers.recommend import ease
from workers.recommend.blend.fit import Scores
from workers.recommend.item_model.core import Parameters

MOST = 5.0
"""The rating with weight 1."""
LEAST = 0.4
"""The item model reads feedback from this weight on."""
LATEST, LATEST_COUNT = 10, 1.5
"""The latest of so many items counts so much more in the item model's scores."""


def all_sources(
    known: Scores, liked_at: Scores, people: Any, parameters: Parameters, vectors: Scores, rare: int
) -> Mapping[str, Scores]:
    """The scores of some raters for all items, by source.

    known: weights of the feedback, raters by items, 0 to 1; 0 without feedback.
    liked_at: times of the feedback in seconds, rows of `people` only.
    people: the indexes of the raters.
    parameters: of the item model.
    vectors: embeddings by item, of length 1, or zeros.
    rare: the most raters that a rare item has.
    """
    sampled = known[people]
    weights = item_weights(known, parameters, rare)
    return {
        "liked_together": np.where(sampled < LEAST, 0.0, by_time(sampled, liked_at)) @ weights,
        "taste": taste(known, people, rare),
        "liked": by_meaning(sampled, vectors),
        "popular": popular(known, len(people)),
    }


def item_weights(known: Scores, parameters: Parameters, rare: int) -> Scores:
    """The item model's weights, as a dense matrix of items by items; 0 for rare items."""
    weights = np.zeros((known.shape[1],) * 2)
    usual = np.flatnonzero((known > 0).sum(axis=0) > rare)
    feedback = ease.by_depth(csr_array(known[:, usual]), parameters.depth)
    computed = ease.item_weights(feedback, parameters.regularisation, parameters.neighbours)
    weights[usual[computed.item], usual[computed.neighbour]] = computed.weight
    return weights


def by_time(weights: Scores, liked_at: Scores) -> Scores:
    """Feedback with the latest tenth counting half more, as in private.item_based.

    If the latest items of a rater have the same time and are more than a tenth, none of them counts more.
    """
    weighted = weights.copy()
    for row, rated in enumerate(weights > 0):
        times = liked_at[row, rated]
        not_before = len(times) - np.searchsorted(np.sort(times), times)
        weighted[row, rated] *= np.where(not_before * LATEST <= len(times), LATEST_COUNT, 1.0)
    return weighted


def taste(known: Scores, people: Any, rare: int) -> Scores:
    """Scores from the feedback of the CLOSEST neighbours, as in private.collaborative."""
    rater, item = np.nonzero(known)
    raters, items = known.shape
    rated = without_rare(ratings(rater, item, known[rater, item] * MOST, raters, items, rare))
    scores = np.zeros((len(people), known.shape[1]))
    for block in blocks(len(people)):
        near = neighbours_of(people[block], rated)
        affinity = np.zeros((len(block), len(known)))
        affinity[np.searchsorted(people[block], near.rater), near.neighbour] = near.affinity
        closest = np.where(largest(affinity, CLOSEST), affinity, 0.0)
        for index, row in zip(block, closest, strict=True):
            scores[index] = summed(row[row > 0], known[row > 0])
    return scores


def summed(affinity: Scores, rated: Scores) -> Scores:
    """An item's score: the sum of affinity times weight over the neighbours, 0 if fewer than FEW liked it.

    No neighbour adds more than the one with the FEW-th largest product, so that few raters cannot decide.
    """
    if len(rated) < FEW:
        return np.zeros(rated.shape[1])
    shares = affinity[:, None] * rated
    fifth = np.partition(shares, -FEW, axis=0)[-FEW]
    several = (rated * MOST >= LIKED).sum(axis=0) >= FEW
    return np.asarray(np.where(several, np.minimum(shares, fifth).sum(axis=0), 0.0))


def by_meaning(weights: Scores, vectors: Scores, count: int = 3) -> Scores:
    """The similarity to the `count` best liked items with an embedding, times their weights, summed."""
    embedded = vectors.any(axis=1)
    usable = np.where(embedded, weights, 0.0)
    best = np.argsort(-usable, axis=1, kind="stable")[:, :count]
    chosen = np.zeros_like(usable)
    np.put_along_axis(chosen, best, np.take_along_axis(usable, best, axis=1), axis=1)
    return np.asarray(np.maximum(chosen @ vectors @ vectors.T, 0.0))


def popular(known: Scores, people: int) -> Scores:
    """1 / sqrt(rank), by the sum of an item's weights; 0 for an item without any. The same for all raters."""
    sums = known.sum(axis=0)
    ranks = np.empty(len(sums))
    ranks[np.argsort(-sums, kind="stable")] = np.arange(1, len(sums) + 1)
    return np.broadcast_to(np.where(sums > 0, 1 / np.sqrt(ranks), 0.0), (people, len(sums)))
