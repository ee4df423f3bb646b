"""Hide some of the sampled raters' feedback, and fit the weights by how well the rest predicts it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workers.recommend.blend.fit import BRACKETS, START, Fitted, Hidden, Scores, fit, narrowed, proposed
from workers.recommend.blend.sources import all_sources
from workers.recommend.blend.store import Sample

FOLDS = 3
"""A third of the raters is replayed at a time; sources learn from the others and from what stays known."""
HELD = 0.2
"""The share of a rater's feedback that is hidden at random; at least one item."""
POOL = 60
"""Candidates of each source, as in private.recommend."""


@dataclass(frozen=True)
class Cut:
    """Which rows are known and which are hidden, and the bracket of each replayed rater."""

    known: Hidden
    hidden: Hidden
    brackets: dict[int, int]


def cut(rater: np.ndarray, fold: int, chance: np.random.Generator) -> Cut:
    """Hide rows of the raters of a fold. A rater's bracket depends on the number of known rows.

    rater: the rater of each row, in ascending order.
    """
    known = np.ones(len(rater), bool)
    brackets: dict[int, int] = {}
    starts = np.flatnonzero(np.diff(rater, prepend=-1))
    for start, stop in zip(starts, [*starts[1:], len(rater)], strict=True):
        if rater[start] % FOLDS != fold or stop - start < 2:
            continue
        kept = stop - start - max(1, int((stop - start) * HELD))
        known[start + chance.permutation(stop - start)[kept:]] = False
        brackets[int(rater[start])] = max(low for low in BRACKETS if low <= kept)
    return Cut(known, ~known, brackets)


def learn(sample: Sample, seed: int) -> dict[int, Fitted]:
    """The weights of each bracket in which enough raters could be replayed."""
    chance = np.random.default_rng(seed)
    scores: dict[int, list[dict[str, Scores]]] = {low: [] for low in BRACKETS}
    relevant: dict[int, list[Hidden]] = {low: [] for low in BRACKETS}
    for fold in range(FOLDS if len(sample.rater) else 0):
        split = cut(sample.rater, fold, chance)
        people = np.array(sorted(split.brackets), np.int64)
        if not len(people):
            continue
        known = matrix(sample, split.known, sample.weight)
        liked_at = matrix(sample, split.known, sample.liked_at)[people]
        hidden = matrix(sample, split.hidden, np.ones(len(sample.weight)))[people] > 0
        sources = {
            name: proposed(source, known[people] > 0, POOL)
            for name, source in all_sources(
                known, liked_at, people, sample.parameters, sample.vectors, sample.rare
            ).items()
        }
        sources, hidden = narrowed(sources, hidden, POOL * len(sources))
        bracket = np.array([split.brackets[int(person)] for person in people])
        for low in BRACKETS:
            scores[low].append({name: source[bracket == low] for name, source in sources.items()})
            relevant[low].append(hidden[bracket == low])
    results = {low: fitted(scores[low], relevant[low], START[low]) for low in BRACKETS if scores[low]}
    return {low: result for low, result in results.items() if result}


def fitted(
    scores: list[dict[str, Scores]], relevant: list[Hidden], start: Mapping[str, float]
) -> Fitted | None:
    """Fit on the raters of all folds."""
    joined = {name: np.concatenate([fold[name] for fold in scores]) for name in scores[0]}
    return fit(joined, np.concatenate(relevant), start)


def matrix(sample: Sample, rows: Hidden, values: Scores) -> Scores:
    """Raters by items, with the values of the chosen rows; 0 in the rest."""
    dense = np.zeros((int(sample.rater.max()) + 1, len(sample.vectors)))
    dense[sample.rater[rows], sample.item[rows]] = values[rows]
    return dense
