"""EASE on the engine: the weights of one machine, from tiles that the engine's workers hold and work on."""

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from workers.common.engine import hold, settle
from workers.item_model import tiles
from workers.item_model.core import Parameters
from workers.item_model.ease import Weights, divisors, together

if TYPE_CHECKING:
    from distributed import Client

SMALLEST = 1024
"""Items a tile, at least: below, handing tiles round takes longer than multiplying them."""
MOST = 64
"""Tiles a row, at most: a training is about MOST³ / 2 tasks, a millisecond each for the scheduler."""

MATRICES = 2
"""Of items by items, in the memory of all workers: a half before and after a step, and what they fetch."""


def ease(client: "Client", likings: Any, parameters: Parameters, size: int | None = None) -> Weights:
    """The strongest weights of a sparse matrix of raters by items; `size` items a tile."""
    items, count = likings.shape[1], parameters.neighbours
    size = size or max(SMALLEST, math.ceil(items / MOST))
    submit = partial(client.submit, pure=False)
    blocks = [hold(client, block) for block in tiles.columns(likings, size)]
    swept = tiles.products(submit, blocks, parameters.regularisation)
    for k in range(len(blocks)):
        settle(client, swept.values())
        swept = tiles.sweep(submit, swept, k)
    diagonals = client.gather([submit(np.diagonal, swept[k, k]) for k in range(len(blocks))])
    by_column = divisors(np.concatenate([np.empty(0), *diagonals]), likings, parameters.popularity)
    kept = []
    for i in range(len(blocks)):
        found = [
            submit(
                tiles.prune,
                *(
                    tile,
                    turned,
                    (blocks[i], block),
                    by_column[start : start + size],
                    (i * size, start),
                    count,
                ),
            )
            for start, block, (tile, turned) in zip(
                range(0, items, size), blocks, tiles.row(swept, i), strict=True
            )
        ]
        # Before the rows that follow, so that what was found in tiles does not pile up.
        kept.append(submit(tiles.strongest_of, found, count, priority=1))
    settle(client, kept)
    return together(client.gather(kept))
