"""Which weights make the best lists, told by ratings that were hidden."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COUNT = 10
STEPS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""What the weight of a part is tried at."""
START: Mapping[int, Mapping[str, float]] = {
    0: {"liked_together": 0.3, "taste": 1, "liked": 0.3, "popular": 0.1},
    5: {"liked_together": 1, "taste": 0.3, "liked": 0, "popular": 0},
    20: {"liked_together": 1, "taste": 0, "liked": 0, "popular": 0},
    100: {"liked_together": 1, "taste": 0, "liked": 0, "popular": 0},
}
"""From how many ratings on, the weights before anything was learnt: good on MovieLens 100K and small."""
BRACKETS = tuple(START)
FEWEST = 100
"""People that a bracket must hold; of fewer nothing is learnt."""
LEAST = 0.001
"""What a step must add to NDCG to be taken."""

Scores = NDArray[np.float64]
Hidden = NDArray[np.bool_]


@dataclass(frozen=True)
class Fitted:
    """The weights of a bracket, and NDCG@10 with them and by each part alone."""

    weights: Mapping[str, float]
    blend: float
    parts: Mapping[str, float]
    people: int

    def explanation(self, part: str) -> str:
        return (
            f"NDCG@{COUNT} for {self.people} people's ratings, a fifth kept aside: "
            f"the blend {self.blend:.4f}, this part alone {self.parts[part]:.4f}"
        )


def proposed(scores: Scores, known: Hidden, count: int) -> Scores:
    """Each person's `count` best of what is not known, the best having 1; the rest have 0."""
    left = np.where(known | (scores <= 0), 0.0, scores)
    if count < left.shape[1]:
        least = np.partition(left, -count, axis=1)[:, -count][:, None]
        left = np.where(left >= least, left, 0.0)
    highest = left.max(axis=1, keepdims=True, initial=0.0)
    return np.asarray(np.divide(left, highest, out=np.zeros_like(left), where=highest > 0))


def narrowed(parts: Mapping[str, Scores], hidden: Hidden, count: int) -> tuple[dict[str, Scores], Hidden]:
    """Of each person the `count` items that parts propose, in order of place, and some hidden ones more."""
    some = np.any([scores > 0 for scores in parts.values()], axis=0)
    places = np.argsort(~some, axis=1, kind="stable")[:, :count]
    missed = hidden.sum(axis=1) - np.take_along_axis(hidden, places, axis=1).sum(axis=1)
    beyond = np.arange(COUNT)[None, :] < missed[:, None]
    kept = {
        name: np.hstack([np.take_along_axis(scores, places, axis=1), np.zeros(beyond.shape)])
        for name, scores in parts.items()
    }
    return kept, np.hstack([np.take_along_axis(hidden, places, axis=1), beyond])


def ndcg(scores: Scores, hidden: Hidden) -> Scores:
    """Of each person; all that is hidden is relevant, equal scores are in order of place."""
    discounts = 1 / np.log2(np.arange(COUNT) + 2)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :COUNT]
    listed = np.take_along_axis(scores, best, axis=1) > 0
    hits = np.take_along_axis(hidden, best, axis=1) & listed
    ideal = np.concatenate([[0.0], np.cumsum(discounts)])[np.minimum(hidden.sum(axis=1), COUNT)]
    gained = hits @ discounts[: hits.shape[1]]
    return np.asarray(np.divide(gained, ideal, out=np.zeros(len(scores)), where=ideal > 0))


def fit(parts: Mapping[str, Scores], hidden: Hidden, start: Mapping[str, float]) -> Fitted | None:
    """The best weights for people of one bracket; None: too few people to tell."""
    if len(hidden) < FEWEST:
        return None
    weights = ascend(parts, hidden, start)
    alone = {name: float(ndcg(scores, hidden).mean()) for name, scores in parts.items()}
    return Fitted(weights, float(ndcg(mixed(parts, weights), hidden).mean()), alone, len(hidden))


def ascend(parts: Mapping[str, Scores], hidden: Hidden, start: Mapping[str, float]) -> dict[str, float]:
    """Coordinate ascent: one weight after the other, by steps that are more than chance."""
    weights = {name: start[name] for name in parts}
    gained = ndcg(mixed(parts, weights), hidden)
    better = True
    while better:
        better = False
        for name in parts:
            for step in STEPS:
                tried = {**weights, name: step}
                value = ndcg(mixed(parts, tried), hidden)
                if is_more_than_chance(value - gained):
                    weights, gained, better = tried, value, True
    return weights


def is_more_than_chance(gains: Scores) -> bool:
    """Is the mean gain of these people two standard errors above none?"""
    return bool(gains.mean() > max(LEAST, 2 * gains.std(ddof=1) / len(gains) ** 0.5))


def mixed(parts: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    first, *others = (weights[name] * scores for name, scores in parts.items())
    return sum(others, start=first)
