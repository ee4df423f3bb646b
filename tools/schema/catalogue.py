"""Read the tables, views and types of a database from its catalogue."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

QUERY = Path(__file__).with_suffix(".sql")


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    collation: str | None
    is_required: bool
    identity: str
    """a: always, d: by default; empty: not an identity."""
    generated: str
    """s: stored, v: virtual; empty: not generated."""
    default: str | None
    comment: str | None


@dataclass(frozen=True)
class Constraint:
    name: str
    kind: str
    """p: primary key, u: unique, x: exclusion, f: foreign key, c: check."""
    definition: str
    comment: str | None


@dataclass(frozen=True)
class Index:
    name: str
    definition: str
    comment: str | None


@dataclass(frozen=True)
class Relation:
    name: str
    """With its schema."""
    kind: str
    """table, view, type (composite), enum or domain."""
    comment: str | None
    options: str
    is_unlogged: bool
    partition: str | None
    """For a partition: its table and its bounds."""
    definition: str | None
    """A view's query, an enum's labels, a domain's base type."""
    columns: list[Column]
    constraints: list[Constraint]
    indexes: list[Index]


def relations(connection: psycopg.Connection) -> list[Relation]:
    """All relations in the order of their names. The connection has no search path."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_relation(row) for row in cursor.execute(QUERY.read_bytes())]


def _relation(row: dict[str, Any]) -> Relation:
    return Relation(
        **row
        | {
            "columns": [Column(**column) for column in row["columns"]],
            "constraints": [Constraint(**constraint) for constraint in row["constraints"]],
            "indexes": [Index(**index) for index in row["indexes"]],
        }
    )


def in_order(relations: list[Relation]) -> Iterator[Relation]:
    """Referenced tables before those that reference them, partitioned tables before their partitions."""
    left = {relation.name: relation for relation in relations}
    while left:
        yield from _with_references(next(iter(left)), left)


def _with_references(name: str, left: dict[str, Relation]) -> Iterator[Relation]:
    relation = left.pop(name)
    for other in sorted(_references(relation)):
        if other in left:
            yield from _with_references(other, left)
    yield relation


def _references(relation: Relation) -> set[str]:
    """The words of its foreign keys, column types and partition, among them the names of relations."""
    keys = [key.definition for key in relation.constraints if key.kind == "f"]
    types = [column.type for column in relation.columns]
    return set(re.findall(r"[\w.]+", " ".join([*keys, *types, relation.partition or ""])))
