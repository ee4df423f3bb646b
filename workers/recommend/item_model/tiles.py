"""EASE by tiles: no machine holds the whole matrix of items by items.

The inverse comes from the sweep operator, by blocks (J. H. Goodnight, A Tutorial on the Sweep Operator, The
American Statistician 33, 1979). One step replaces a symmetric matrix A, for one block k: -inv(A_kk) in the
block, A_ik inv(A_kk) in its column, A_ij - A_ik inv(A_kk) A_kj in the rest; the result is symmetric again.
After a step for each block it is -inv(A), at n³ operations, as many as by Cholesky. Tiles above the diagonal
are not computed. A symmetric positive definite matrix, as this one, needs no pivoting.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from workers.common.ratings import drop_rare_pairs
from workers.recommend.ease import Matrix, Weights, common, gram, invert, strongest, together

Submit = Callable[..., Any]
"""Calls its first argument with the others, now or later; its result may be an argument of further calls."""
Tiles = dict[tuple[int, int], Any]
"""The lower triangle: tiles by row and column of blocks."""


def columns(feedback: Any, size: int) -> list[Any]:
    """A sparse matrix of raters by items, cut into blocks of `size` items."""
    by_item = feedback.tocsc()
    return [by_item[:, start : start + size].tocsr() for start in range(0, feedback.shape[1], size)]


def products(submit: Submit, blocks: Sequence[Any], regularisation: float) -> Tiles:
    """The tiles of XᵀX + λI."""
    return {
        (i, j): submit(gram, blocks[i], regularisation) if i == j else submit(product, blocks[i], blocks[j])
        for i in range(len(blocks))
        for j in range(i + 1)
    }


def sweep(submit: Submit, tiles: Tiles, k: int) -> Tiles:
    """One step of the sweep operator, for block k."""
    inverse = submit(pivot, tiles[k, k])
    others = {i for i, _ in tiles} - {k}
    before = {i: (tiles[i, k], False) if i > k else (tiles[k, i], True) for i in others}
    after = {i: (submit(panel, *before[i], inverse), transposed) for i, (_, transposed) in before.items()}
    swept = {(max(i, k), min(i, k)): tile for i, (tile, _) in after.items()}
    for i, j in tiles:
        if k not in (i, j):
            swept[i, j] = submit(update, tiles[i, j], *after[i], *before[j])
    return swept | {(k, k): submit(np.negative, inverse)}


def row(tiles: Tiles, i: int) -> list[tuple[Any, bool]]:
    """The tiles of a row of blocks from left to right, and whether each must be transposed."""
    return [(tiles[i, j], False) if j <= i else (tiles[j, i], True) for j in range(1 + max(tiles)[0])]


def product(left: Any, right: Any) -> Matrix:
    tile: Matrix = (left.T @ right).toarray()
    return tile


def pivot(tile: Matrix) -> Matrix:
    return invert(np.array(tile, order="F"))


def panel(tile: Matrix, transposed: bool, inverse: Matrix) -> Matrix:
    return inverse @ tile if transposed else tile @ inverse


def update(
    tile: Matrix, left: Matrix, left_transposed: bool, right: Matrix, right_transposed: bool
) -> Matrix:
    return tile - (left.T if left_transposed else left) @ (right if right_transposed else right.T)


def prune(
    tile: Matrix,
    transposed: bool,
    blocks: tuple[Any, Any],
    divisors: Matrix,
    corner: tuple[int, int],
    count: int,
) -> Weights:
    """The strongest weights of each row of a tile of the negative inverse.

    blocks: the feedback on the items of the tile's rows, and of its columns.
    divisors: of the tile's columns.
    corner: the indexes of the tile's first row and column in the whole matrix.
    """
    weights = (tile.T if transposed else tile) / divisors
    row, column = corner
    if row == column:
        np.fill_diagonal(weights, 0)
    drop_rare_pairs(weights, common(*((block != 0).astype(np.float64) for block in blocks)))
    pruned = strongest(weights, count)
    return Weights(pruned.item + row, pruned.neighbour + column, pruned.weight)


def strongest_of(pruned: Sequence[Weights], count: int) -> Weights:
    """The `count` weights of each item with the largest absolute values, over several tiles."""
    weights = together(pruned)
    order = np.lexsort((-np.abs(weights.weight), weights.item))
    item = weights.item[order]
    rank = np.arange(len(item)) - np.searchsorted(item, item)
    kept = order[rank < count]
    return Weights(weights.item[kept], weights.neighbour[kept], weights.weight[kept])
