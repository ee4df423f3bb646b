"""Landed migrations are never edited: supabase/migrations.sha256 lists them, and `make lint` compares.

    python -m tools.landed        records those that are not listed yet: `make landed`, on the main branch

The list works without git history, as in a shallow clone. With history, each line of the list in an earlier
commit of the main branch must still be there: the list only grows. Once, a baseline replaced all migrations
(docs/decisions): lists of commits before the line BASELINE do not count.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tools import exits, migration

LIST = migration.ROOT / "supabase" / "migrations.sha256"
MAIN = "refs/heads/main"
BASELINE = "# One baseline replaced the migrations that were listed before.\n"
"""The first line of the list since then; sha256sum takes it for a comment."""
Hashes = dict[str, str]
"""SHA-256 by the migration's file name."""


def main() -> int:
    text = LIST.read_text()
    present, known = hashes(migration.MIGRATIONS), listed(text)
    if edited := list(faults(present, known, map(listed, _comparable(text, history(LIST))))):
        sys.stderr.writelines(f"{line}\n" for line in edited)
        return 1
    head = BASELINE if text.startswith(BASELINE) else ""
    LIST.write_text(head + "".join(f"{digest}  {name}\n" for name, digest in present.items()))
    sys.stdout.write(f"{len(present.keys() - known.keys())} migrations recorded, {len(present)} in all\n")
    return 0


def check() -> Iterator[str]:
    """Faults of this checkout."""
    text, before = LIST.read_text(), list(history(LIST))
    present, known = hashes(migration.MIGRATIONS), listed(text)
    if not text.startswith(BASELINE) and any(old.startswith(BASELINE) for old in before):
        yield f"supabase/{LIST.name}: its first line was removed: restore it"
    yield from faults(present, known, map(listed, _comparable(text, before)))
    if os.environ.get("GITHUB_REF") == MAIN:
        for name in sorted(present.keys() - known.keys()):
            yield f"supabase/migrations/{name} has landed and is not recorded: `make landed`"


def _comparable(text: str, before: Iterable[str]) -> Iterable[str]:
    """The earlier lists to compare with: if `text` has a baseline, those with the baseline."""
    return (old for old in before if not text.startswith(BASELINE) or old.startswith(BASELINE))


def faults(present: Hashes, known: Hashes, before: Iterable[Hashes]) -> Iterator[str]:
    """`present` has the hashes of the files, `known` the list, `before` the lists of earlier commits."""
    for name, digest in known.items():
        if name not in present:
            yield f"supabase/migrations/{name} has landed and is gone: restore it"
        elif present[name] != digest:
            yield f"supabase/migrations/{name} has landed and is edited: restore it, write a new one"
    for name in sorted(present.keys() - known.keys()):
        if known and name < max(known):
            yield f"supabase/migrations/{name} is new and sorts before {max(known)}, which has landed"
    for name in sorted({name for old in before for name, digest in old.items() if known.get(name) != digest}):
        yield f"supabase/{LIST.name}: the line of {name} was changed or removed: restore it"


def hashes(folder: Path) -> Hashes:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.sql"))}


def listed(text: str) -> Hashes:
    """Hashes of a list in the format of `sha256sum`."""
    pairs = (line.split("  ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: digest for digest, name in pairs}


def history(path: Path) -> Iterator[str]:
    """The list in each commit of the main branch, as far back as this clone has history; none without git."""
    name = path.relative_to(migration.ROOT).as_posix()
    for commit in _git("log", "--first-parent", "--format=%H", "--", name).split():
        yield _git("show", f"{commit}:{name}")


def _git(*words: str) -> str:
    """The output of git; empty if git fails or is not installed."""
    try:
        done = subprocess.run(
            ["git", *words],
            cwd=migration.ROOT,
            env=_environment(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return "" if done.returncode else done.stdout


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the variables by which a git hook names another repository."""
    return {name: value for name, value in environment.items() if not name.startswith("GIT_")}


if __name__ == "__main__":
    sys.exit(exits.exit_status(main))
