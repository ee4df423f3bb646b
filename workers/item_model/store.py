"""What people liked, read from Postgres, and the model's weights, written there."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from workers.common.database import query
from workers.item_model.core import Parameters
from workers.item_model.ease import Weights

Row = tuple[UUID, UUID, float]


def lock(connection: Connection[Any]) -> None:
    """Until the connection ends; waits for another training to end."""
    connection.execute(query(__file__, "lock"))


def likings(connection: Connection[Any]) -> bytes:
    with connection.cursor() as cursor, cursor.copy(query(__file__, "likings")) as copy:
        return b"".join(copy)


def replace(
    connection: Connection[Any],
    items: Sequence[UUID],
    weights: Weights,
    parameters: Parameters,
    ratings: int,
) -> int:
    """The new version. All in one transaction: nobody ever sees half a model, and none is left behind."""
    with connection.transaction():
        held = connection.execute(query(__file__, "hold"), {"items": list(items)}).fetchall()
        there = {row[0] for row in held}
        values = {"parameters": Jsonb(parameters.as_json()), "items": len(there), "ratings": ratings}
        row = connection.execute(query(__file__, "replace"), values).fetchone()
        assert row
        model, version = row
        _copy(connection, model, (one for one in _rows(items, weights) if there.issuperset(one[:2])))
        connection.execute(query(__file__, "pack"), {"model": model})
    connection.execute("analyze public.item_neighbours, private.item_weights")
    return int(version)


def _rows(items: Sequence[UUID], weights: Weights) -> Iterator[Row]:
    columns = (weights.item.tolist(), weights.neighbour.tolist(), weights.weight.tolist())
    for item, neighbour, weight in zip(*columns, strict=True):
        yield items[item], items[neighbour], weight


def _copy(connection: Connection[Any], model: int, rows: Iterator[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(query(__file__, "weights")) as copy:
        copy.set_types(["int8", "uuid", "uuid", "float4"])
        for row in rows:
            copy.write_row((model, *row))
