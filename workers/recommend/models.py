"""A model's weights between items, written as a new version."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from workers.common.database import only_row
from workers.common.queries import queries

QUERIES = queries("recommend")
TYPES = ("int8", "uuid", "uuid", "float4")
Row = tuple[UUID, UUID, float]
"""Item, neighbour, weight."""


def replace(
    connection: Connection[Any],
    name: str,
    parameters: Mapping[str, object],
    items: set[UUID],
    rating_count: int,
    rows: Iterable[Row],
) -> tuple[int, int]:
    """Write a new active version instead of all others of this name; returns its id and version number.

    Rows with an item that is not in `items` are left out. To be called in a transaction, so that readers
    see the old version or the new one.
    """
    values = {"name": name, "parameters": Jsonb(dict(parameters)), "items": len(items)}
    statement = connection.execute(QUERIES["replace_model"], {**values, "ratings": rating_count})
    model_id, version = only_row(statement)
    with connection.cursor() as cursor, cursor.copy(QUERIES["copy_item_weights"]) as copy:
        copy.set_types(TYPES)
        for item, neighbour, weight in rows:
            if item in items and neighbour in items:
                copy.write_row((model_id, item, neighbour, weight))
    return int(model_id), int(version)
