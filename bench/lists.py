"""Compute the quality of lists. A list is a row of film indexes, filled up with -1."""

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
    """The share of the films with a rating that are in any list."""
    novelty: float
    """The mean, over all listed films, of -log2 of the share of raters who rated the film."""
    diversity: float
    """The mean, over lists, of the mean cosine distance between two films of a list that have vectors."""


def measured(lists: Lists, known: Matrix, hidden: Matrix, vectors: Vectors) -> Measured:
    return Measured(
        ndcg(lists, hidden),
        recall(lists, hidden),
        coverage(lists, known),
        novelty(lists, known),
        diversity(lists, vectors),
    )


def gains(lists: Lists, hidden: Matrix) -> Matrix:
    """NDCG of each rater's list; NaN for raters without hidden ratings. Any rating counts as a hit."""
    discounts = 1 / np.log2(np.arange(lists.shape[1]) + 2)
    wanted = (hidden > 0).sum(axis=1)
    best = np.concatenate([[0], np.cumsum(discounts)])[np.minimum(wanted, lists.shape[1])]
    return _share(hits(lists, hidden) @ discounts, best)


def ndcg(lists: Lists, hidden: Matrix) -> float:
    return float(np.nanmean(gains(lists, hidden)))


def recall(lists: Lists, hidden: Matrix) -> float:
    """The share of hidden films found, of at most as many as a list holds."""
    wanted = np.minimum((hidden > 0).sum(axis=1), lists.shape[1])
    return float(np.nanmean(_share(hits(lists, hidden).sum(axis=1), wanted)))


def hits(lists: Lists, hidden: Matrix) -> Matrix:
    is_hit = np.take_along_axis(hidden > 0, np.maximum(lists, 0), axis=1) & (lists >= 0)
    return is_hit.astype(np.float64)


def coverage(lists: Lists, known: Matrix) -> float:
    listed = np.unique(lists[lists >= 0])
    return float((known[:, listed] > 0).any(axis=0).sum() / (known > 0).any(axis=0).sum())


def novelty(lists: Lists, known: Matrix) -> float:
    share = np.maximum((known > 0).sum(axis=0), 1) / len(known)
    return float(-np.log2(share[lists[lists >= 0]]).mean())


def diversity(lists: Lists, vectors: Vectors) -> float:
    """A film with a vector of zeros has none."""
    has_vector = np.linalg.norm(vectors, axis=1) > 0
    means = []
    for mine in lists:
        chosen = vectors[[film for film in mine if film >= 0 and has_vector[film]]]
        if len(chosen) > 1:
            distances = 1 - chosen @ chosen.T
            means.append(distances[np.triu_indices(len(chosen), 1)].mean())
    return float(np.mean(means)) if means else float("nan")


def by_slice(lists: Mapping[str, Lists], known: Matrix, hidden: Matrix) -> list[tuple[object, ...]]:
    """One row a list: its name, and its NDCG for raters in each bracket of known ratings."""
    counts = (known > 0).sum(axis=1)
    brackets = [(counts >= least) & (counts <= most) for least, most in SLICES]
    rows: list[tuple[object, ...]] = [("raters", *(int(bracket.sum()) for bracket in brackets))]
    for name, mine in lists.items():
        each = gains(mine, hidden)
        rows.append((name, *(f"{np.nanmean(each[b]):.4f}" if b.any() else "" for b in brackets)))
    return rows


def _share(parts: NDArray[np.float64], wholes: NDArray[np.float64] | NDArray[np.int64]) -> Matrix:
    shares: Matrix = np.divide(parts, wholes, out=np.full(len(parts), np.nan), where=wholes > 0)
    return shares
