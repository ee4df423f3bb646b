"""How good lists are. A list is a row of films by their places, -1 where it ends early."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.vectors import Vectors

COUNT = 10
SLICES = ((1, 4), (5, 19), (20, 99), (100, 100_000))

Lists = NDArray[np.int64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    ndcg: float
    recall: float
    coverage: float
    """The share of the films rated by anybody that are in any list."""
    novelty: float
    """The mean, over all that is listed, of -log2 of the share of raters who rated it."""
    diversity: float
    """The mean, over lists, of the mean cosine distance between two of a list that have vectors."""


def measured(lists: Lists, known: Matrix, asked: Matrix, vectors: Vectors) -> Measured:
    return Measured(
        ndcg(lists, asked),
        recall(lists, asked),
        coverage(lists, known),
        novelty(lists, known),
        diversity(lists, vectors),
    )


def gains(lists: Lists, asked: Matrix) -> Matrix:
    """NDCG of each rater's list; NaN for those of whom nothing is asked. Any rating counts as a hit."""
    discounts = 1 / np.log2(np.arange(lists.shape[1]) + 2)
    wanted = (asked > 0).sum(axis=1)
    best = np.concatenate([[0], np.cumsum(discounts)])[np.minimum(wanted, lists.shape[1])]
    return _share(hits(lists, asked) @ discounts, best)


def ndcg(lists: Lists, asked: Matrix) -> float:
    return float(np.nanmean(gains(lists, asked)))


def recall(lists: Lists, asked: Matrix) -> float:
    """Of what is asked, or of as many as a list holds where more is asked."""
    wanted = np.minimum((asked > 0).sum(axis=1), lists.shape[1])
    return float(np.nanmean(_share(hits(lists, asked).sum(axis=1), wanted)))


def hits(lists: Lists, asked: Matrix) -> Matrix:
    found = np.take_along_axis(asked > 0, np.maximum(lists, 0), axis=1) & (lists >= 0)
    return found.astype(np.float64)


def coverage(lists: Lists, known: Matrix) -> float:
    listed = np.unique(lists[lists >= 0])
    return float((known[:, listed] > 0).any(axis=0).sum() / (known > 0).any(axis=0).sum())


def novelty(lists: Lists, known: Matrix) -> float:
    share = np.maximum((known > 0).sum(axis=0), 1) / len(known)
    return float(-np.log2(share[lists[lists >= 0]]).mean())


def diversity(lists: Lists, vectors: Vectors) -> float:
    """A vector of zeros stands for none."""
    there = np.linalg.norm(vectors, axis=1) > 0
    means = []
    for mine in lists:
        chosen = vectors[[film for film in mine if film >= 0 and there[film]]]
        if len(chosen) > 1:
            distances = 1 - chosen @ chosen.T
            means.append(distances[np.triu_indices(len(chosen), 1)].mean())
    return float(np.mean(means)) if means else float("nan")


def by_slice(lists: Mapping[str, Lists], known: Matrix, asked: Matrix) -> list[tuple[object, ...]]:
    """A row a list: its name and its NDCG for raters of each bracket of how much is known of them."""
    counts = (known > 0).sum(axis=1)
    brackets = [(counts >= least) & (counts <= most) for least, most in SLICES]
    rows: list[tuple[object, ...]] = [("raters", *(int(bracket.sum()) for bracket in brackets))]
    for name, mine in lists.items():
        each = gains(mine, asked)
        rows.append((name, *(f"{np.nanmean(each[b]):.4f}" if b.any() else "" for b in brackets)))
    return rows


def _share(parts: NDArray[np.float64], wholes: NDArray[np.float64] | NDArray[np.int64]) -> Matrix:
    shares: Matrix = np.divide(parts, wholes, out=np.full(len(parts), np.nan), where=wholes > 0)
    return shares
