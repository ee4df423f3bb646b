"""Compare all raters and all items as they are now, and write what was found, a block of raters at a time."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from workers.common.blocks import Each
from workers.common.neighbours import blocks, neighbours_of
from workers.common.ratings import ratings as arranged
from workers.common.ratings import without_rare
from workers.user_similarity import store
from workers.user_similarity.alike import rated_alike


@dataclass(frozen=True)
class Compared:
    raters: int
    neighbours: int
    weights: int
    left: int
    """Raters whose ratings changed meanwhile; a job of theirs follows."""


def compare(connection: Connection[Any], each: Each) -> Compared:
    store.lock(connection)
    read = store.read(connection)
    ratings = arranged(read.rater, read.item, read.given, len(read.raters), len(read.items), read.rare)
    store.stage(connection)
    neighbours = kept = 0
    parts = blocks(len(read.raters))
    for block, found in zip(parts, each(neighbours_of, parts, without_rare(ratings)), strict=True):
        kept += store.keep(connection, read, block, found)
        neighbours += len(found.rater)
    alike = rated_alike(ratings, each)
    store.replace(connection, read, alike)
    store.finish(connection)
    return Compared(len(read.raters), neighbours, len(alike.weight), len(read.raters) - kept)
