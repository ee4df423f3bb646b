"""Rows of `copy … to stdout (format binary)` as NumPy arrays."""

from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

HEADER, TRAILER = 19, 2
"""Bytes before the first row (signature, flags, length of the extension) and after the last (-1)."""
UUID_TYPE, FLOAT_TYPE = "S16", ">f8"
"""NumPy's types of a uuid and of a double precision; Postgres sends numbers big-endian."""


def row_type(**columns: str) -> np.dtype[Any]:
    """The layout of a row without nulls: the number of columns, then each value after its length."""
    fields = [("fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"{name}_length", ">i4"), (name, kind)]
    return np.dtype(fields)


def copy_out(connection: Connection[Any], statement: bytes) -> bytes:
    """All that a `copy … to stdout` sends."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(copy)


def read_rows(copied: bytes, row: np.dtype[Any]) -> NDArray[Any]:
    """A structured array with one element per row, without copying."""
    return np.frombuffer(copied, row, (len(copied) - HEADER - TRAILER) // row.itemsize, HEADER)


def as_uuid(value: bytes) -> UUID:
    """NumPy strips trailing zero bytes from a text; a uuid has 16 bytes."""
    return UUID(bytes=bytes(value).ljust(16, b"\0"))
