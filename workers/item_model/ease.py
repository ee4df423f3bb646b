"""EASE: the weights from item to item that best restore what each person liked from the rest of it.

Harald Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019, arXiv 1905.03375:
with P = inv(XᵀX + λI), weights are B = -P / diag(P), by column, and nothing on the diagonal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_array

from workers.common.ratings import drop_rare_pairs

BLOCK = 512
"""Rows that are worked on at once where all would double the memory."""
SECONDS_A_DAY = 86_400.0

Matrix = NDArray[np.float64]
Indexes = NDArray[np.int64]


@dataclass(frozen=True)
class Weights:
    """A weight says: who liked `item` may like `neighbour`."""

    item: Indexes
    neighbour: Indexes
    weight: NDArray[np.float32]


def decayed(weights: Matrix, liked_at: Matrix, half_life_days: float | None) -> Matrix:
    """Each weight as it counts at the time of the latest; times are in seconds."""
    if half_life_days is None or not len(weights):
        return weights
    ages: Matrix = (liked_at.max() - liked_at) / SECONDS_A_DAY
    return weights * np.exp2(-ages / half_life_days)


def gram(likings: Any, regularisation: float) -> Matrix:
    """XᵀX + λI of a sparse matrix of raters by items, in Fortran's order."""
    items = likings.shape[1]
    made: Matrix = np.zeros((items, items), order="F")
    columns = csr_array(likings.T)
    for start in range(0, items, BLOCK):
        block = slice(start, start + BLOCK)
        made[:, block] = (columns[block] @ likings).toarray().T
    made[np.diag_indices(items)] += regularisation
    return made


def invert(matrix: Matrix) -> Matrix:
    """In place: symmetric, positive definite, in Fortran's order."""
    if not len(matrix):
        return matrix
    factor, fault = lapack.dpotrf(matrix, lower=1, overwrite_a=1)
    if not fault:
        inverse, fault = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if fault:
        raise np.linalg.LinAlgError("the matrix of items cannot be inverted")
    mirror(inverse)
    return inverse  # type: ignore[no-any-return]


def mirror(matrix: Matrix) -> None:
    """Copy what is below the diagonal above it."""
    for start in range(0, len(matrix), BLOCK):
        stop = start + BLOCK
        matrix[start:stop, stop:] = matrix[stop:, start:stop].T
        corner = np.tril(matrix[start:stop, start:stop])
        matrix[start:stop, start:stop] = corner + np.tril(corner, -1).T


def ease(likings: Any, regularisation: float, popularity: float = 0.0) -> Matrix:
    """Weights, from the item of the row to the item of the column."""
    matrix = invert(gram(likings, regularisation))
    matrix /= divisors(matrix.diagonal(), likings, popularity)
    np.fill_diagonal(matrix, 0)
    return matrix


def divisors(diagonal: Matrix, likings: Any, popularity: float) -> Matrix:
    """What makes weights of an inverse, or of its negative, by column: of either the diagonal."""
    made: Matrix = -diagonal
    if popularity:
        made *= np.maximum(np.diff(likings.tocsc().indptr), 1.0) ** popularity
    return made


def by_several(weights: Matrix, likings: Any) -> Matrix:
    """In place: without the positive weights of two items that fewer than five people liked both."""
    rated = (likings != 0).astype(np.float64)
    for start in range(0, len(weights), BLOCK):
        block = slice(start, start + BLOCK)
        drop_rare_pairs(weights[block], common(rated[:, block], rated))
    return weights


def common(some: Any, others: Any) -> Matrix:
    """How many liked both, of each item of one sparse matrix with each of the other; both hold ones."""
    counts: Matrix = (some.T @ others).toarray()
    return counts


def strongest(weights: Matrix, count: int) -> Weights:
    """Of each row the `count` largest by size, whatever their sign, without zeros."""
    found: list[Weights] = []
    count = min(count, weights.shape[1])
    for start in range(0, len(weights), BLOCK):
        rows = np.ascontiguousarray(weights[start : start + BLOCK])
        best = np.argpartition(-np.abs(rows), count - 1, axis=1)[:, :count]
        values = np.take_along_axis(rows, best, axis=1).astype(np.float32)
        items = np.broadcast_to(np.arange(start, start + len(rows))[:, None], best.shape)
        kept = values != 0
        found.append(Weights(items[kept], best[kept], values[kept]))
    return together(found)


def together(parts: Sequence[Weights]) -> Weights:
    """One after the other, in their order."""
    none = Weights(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    all_parts = [none, *parts]
    return Weights(
        np.concatenate([part.item for part in all_parts]),
        np.concatenate([part.neighbour for part in all_parts]),
        np.concatenate([part.weight for part in all_parts]),
    )
