"""Hide some of what people liked: could it be foreseen from the rest?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workers.blend.fit import BRACKETS, START, Fitted, Hidden, Scores, fit, narrowed, proposed
from workers.blend.parts import all_parts
from workers.blend.store import Likings

FOLDS = 3
"""A third of the people is replayed at a time; parts learn from the others and from what is known."""
HELD = 0.2
"""The share of a person's ratings that is hidden, by chance; one at least."""
POOL = 60
"""As many items a part proposes, as in private.recommend."""


@dataclass(frozen=True)
class Cut:
    """Which rows are known, which are not, and the bracket of each person replayed."""

    known: Hidden
    hidden: Hidden
    brackets: dict[int, int]


def cut(rater: np.ndarray, fold: int, chance: np.random.Generator) -> Cut:
    """`rater`: of each row, in order; a bracket goes by what is known of a person."""
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


def learn(likings: Likings, seed: int) -> dict[int, Fitted]:
    """The weights of each bracket that enough people could be replayed in."""
    chance = np.random.default_rng(seed)
    scores: dict[int, list[dict[str, Scores]]] = {low: [] for low in BRACKETS}
    wanted: dict[int, list[Hidden]] = {low: [] for low in BRACKETS}
    for fold in range(FOLDS if len(likings.rater) else 0):
        made = cut(likings.rater, fold, chance)
        people = np.array(sorted(made.brackets), np.int64)
        if not len(people):
            continue
        known = matrix(likings, made.known, likings.weight)
        liked_at = matrix(likings, made.known, likings.liked_at)[people]
        hidden = matrix(likings, made.hidden, np.ones(len(likings.weight)))[people] > 0
        parts = {
            name: proposed(found, known[people] > 0, POOL)
            for name, found in all_parts(
                known, liked_at, people, likings.regularisation, likings.kept, likings.vectors, likings.rare
            ).items()
        }
        parts, hidden = narrowed(parts, hidden, POOL * len(parts))
        bracket = np.array([made.brackets[int(person)] for person in people])
        for low in BRACKETS:
            scores[low].append({name: found[bracket == low] for name, found in parts.items()})
            wanted[low].append(hidden[bracket == low])
    found = {low: fitted(scores[low], wanted[low], START[low]) for low in BRACKETS if scores[low]}
    return {low: one for low, one in found.items() if one}


def fitted(
    scores: list[dict[str, Scores]], wanted: list[Hidden], start: Mapping[str, float]
) -> Fitted | None:
    joined = {name: np.concatenate([fold[name] for fold in scores]) for name in scores[0]}
    return fit(joined, np.concatenate(wanted), start)


def matrix(likings: Likings, rows: Hidden, values: Scores) -> Scores:
    """People by items, of some of the rows."""
    made = np.zeros((int(likings.rater.max()) + 1, len(likings.vectors)))
    made[likings.rater[rows], likings.item[rows]] = values[rows]
    return made
