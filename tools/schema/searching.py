"""Render text search configurations as statements."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import psycopg

from tools.schema.words import broken

QUERY = Path(__file__).with_suffix(".sql")


def statements(connection: psycopg.Connection) -> Iterator[str]:
    mappings = connection.execute(QUERY.read_bytes()).fetchall()
    for name, group in groupby(mappings, lambda mapping: mapping[0]):
        lines = [f"create text search configuration {name} (parser = pg_catalog.default);"]
        for _, dictionaries, tokens in group:
            mapping = f"add mapping for {tokens} with {dictionaries};"
            lines += broken(f"alter text search configuration {name} {mapping}")
        yield "\n".join(lines)
