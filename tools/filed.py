"""Compare the objects of a database with the files of sql/: each object has a file, each file an object."""

from collections.abc import Iterator
from pathlib import Path

import psycopg

from tools import migration
from tools.source import objects, read

QUERY = Path(__file__).with_suffix(".sql")


def faults(url: str) -> Iterator[str]:
    with psycopg.connect(url, options="-c search_path=") as connection:
        present = {name for (name,) in connection.execute(QUERY.read_bytes())}
    filed = {
        name: path
        for path, text in migration.sources().items()
        for name in objects(read(path, text).statements)
        if not name.startswith("access ")
    }
    for name in sorted(present - filed.keys()):
        yield f"{name}: the migrations make it, no file of sql/ does: write the file, or drop {name}"
    for name in sorted(filed.keys() - present):
        yield f"{name}: {filed[name]} makes it, the migrations do not"
