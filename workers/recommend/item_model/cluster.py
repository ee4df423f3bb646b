"""EASE on the engine: the same weights as on one machine, from tiles that the engine's workers hold."""

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from workers.common.engine import hold, settle
from workers.recommend.ease import Weights, divisors, together
from workers.recommend.item_model import tiles
from workers.recommend.item_model.core import Parameters

if TYPE_CHECKING:
    from distributed import Client

SMALLEST = 1024
"""The least items per tile: with fewer, sending tiles takes longer than multiplying them."""
MOST = 64
"""The most tiles per row: a training is about MOST³ / 2 tasks of a millisecond each for the scheduler."""

MATRICES = 2
"""Matrices of items by items in the workers' memory: half of one before a step, half after it, and copies."""


def ease(client: "Client", feedback: Any, parameters: Parameters, size: int | None = None) -> Weights:
    """The strongest weights of a sparse matrix of raters by items, with `size` items per tile."""
    items, count = feedback.shape[1], parameters.neighbours
    size = size or max(SMALLEST, math.ceil(items / MOST))
    submit = partial(client.submit, pure=False)
    blocks = [hold(client, block) for block in tiles.columns(feedback, size)]
    swept = tiles.products(submit, blocks, parameters.regularisation)
    for k in range(len(blocks)):
        settle(client, swept.values())
        swept = tiles.sweep(submit, swept, k)
    diagonals = client.gather([submit(np.diagonal, swept[k, k]) for k in range(len(blocks))])
    by_column = divisors(np.concatenate([np.empty(0), *diagonals]), feedback, parameters.popularity)
    rows = []
    for i in range(len(blocks)):
        pruned = [
            submit(
                tiles.prune,
                *(
                    tile,
                    transposed,
                    (blocks[i], block),
                    by_column[start : start + size],
                    (i * size, start),
                    count,
                ),
            )
            for start, block, (tile, transposed) in zip(
                range(0, items, size), blocks, tiles.row(swept, i), strict=True
            )
        ]
        # Before the rows that follow, so that pruned tiles do not accumulate.
        rows.append(submit(tiles.strongest_of, pruned, count, priority=1))
    settle(client, rows)
    return together(client.gather(rows))
