"""The weights of sources that make the best lists, measured by how well they rank hidden feedback."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COUNT = 10
"""The length of the lists that are measured: NDCG@10."""
STEPS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""The values that are tried for a source's weight."""
START: Mapping[int, Mapping[str, float]] = {
    0: {"liked_together": 0.3, "taste": 1, "liked": 0.3, "popular": 0.1},
    5: {"liked_together": 1, "taste": 0.3, "liked": 0, "popular": 0},
    20: {"liked_together": 1, "taste": 0, "liked": 0, "popular": 0},
    100: {"liked_together": 1, "taste": 0, "liked": 0, "popular": 0},
}
"""The initial weights by the least number of ratings of a bracket; good on MovieLens 100K and small."""
BRACKETS = tuple(START)
FEWEST = 100
"""The least number of raters that a bracket is fitted on."""
LEAST = 0.001
"""The least gain in NDCG for which a weight is changed."""

Scores = NDArray[np.float64]
Hidden = NDArray[np.bool_]
"""Both: raters by items."""


@dataclass(frozen=True)
class Fitted:
    """The result for a bracket; both figures are means of NDCG@10 over `people` raters."""

    weights: Mapping[str, float]
    blend: float
    """With these weights."""
    alone: Mapping[str, float]
    """With each source by itself."""
    people: int

    def explanation(self, source: str) -> str:
        return (
            f"NDCG@{COUNT} for {self.people} people's ratings, a fifth kept aside: "
            f"the blend {self.blend:.4f}, this part alone {self.alone[source]:.4f}"
        )


def proposed(scores: Scores, known: Hidden, count: int) -> Scores:
    """The `count` best candidates of each rater, without known items; the best has 1, the rest have 0."""
    unknown = np.where(known | (scores <= 0), 0.0, scores)
    if count < unknown.shape[1]:
        least = np.partition(unknown, -count, axis=1)[:, -count][:, None]
        unknown = np.where(unknown >= least, unknown, 0.0)
    highest = unknown.max(axis=1, keepdims=True, initial=0.0)
    return np.asarray(np.divide(unknown, highest, out=np.zeros_like(unknown), where=highest > 0))


def narrowed(sources: Mapping[str, Scores], hidden: Hidden, count: int) -> tuple[dict[str, Scores], Hidden]:
    """Fewer columns with the same NDCG: `count` candidates of each rater, then up to COUNT others.

    The candidates are in order of item. The other columns have no score and stand for hidden items that no
    source proposes.
    """
    candidates = np.any([scores > 0 for scores in sources.values()], axis=0)
    columns = np.argsort(~candidates, axis=1, kind="stable")[:, :count]
    missed = hidden.sum(axis=1) - np.take_along_axis(hidden, columns, axis=1).sum(axis=1)
    beyond = np.arange(COUNT)[None, :] < missed[:, None]
    kept = {
        name: np.hstack([np.take_along_axis(scores, columns, axis=1), np.zeros(beyond.shape)])
        for name, scores in sources.items()
    }
    return kept, np.hstack([np.take_along_axis(hidden, columns, axis=1), beyond])


def ndcg(scores: Scores, hidden: Hidden) -> Scores:
    """NDCG@10 of each rater: hidden items are relevant, equal scores rank in order of item."""
    discounts = 1 / np.log2(np.arange(COUNT) + 2)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :COUNT]
    listed = np.take_along_axis(scores, best, axis=1) > 0
    hits = np.take_along_axis(hidden, best, axis=1) & listed
    ideal = np.concatenate([[0.0], np.cumsum(discounts)])[np.minimum(hidden.sum(axis=1), COUNT)]
    gained = hits @ discounts[: hits.shape[1]]
    return np.asarray(np.divide(gained, ideal, out=np.zeros(len(scores)), where=ideal > 0))


def fit(sources: Mapping[str, Scores], hidden: Hidden, start: Mapping[str, float]) -> Fitted | None:
    """The best weights for the raters of one bracket; None if there are too few raters."""
    if len(hidden) < FEWEST:
        return None
    weights = ascend(sources, hidden, start)
    alone = {name: float(ndcg(scores, hidden).mean()) for name, scores in sources.items()}
    return Fitted(weights, float(ndcg(mixed(sources, weights), hidden).mean()), alone, len(hidden))


def ascend(sources: Mapping[str, Scores], hidden: Hidden, start: Mapping[str, float]) -> dict[str, float]:
    """Coordinate ascent: change one weight after another while the gain is significant."""
    weights = {name: start[name] for name in sources}
    best = ndcg(mixed(sources, weights), hidden)
    improved = True
    while improved:
        improved = False
        for name in sources:
            for step in STEPS:
                changed = {**weights, name: step}
                value = ndcg(mixed(sources, changed), hidden)
                if is_more_than_chance(value - best):
                    weights, best, improved = changed, value, True
    return weights


def is_more_than_chance(gains: Scores) -> bool:
    """Is the mean gain of the raters above LEAST, and above two standard errors?"""
    return bool(gains.mean() > max(LEAST, 2 * gains.std(ddof=1) / len(gains) ** 0.5))


def mixed(sources: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """The weighted sum of the sources' scores."""
    first, *others = (weights[name] * scores for name, scores in sources.items())
    return sum(others, start=first)
