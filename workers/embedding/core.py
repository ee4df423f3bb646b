"""What is embedded, and what an answer of the search process has to look like."""

import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

BATCH = 16
"""Texts that are embedded, and rows that are written, at once."""
LONGEST_TEXT = 20_000
"""Characters that the search process takes; the model reads about a thousand of them."""
DIMENSIONS = 384


@dataclass(frozen=True)
class Item:
    item_id: UUID
    kind: str
    text: str
    text_hash: UUID


@dataclass(frozen=True)
class Answer:
    model: str
    embeddings: list[list[float]]


def read_answer(body: Any, count: int) -> Answer:
    """Raises ValueError unless it is `count` vectors and the name of the model that made them."""
    match body:
        case {"model": str(model), "embeddings": list(embeddings)} if model and len(embeddings) == count:
            if all(is_vector(embedding) for embedding in embeddings):
                return Answer(model, embeddings)
    raise ValueError(f"{count} embeddings were expected")


def is_vector(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == DIMENSIONS
        and all(isinstance(number, int | float) and math.isfinite(number) for number in value)
    )
