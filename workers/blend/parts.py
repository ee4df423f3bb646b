"""The parts of a list, by what is known of the sampled people; as private.ask_part's functions do."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from workers.blend.fit import Scores

NEAREST = 100
SHRINKAGE = 10
"""private.shrunk: a similarity over n common ratings counts n / (n + this)."""


def all_parts(
    known: Scores, people: Any, regularisation: float, kept: int, vectors: Scores
) -> Mapping[str, Scores]:
    """Scores of the people (rows of known) for all items (columns); known: 0 to 1, 0 for nothing."""
    sampled = known[people]
    return {
        "liked_together": sampled @ item_weights(known, regularisation, kept),
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


def taste(known: Scores, people: Any) -> Scores:
    """What the nearest by Pearson's correlation over common ratings, shrunk, liked."""
    mine, rated = known[people], (known > 0).astype(np.float64)
    mine_rated = rated[people]
    common = mine_rated @ rated.T
    own, theirs = mine @ rated.T, mine_rated @ known.T
    with np.errstate(all="ignore"):
        covariance = mine @ known.T - own * theirs / common
        own_spread = (mine**2) @ rated.T - own**2 / common
        their_spread = mine_rated @ (known**2).T - theirs**2 / common
        similarity = covariance / np.sqrt(own_spread * their_spread)
    flat = (common < 2) | ~np.isfinite(similarity) | (own_spread < 1e-9) | (their_spread < 1e-9)
    weights = np.where(flat | (similarity <= 0), 0.0, similarity * common / (common + SHRINKAGE))
    weights[np.arange(len(mine)), people] = 0
    if NEAREST < weights.shape[1]:
        least = np.partition(weights, -NEAREST, axis=1)[:, -NEAREST][:, None]
        weights = np.where(weights >= least, weights, 0.0)
    return np.asarray(weights @ known)


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
