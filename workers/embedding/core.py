"""Items to embed, and the validation of the search worker's response."""

import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

BATCH = 16
"""Texts per request, and rows per transaction."""
LONGEST_TEXT = 20_000
"""Characters that the search worker accepts; the model reads about a thousand of them."""
DIMENSIONS = 384


@dataclass(frozen=True)
class Item:
    item_id: UUID
    kind: str
    text: str
    text_hash: UUID


@dataclass(frozen=True)
class Embeddings:
    model: str
    embeddings: list[list[float]]


def read_embeddings(body: Any, count: int) -> Embeddings:
    """Raises ValueError unless the body has the name of the model and `count` vectors."""
    match body:
        case {"model": str(model), "embeddings": list(embeddings)} if model and len(embeddings) == count:
            if all(is_vector(embedding) for embedding in embeddings):
                return Embeddings(model, embeddings)
    raise ValueError(f"{count} embeddings were expected")


def is_vector(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == DIMENSIONS
        and all(isinstance(number, int | float) and math.isfinite(number) for number in value)
    )
