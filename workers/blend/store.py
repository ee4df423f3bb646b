"""What a sample of people liked, read from Postgres, and the weights of the parts, written there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg import Connection

from workers.blend.fit import Fitted, Scores
from workers.common.database import query, rarity_limit

RATERS, ITEMS = 10_000, 3_000
"""As many at most are looked at: 240 MB of likings, and all that lists held on MovieLens."""


@dataclass(frozen=True)
class Likings:
    """Rows in order of rater and time."""

    rater: Any
    item: Any
    weight: Scores
    liked_at: Scores
    """Seconds since 1970."""
    vectors: Scores
    """Of length 1, a row an item; zeros where it has none."""
    regularisation: float
    kept: int
    rare: int
    """How many raters a rare item has at most."""


def likings(connection: Connection[Any], seed: int) -> Likings:
    values = {"seed": seed, "raters": RATERS, "items": ITEMS}
    rows = np.array(connection.execute(query(__file__, "likings"), values).fetchall(), np.float64).reshape(
        -1, 4
    )
    rater, item = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    vectors = np.zeros((int(item.max(initial=-1)) + 1, 384))
    for place, embedding in connection.execute(query(__file__, "vectors"), {"items": ITEMS}):
        if place < len(vectors):
            vectors[place] = embedding.to_numpy()
    found = connection.execute(query(__file__, "model")).fetchone()
    parameters = found[0] if found else {}
    return Likings(
        rater,
        item,
        rows[:, 2],
        rows[:, 3],
        vectors,
        float(parameters.get("regularisation", 200)),
        int(parameters.get("neighbours", 200)),
        rarity_limit(connection),
    )


def save(connection: Connection[Any], fitted: Mapping[int, Fitted]) -> None:
    """All in one transaction; brackets of which nothing was learnt stay as they are."""
    with connection.transaction():
        for min_ratings, found in fitted.items():
            for part, weight in found.weights.items():
                values = {"part": part, "min_ratings": min_ratings, "weight": weight}
                values["explanation"] = found.explanation(part)
                connection.execute(query(__file__, "save"), values)
