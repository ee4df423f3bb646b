"""The parts of a list, by what is known of the sampled people; as private.ask_part's functions do."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from workers.blend.fit import Scores
from workers.common.neighbours import blocks, largest, neighbours_of
from workers.common.ratings import ratings

CLOSEST = 40
MOST = 5.0
"""The rating that counts 1."""
LATEST, LATEST_COUNT = 10, 1.5
"""The latest of so many ratings, and how much it counts in lists by the item model."""


def all_parts(
    known: Scores, liked_at: Scores, people: Any, regularisation: float, kept: int, vectors: Scores
) -> Mapping[str, Scores]:
    """Scores of the people (rows of known) for all items (columns); known: 0 to 1, 0 for nothing.

    liked_at: the people's rows only, in seconds.
    """
    sampled = known[people]
    return {
        "liked_together": by_time(sampled, liked_at) @ item_weights(known, regularisation, kept),
        "taste": taste(known, people),
        "liked": by_meaning(sampled, vectors),
        "popular": popular(known, len(people)),
    }


def item_weights(known: Scores, regularisation: float, kept: int) -> Scores:
    """EASE (Steck, WWW 2019), of each row the largest by size: what the item model's command computes."""
    gram = known.T @ known
    gram[np.diag_indices(len(gram))] += regularisation
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
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


def taste(known: Scores, people: Any) -> Scores:
    """What the forty of most affinity liked: private.collaborative of these ratings."""
    rater, item = np.nonzero(known)
    rated = ratings(rater, item, known[rater, item] * MOST, *known.shape)
    scores = np.zeros((len(people), known.shape[1]))
    for block in blocks(len(people)):
        near = neighbours_of(people[block], rated)
        affinity = np.zeros((len(block), len(known)))
        affinity[np.searchsorted(people[block], near.rater), near.neighbour] = near.affinity
        scores[block] = np.where(largest(affinity, CLOSEST), affinity, 0.0) @ known
    return scores


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
