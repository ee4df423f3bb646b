"""Run the SQL on PostgreSQL 17, the version of hosted Supabase, which an npm package provides."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools import node, snapshot
from tools.stack import ROOT, cluster

FOLDER = ROOT / "tools" / "pglite"
PLATFORM = ("local/postgres/roles.sql", *cluster.PLATFORM)


def faults(migrations: Sequence[Path], sources: Sequence[Path]) -> Iterator[str]:
    """An error, or the differences between the migrated database and the same after running the sources."""
    done = _run(migrations, sources, snapshot.QUERIES)
    if done.returncode:
        yield _message(done)
        return
    migrated, replayed = json.loads(done.stdout)
    yield from (f"PostgreSQL 17: {line}" for line in snapshot.differences(migrated, replayed))


def refusal(paths: Sequence[Path]) -> str | None:
    """Run the files in order as the role postgres; returns the message of the first error, or None."""
    done = _run(paths)
    return _message(done) if done.returncode else None


def _run(
    migrations: Sequence[Path], sources: Sequence[Path] = (), queries: Sequence[Path] = ()
) -> subprocess.CompletedProcess[str]:
    node.install(FOLDER, "PostgreSQL 17")
    return node.run(
        *(FOLDER, node.NODE, FOLDER / "check.mjs"),
        *(f"--platform={ROOT / path}" for path in PLATFORM),
        *(f"--migrations={path}" for path in migrations),
        *(f"--replayed={path}" for path in sources),
        *(f"--snapshot={path}" for path in queries),
    )


def _message(done: subprocess.CompletedProcess[str]) -> str:
    return f"PostgreSQL 17: {done.stderr.strip().removeprefix(f'{ROOT}/')}"
