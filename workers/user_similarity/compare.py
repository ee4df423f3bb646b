"""Compare all raters and all items as they are now, and write what was found, a block of raters at a time."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from workers.user_similarity import store, table
from workers.user_similarity.alike import rated_alike
from workers.user_similarity.neighbours import blocks, neighbours_of


@dataclass(frozen=True)
class Compared:
    raters: int
    neighbours: int
    weights: int
    left: int
    """Raters whose ratings changed meanwhile; a job of theirs follows."""


def compare(connection: Connection[Any]) -> Compared:
    store.lock(connection)
    read = store.read(connection)
    ratings = table.ratings(read.rater, read.item, read.given, len(read.raters), len(read.items))
    store.stage(connection)
    neighbours = kept = 0
    for block in blocks(len(read.raters)):
        found = neighbours_of(block, ratings)
        kept += store.keep(connection, read, block, found)
        neighbours += len(found.rater)
    alike = rated_alike(ratings)
    store.replace(connection, read, alike)
    store.finish(connection)
    return Compared(len(read.raters), neighbours, len(alike.weight), len(read.raters) - kept)
