"""Named queries of a .sql file: each follows a line `-- name: …`."""

import re
from pathlib import Path


def named(path: Path) -> dict[str, bytes]:
    _, *parts = re.split(r"^-- name: (\w+)\n", path.read_text(), flags=re.MULTILINE)
    return {name: query.strip().encode() for name, query in zip(parts[::2], parts[1::2], strict=True)}
