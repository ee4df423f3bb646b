"""EASE: the weights between items that best reconstruct each rater's positive feedback from the rest of it.

Harald Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019, arXiv 1905.03375:
with X the matrix of raters by items and P = inv(XᵀX + λI), the weights are B = -P / diag(P), divided by
column, with zeros on the diagonal.
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
"""Rows per step where a step over all rows would double the memory."""
SECONDS_A_DAY = 86_400.0

Matrix = NDArray[np.float64]
Indexes = NDArray[np.int64]


@dataclass(frozen=True)
class Weights:
    """Columns of equal length. A weight predicts feedback on `neighbour` from feedback on `item`."""

    item: Indexes
    neighbour: Indexes
    weight: NDArray[np.float32]


def item_weights(feedback: Any, regularisation: float, count: int, popularity: float = 0.0) -> Weights:
    """The `count` strongest weights of each item, from a sparse matrix of raters by items.

    Positive weights between items that too few raters have in common are left out.
    """
    weights = ease(feedback, regularisation, popularity)
    return strongest(by_several(weights, feedback), count)


def decayed(weights: Matrix, liked_at: Matrix, half_life_days: float | None) -> Matrix:
    """Weights with exponential decay since the latest of the times, which are in seconds."""
    if half_life_days is None or not len(weights):
        return weights
    ages: Matrix = (liked_at.max() - liked_at) / SECONDS_A_DAY
    return weights * np.exp2(-ages / half_life_days)


def by_depth(feedback: Any, power: float) -> Any:
    """The rows of a sparse matrix of raters by items, divided by (n / mean n) ** power for n items in a row.

    Otherwise a pair of items weighs as much if its rater rated a thousand others as if there were ten.
    """
    counts = np.maximum(np.diff(feedback.indptr), 1).astype(np.float64)
    if not power or not len(counts):
        return feedback
    scaled = feedback.copy()
    scaled.data = scaled.data * np.repeat((counts / counts.mean()) ** -power, np.diff(feedback.indptr))
    return scaled


def gram(feedback: Any, regularisation: float) -> Matrix:
    """XᵀX + λI of a sparse matrix of raters by items, in Fortran order."""
    items = feedback.shape[1]
    products: Matrix = np.zeros((items, items), order="F")
    columns = csr_array(feedback.T)
    for start in range(0, items, BLOCK):
        block = slice(start, start + BLOCK)
        products[:, block] = (columns[block] @ feedback).toarray().T
    products[np.diag_indices(items)] += regularisation
    return products


def invert(matrix: Matrix) -> Matrix:
    """Invert a symmetric positive definite matrix in Fortran order, in place (Cholesky)."""
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
    """Copy the lower triangle to the upper one."""
    for start in range(0, len(matrix), BLOCK):
        stop = start + BLOCK
        matrix[start:stop, stop:] = matrix[stop:, start:stop].T
        corner = np.tril(matrix[start:stop, start:stop])
        matrix[start:stop, start:stop] = corner + np.tril(corner, -1).T


def ease(feedback: Any, regularisation: float, popularity: float = 0.0) -> Matrix:
    """Dense weights from the item of the row to the item of the column."""
    matrix = invert(gram(feedback, regularisation))
    matrix /= divisors(matrix.diagonal(), feedback, popularity)
    np.fill_diagonal(matrix, 0)
    return matrix


def divisors(diagonal: Matrix, feedback: Any, popularity: float) -> Matrix:
    """The divisor of each column of the inverse, or of its negative, given the diagonal of the same.

    With `popularity`, weights towards an item are also divided by its number of raters to this power.
    """
    divisor: Matrix = -diagonal
    if popularity:
        divisor *= np.maximum(np.diff(feedback.tocsc().indptr), 1.0) ** popularity
    return divisor


def by_several(weights: Matrix, feedback: Any) -> Matrix:
    """Set positive weights to zero, in place, where fewer than five raters have feedback on both items."""
    rated = (feedback != 0).astype(np.float64)
    for start in range(0, len(weights), BLOCK):
        block = slice(start, start + BLOCK)
        drop_rare_pairs(weights[block], common(rated[:, block], rated))
    return weights


def common(rows: Any, columns: Any) -> Matrix:
    """The number of raters in common of each pair of items; both are sparse matrices of ones, by items."""
    counts: Matrix = (rows.T @ columns).toarray()
    return counts


def strongest(weights: Matrix, count: int) -> Weights:
    """The `count` weights of each row with the largest absolute values, without zeros."""
    blocks: list[Weights] = []
    count = min(count, weights.shape[1])
    for start in range(0, len(weights), BLOCK):
        rows = np.ascontiguousarray(weights[start : start + BLOCK])
        best = np.argpartition(-np.abs(rows), count - 1, axis=1)[:, :count]
        values = np.take_along_axis(rows, best, axis=1).astype(np.float32)
        items = np.broadcast_to(np.arange(start, start + len(rows))[:, None], best.shape)
        nonzero = values != 0
        blocks.append(Weights(items[nonzero], best[nonzero], values[nonzero]))
    return together(blocks)


def together(blocks: Sequence[Weights]) -> Weights:
    """Concatenate weights, in their order."""
    empty = Weights(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    every = [empty, *blocks]
    return Weights(
        np.concatenate([block.item for block in every]),
        np.concatenate([block.neighbour for block in every]),
        np.concatenate([block.weight for block in every]),
    )
