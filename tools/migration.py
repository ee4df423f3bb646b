"""Append the changed files of sql/, whole, to a new migration.

    python -m tools.migration NAME

The migrations themselves record what they carried: each block begins with a line that names its source file.
A line `-- end of sources` ends the last block: statements by hand that call new functions follow it.
Blocks are compared by the functions, views, policies and triggers they create, so a file that is only moved
needs no migration.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tools import exits
from tools.source import objects, read

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "sql"
MIGRATIONS = ROOT / "supabase" / "migrations"
ORDER = ("private", "triggers", "access", "rpc")
MARK = re.compile(r"^-- source: (sql/\S+\.sql)\n", re.MULTILINE)
END = "-- end of sources\n"
PARSED = re.compile(r"^return ", re.MULTILINE)
HEAD = """-- Functions, triggers and policies as sql/ has them.

set lock_timeout = '10s';
set check_function_bodies = off;
"""


def sources() -> dict[str, str]:
    """The text of each file by its path, in an order in which they can be run."""
    paths = [path for folder in ORDER for path in sorted((SOURCES / folder).rglob("*.sql"))]
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in paths}
    return dict(sorted(texts.items(), key=lambda item: _rank(*item)))


def _rank(path: str, text: str) -> tuple[int, int]:
    """Views before the functions that return their rows; bodies parsed at creation after what they call."""
    position = 0 if "create or replace view" in text else 2 if PARSED.search(text) else 1
    return ORDER.index(path.split("/")[1]), position


def carried() -> dict[str, str]:
    """For each object that migrations carry from sql/, the text of the block that last created it."""
    texts = [path.read_text() for path in sorted(MIGRATIONS.glob("*.sql"))]
    blocks = [block for text in texts for block in _blocks(text)]
    return {name: text for path, text in blocks for name in _objects(path, text)}


def _blocks(migration: str) -> Iterator[tuple[str, str]]:
    pieces = MARK.split(migration.split(END)[0])[1:]
    for path, text in zip(pieces[::2], pieces[1::2], strict=True):
        yield path, text.strip() + "\n"


@cache
def _objects(path: str, text: str) -> set[str]:
    """The objects that a file creates; its path if it creates none."""
    return objects(read(path, text).statements) or {path}


def pending() -> dict[str, str]:
    """Path and text of the files with an object that differs from the last one carried."""
    known = carried()
    return {
        path: text
        for path, text in sources().items()
        if any(known.get(name) != text.strip() + "\n" for name in _objects(path, text))
    }


def main() -> int:
    if len(sys.argv) != 2 or not re.fullmatch(r"[a-z][a-z0-9_]*", sys.argv[1]):
        sys.stderr.write(
            "name it, as in `make migration name=what_it_does` (lower case letters, digits, _)\n"
        )
        return 2
    changed = pending()
    if not changed:
        sys.stdout.write("no file of sql/ changed\n")
        return 0
    stamp = next_stamp(datetime.now(UTC))
    path = MIGRATIONS / f"{stamp}_{sys.argv[1]}.sql"
    blocks = (f"\n-- source: {name}\n{text.strip()}\n" for name, text in changed.items())
    path.write_text(HEAD + "".join(blocks))
    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(changed)} files\n")
    return 0


def next_stamp(now: datetime) -> str:
    """The prefix of a new migration's name: the time, or the next number after the last migration's."""
    stamps = [int(path.name[:14]) for path in MIGRATIONS.glob("*.sql")]
    return max(f"{now:%Y%m%d%H%M%S}", str(max(stamps, default=0) + 1))


if __name__ == "__main__":
    sys.exit(exits.exit_status(main))
