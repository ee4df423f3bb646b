"""Which weights make the best lists: fitted on half of the people, checked on the other half."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COUNT = 10
STEPS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""What the weight of a part is tried at."""
BRACKETS = (0, 5, 20, 100)
"""From how many ratings on."""
FEWEST = 50
"""People that each half of a bracket must hold; with fewer nothing is learnt of it."""

LEAST = 0.001
"""What a step must add to NDCG to be taken: less is chance."""

Scores = NDArray[np.float64]
Hidden = NDArray[np.bool_]


@dataclass(frozen=True)
class Fitted:
    """The weights of a bracket, and NDCG@10 on the half that was kept for checking."""

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


def fit(parts: Mapping[str, Scores], hidden: Hidden, chance: np.random.Generator) -> Fitted | None:
    """The best weights for people of one bracket. Where on the half it was not fitted on the blend is worse
    than the best part alone, that part alone counts. None: too few people to tell.
    """
    people = chance.permutation(len(hidden))
    half = len(people) // 2
    if half < FEWEST:
        return None
    learnt, checked = people[:half], people[half:]
    weights = ascend({name: scores[learnt] for name, scores in parts.items()}, hidden[learnt])
    alone = {name: float(ndcg(scores[checked], hidden[checked]).mean()) for name, scores in parts.items()}
    blend = float(ndcg(mixed(parts, weights, checked), hidden[checked]).mean())
    best = max(alone, key=lambda name: alone[name])
    if blend < alone[best]:
        weights, blend = {name: float(name == best) for name in parts}, alone[best]
    return Fitted(weights, blend, alone, len(checked))


def ascend(parts: Mapping[str, Scores], hidden: Hidden) -> dict[str, float]:
    """Coordinate ascent from the best part alone: one weight after the other, until none makes it better."""
    everybody = np.arange(len(hidden))
    alone = {name: float(ndcg(scores, hidden).mean()) for name, scores in parts.items()}
    first = max(alone, key=lambda name: alone[name])
    weights, best = {name: float(name == first) for name in parts}, alone[first]
    better = True
    while better:
        better = False
        for name in parts:
            if name == first:
                continue
            for step in STEPS:
                tried = {**weights, name: step}
                value = float(ndcg(mixed(parts, tried, everybody), hidden).mean())
                if value > best + LEAST:
                    weights, best, better = tried, value, True
    return weights


def mixed(parts: Mapping[str, Scores], weights: Mapping[str, float], people: NDArray[np.int64]) -> Scores:
    first, *others = (weights[name] * scores[people] for name, scores in parts.items())
    return sum(others, start=first)
