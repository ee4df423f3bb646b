"""EASE by tiles: the matrix of items by items is never in one place.

The inverse comes from the sweep operator, by blocks (J. H. Goodnight, A Tutorial on the Sweep Operator, The
American Statistician 33, 1979). One step replaces a symmetric matrix A, for one block k: -inv(A_kk) in the
block, A_ik inv(A_kk) in its column, A_ij - A_ik inv(A_kk) A_kj elsewhere; what comes out is symmetric again.
After a step for each block it is -inv(A), at n³ operations, as many as by Cholesky. Tiles above the diagonal
are never made. A matrix that is symmetric and positive definite, as this one, needs no pivoting.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from workers.common.ratings import drop_rare_pairs
from workers.item_model.ease import Matrix, Weights, common, gram, invert, strongest, together

Submit = Callable[..., Any]
"""Calls its first argument with the others, now or later; what it returns is an argument of further calls."""
Tiles = dict[tuple[int, int], Any]


def columns(likings: Any, size: int) -> list[Any]:
    """A sparse matrix of raters by items, cut into blocks of so many items."""
    by_item = likings.tocsc()
    return [by_item[:, start : start + size].tocsr() for start in range(0, likings.shape[1], size)]


def products(submit: Submit, blocks: Sequence[Any], regularisation: float) -> Tiles:
    """The tiles of XᵀX + λI."""
    return {
        (i, j): submit(gram, blocks[i], regularisation) if i == j else submit(product, blocks[i], blocks[j])
        for i in range(len(blocks))
        for j in range(i + 1)
    }


def sweep(submit: Submit, tiles: Tiles, k: int) -> Tiles:
    """One step towards the negative inverse."""
    inverse = submit(pivot, tiles[k, k])
    others = {i for i, _ in tiles} - {k}
    before = {i: (tiles[i, k], False) if i > k else (tiles[k, i], True) for i in others}
    after = {i: (submit(panel, *before[i], inverse), turned) for i, (_, turned) in before.items()}
    swept = {(max(i, k), min(i, k)): tile for i, (tile, _) in after.items()}
    for i, j in tiles:
        if k not in (i, j):
            swept[i, j] = submit(update, tiles[i, j], *after[i], *before[j])
    return swept | {(k, k): submit(np.negative, inverse)}


def row(tiles: Tiles, i: int) -> list[tuple[Any, bool]]:
    """The tiles of a row of blocks from left to right, and whether each is to be turned."""
    return [(tiles[i, j], False) if j <= i else (tiles[j, i], True) for j in range(1 + max(tiles)[0])]


def product(left: Any, right: Any) -> Matrix:
    tile: Matrix = (left.T @ right).toarray()
    return tile


def pivot(tile: Matrix) -> Matrix:
    return invert(np.array(tile, order="F"))


def panel(tile: Matrix, turned: bool, inverse: Matrix) -> Matrix:
    return inverse @ tile if turned else tile @ inverse


def update(tile: Matrix, left: Matrix, left_turned: bool, right: Matrix, right_turned: bool) -> Matrix:
    return tile - (left.T if left_turned else left) @ (right if right_turned else right.T)


def prune(
    tile: Matrix, turned: bool, blocks: tuple[Any, Any], divisors: Matrix, place: tuple[int, int], count: int
) -> Weights:
    """The strongest weights of a tile of the negative inverse, whose first row and column are at `place`.

    blocks: the likings of the tile's rows and of its columns.
    """
    weights = (tile.T if turned else tile) / divisors
    row, column = place
    if row == column:
        np.fill_diagonal(weights, 0)
    drop_rare_pairs(weights, common(*((block != 0).astype(np.float64) for block in blocks)))
    found = strongest(weights, count)
    return Weights(found.item + row, found.neighbour + column, found.weight)


def strongest_of(parts: Sequence[Weights], count: int) -> Weights:
    """Of each item the `count` largest by size, of weights that several tiles have for it."""
    found = together(parts)
    order = np.lexsort((-np.abs(found.weight), found.item))
    item = found.item[order]
    rank = np.arange(len(item)) - np.searchsorted(item, item)
    kept = order[rank < count]
    return Weights(found.item[kept], found.neighbour[kept], found.weight[kept])
