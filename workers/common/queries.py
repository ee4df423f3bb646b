"""Named queries of a worker: blocks of its `queries.sql`, each below `-- name: …` and a description."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

WORKERS = Path(__file__).resolve().parents[1]
NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def queries(worker: str) -> Mapping[str, bytes]:
    """The queries in workers/WORKER/queries.sql, by name."""
    return parse((WORKERS / worker / "queries.sql").read_text())


def parse(text: str) -> dict[str, bytes]:
    """The queries of a text, by name. Raises ValueError if two have the same name."""
    _, *blocks = NAME.split(text)
    names, bodies = blocks[::2], blocks[1::2]
    if len(set(names)) < len(names):
        raise ValueError("two queries have the same name")
    return {name: body.strip().encode() for name, body in zip(names, bodies, strict=True)}
