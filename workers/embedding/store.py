"""The items that need an embedding, and the embeddings, in Postgres."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from pgvector import Vector
from psycopg import Connection
from psycopg.rows import class_row

from workers.common.database import query
from workers.embedding.core import BATCH, Item


def claim(connection: Connection[Any], model: str, after: UUID | None) -> list[tuple[UUID, bool]]:
    """The next page, each item with whether it is ours until the transaction ends."""
    values = {"model": model, "after": after, "batch": BATCH}
    return connection.execute(query(__file__, "claim"), values).fetchall()


def wait_for(connection: Connection[Any], item_id: UUID) -> None:
    connection.execute(query(__file__, "wait"), {"item_id": item_id})


def changed(connection: Connection[Any], model: str, items: Sequence[UUID]) -> list[Item]:
    """Read anew: what was stale when the page was read may have been embedded before it became ours."""
    values = {"model": model, "items": list(items)}
    with connection.cursor(row_factory=class_row(Item)) as cursor:
        return cursor.execute(query(__file__, "changed"), values).fetchall()


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
        cursor.executemany(query(__file__, "save"), rows)


def forget(connection: Connection[Any], item_id: UUID | None = None) -> None:
    connection.execute(query(__file__, "forget"), {"item_id": item_id})


def count(connection: Connection[Any], model: str) -> int:
    row = connection.execute(query(__file__, "count"), {"model": model}).fetchone()
    return int(row[0]) if row else 0
