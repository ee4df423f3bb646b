"""The items that need an embedding, read from Postgres, and the embeddings, written there."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from pgvector import Vector
from psycopg import Connection
from psycopg.rows import class_row

from workers.common.database import only_row
from workers.common.queries import queries
from workers.embedding.core import BATCH, Item

QUERIES = queries("embedding")


def claim(connection: Connection[Any], model: str, after: UUID | None) -> list[tuple[UUID, bool]]:
    """The next page of stale items after this id, and whether we locked each until the transaction ends."""
    values = {"model": model, "after": after, "batch": BATCH}
    return connection.execute(QUERIES["claim"], values).fetchall()


def wait_for(connection: Connection[Any], item_id: UUID) -> None:
    """Lock an item until the transaction ends."""
    connection.execute(QUERIES["wait"], {"item_id": item_id})


def changed(connection: Connection[Any], model: str, items: Sequence[UUID]) -> list[Item]:
    """Those of the items that are still stale: one may have been embedded between `claim` and the lock."""
    values = {"model": model, "items": list(items)}
    with connection.cursor(row_factory=class_row(Item)) as cursor:
        return cursor.execute(QUERIES["changed"], values).fetchall()


def save(connection: Connection[Any], model: str, embedded: Iterable[tuple[Item, list[float]]]) -> None:
    rows = [
        {
            "item_id": item.item_id,
            "kind": item.kind,
            "model": model,
            "text_hash": item.text_hash,
            "embedding": Vector(embedding),
        }
        for item, embedding in embedded
    ]
    with connection.cursor() as cursor:
        cursor.executemany(QUERIES["save"], rows)


def delete_textless(connection: Connection[Any], item_id: UUID | None = None) -> None:
    """Delete the embeddings whose item has no text any more: of one item, or of all (None)."""
    connection.execute(QUERIES["delete_textless"], {"item_id": item_id})


def count(connection: Connection[Any], model: str) -> int:
    """The number of stale items."""
    return int(only_row(connection.execute(QUERIES["count_stale"], {"model": model}))[0])
