"""Decoding of PostgreSQL's output plugin pgoutput, protocol version 1, into changes of rows.

https://www.postgresql.org/docs/17/protocol-logicalrep-message-formats.html
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
KINDS = {b"I": "INSERT", b"U": "UPDATE", b"D": "DELETE"}

Row = dict[str, str | None]
"""Values as text. A long value that did not change is not written, and missing here."""


@dataclass(frozen=True)
class Column:
    name: str
    type: int
    """The type's oid."""
    is_key: bool
    """Whether the column belongs to the replica identity."""


@dataclass(frozen=True)
class Relation:
    oid: int
    schema: str
    table: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Change:
    kind: str
    """INSERT, UPDATE or DELETE."""
    relation: Relation
    new: Row
    """Empty for DELETE."""
    old: Row
    """The old replica identity; the whole old row for `full`. Empty for INSERT."""
    committed_at: datetime
    transaction: int
    """The transaction id, without the epoch."""


class Reader:
    """Decodes messages in order; keeps the relations that later ones refer to."""

    def __init__(self) -> None:
        self.relations: dict[int, Relation] = {}
        self.committed_at = EPOCH
        self.transaction = 0

    def read(self, message: bytes) -> Change | None:
        """The change in the message, None for other messages."""
        body = Body(message)
        kind = body.take(1)
        if kind == b"B":
            _, microseconds, self.transaction = body.numbers(">qqI")
            self.committed_at = EPOCH + timedelta(microseconds=microseconds)
        elif kind == b"R":
            relation = body.relation()
            self.relations[relation.oid] = relation
        elif kind in KINDS:
            (oid,) = body.numbers(">I")
            return self._change(KINDS[kind], self.relations[oid], dict(body.tuples()))
        return None

    def _change(self, kind: str, relation: Relation, tuples: dict[bytes, list[str | None]]) -> Change:
        new, whole, key = (_row(relation, tuples.get(name)) for name in (b"N", b"O", b"K"))
        keys = {column.name for column in relation.columns if column.is_key}
        old = whole or {name: value for name, value in (key or new).items() if name in keys}
        before = {} if kind == "INSERT" else old
        return Change(kind, relation, new, before, self.committed_at, self.transaction)


UNCHANGED = "\0"
"""Marks a value that was not written: no text in PostgreSQL contains NUL."""


def _row(relation: Relation, values: list[str | None] | None) -> Row:
    pairs = zip(relation.columns, values or [], strict=False)
    return {column.name: value for column, value in pairs if value != UNCHANGED}


class Body:
    def __init__(self, message: bytes) -> None:
        self.message, self.at = message, 0

    def take(self, size: int) -> bytes:
        self.at += size
        return self.message[self.at - size : self.at]

    def numbers(self, shape: str) -> tuple[int, ...]:
        return struct.unpack(shape, self.take(struct.calcsize(shape)))

    def text(self) -> str:
        end = self.message.index(b"\0", self.at)
        text = self.message[self.at : end].decode()
        self.at = end + 1
        return text

    def relation(self) -> Relation:
        (oid,) = self.numbers(">I")
        schema, table = self.text(), self.text()
        _, count = self.numbers(">BH")
        return Relation(oid, schema, table, tuple(self.column() for _ in range(count)))

    def column(self) -> Column:
        (flags,) = self.numbers(">B")
        name = self.text()
        kind, _ = self.numbers(">Ii")
        return Column(name, kind, bool(flags & 1))

    def tuples(self) -> Iterator[tuple[bytes, list[str | None]]]:
        """Tuples by kind: N the new row, O the old row, K the old key."""
        while self.at < len(self.message):
            name = self.take(1)
            (count,) = self.numbers(">H")
            yield name, [self.value() for _ in range(count)]

    def value(self) -> str | None:
        match self.take(1):
            case b"n":
                return None
            case b"u":
                return UNCHANGED
        (size,) = self.numbers(">I")
        return self.take(size).decode()
