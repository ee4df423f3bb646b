"""A sample of the positive feedback, read from Postgres, and the weights of the sources, written there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg import Connection

from workers.common.database import rarity_limit
from workers.common.queries import queries
from workers.recommend.blend.fit import Fitted, Scores
from workers.recommend.item_model.core import Parameters

QUERIES = queries("recommend")
RATERS, ITEMS = 10_000, 3_000
"""The size of the sample at most: 240 MB as a matrix, and more items than lists contained on MovieLens."""
DIMENSIONS = 384


@dataclass(frozen=True)
class Sample:
    """One entry a row in rater, item, weight and liked_at, in order of rater and time."""

    rater: Any
    item: Any
    weight: Scores
    liked_at: Scores
    """Seconds since 1970."""
    vectors: Scores
    """Embeddings by item, of length 1; zeros for an item without one."""
    parameters: Parameters
    """Of the active item model; the defaults if there is none."""
    rare: int
    """The most raters that a rare item has."""


def sample(connection: Connection[Any], seed: int) -> Sample:
    values = {"seed": seed, "raters": RATERS, "items": ITEMS}
    statement = connection.execute(QUERIES["sample_feedback"], values)
    rows = np.array(statement.fetchall(), np.float64).reshape(-1, 4)
    rater, item = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    vectors = np.zeros((int(item.max(initial=-1)) + 1, DIMENSIONS))
    for index, embedding in connection.execute(QUERIES["sample_embeddings"], {"items": ITEMS}):
        if index < len(vectors):
            vectors[index] = embedding.to_numpy()
    model = connection.execute(QUERIES["item_model_parameters"]).fetchone()
    known = {name: value for name, value in (model[0] if model else {}).items() if name in vars(Parameters())}
    return Sample(
        rater,
        item,
        rows[:, 2],
        rows[:, 3],
        vectors,
        Parameters(**known),
        rarity_limit(connection),
    )


def save(connection: Connection[Any], fitted: Mapping[int, Fitted]) -> None:
    """Store the weights in one transaction; brackets that were not fitted keep the weights they have."""
    with connection.transaction():
        for min_ratings, result in fitted.items():
            for source, weight in result.weights.items():
                values = {"part": source, "min_ratings": min_ratings, "weight": weight}
                values["explanation"] = result.explanation(source)
                connection.execute(QUERIES["save_source_weight"], values)
