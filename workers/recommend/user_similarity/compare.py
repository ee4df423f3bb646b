"""Compare all raters and all items as they are now, and write the results, a block of raters at a time."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from workers.common.blocks import Each
from workers.common.neighbours import blocks, neighbours_of
from workers.common.ratings import ratings as arrange
from workers.common.ratings import without_rare
from workers.recommend.user_similarity import store
from workers.recommend.user_similarity.items import item_weights


@dataclass(frozen=True)
class Compared:
    raters: int
    neighbours: int
    weights: int
    left: int
    """Raters whose ratings changed during the comparison; a job compares each of them."""


def compare(connection: Connection[Any], each: Each) -> Compared:
    store.lock(connection)
    rows = store.read(connection)
    ratings = arrange(rows.rater, rows.item, rows.rating, len(rows.raters), len(rows.items), rows.rare)
    store.stage(connection)
    neighbour_count = saved = 0
    rater_blocks = blocks(len(rows.raters))
    comparisons = each(neighbours_of, rater_blocks, without_rare(ratings))
    for block, neighbours in zip(rater_blocks, comparisons, strict=True):
        saved += store.save(connection, rows, block, neighbours)
        neighbour_count += len(neighbours.rater)
    weights = item_weights(ratings, each)
    store.replace(connection, rows, weights)
    store.finish(connection)
    return Compared(len(rows.raters), neighbour_count, len(weights.weight), len(rows.raters) - saved)
