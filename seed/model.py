"""Write the item model of a seeded database to model.csv.gz of seed/: `python -m seed.model`.

Run it on the database at DATABASE_URL after `make seed` and `python -m workers item_model`, when the ratings
or the method change. A row has an item's MovieLens id, those of its neighbours, and their weights as whole
numbers.
"""

import csv
import gzip
import io
import os
import sys
from collections.abc import Iterable
from uuid import UUID

import psycopg

from seed import movielens

FILE = movielens.DATA / "model.csv.gz"
QUERY = """
    select n.item_id, n.neighbour_id, n.weight
    from item_neighbours n join recommendation_models m on m.id = n.model_id
    where m.name = 'liked_together' and m.is_active
"""
Weights = dict[int, list[tuple[int, int]]]
"""Neighbours and their weights by item, all by MovieLens id."""


def main() -> int:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        weights = by_movie(connection.execute(QUERY).fetchall())
    FILE.write_bytes(packed(weights))
    sys.stdout.write(f"{FILE}: {len(weights)} items, {FILE.stat().st_size:,} bytes\n")
    return 0


def by_movie(rows: Iterable[tuple[UUID, UUID, float]]) -> Weights:
    """Weights between films of MovieLens; those that are rounded to 0 are left out."""
    movies = {item: int(movie) for movie, item in movielens.item_ids().items()}
    weights: Weights = {}
    for item, neighbour, weight in rows:
        if item in movies and neighbour in movies and (units := round(weight * movielens.WEIGHT_UNIT)):
            weights.setdefault(movies[item], []).append((movies[neighbour], units))
    return weights


def packed(weights: Weights) -> bytes:
    """The file: equal weights give equal bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["movieId", "neighbours", "weights"])
    for movie, listed in sorted(weights.items()):
        neighbours, units = zip(*sorted(listed), strict=True)
        writer.writerow([movie, " ".join(map(str, neighbours)), " ".join(map(str, units))])
    return gzip.compress(text.getvalue().encode(), mtime=0)


if __name__ == "__main__":
    sys.exit(main())
