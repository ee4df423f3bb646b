"""PostgreSQL 17, which hosted Supabase is, out of an npm package: does it take the SQL that 18 takes?"""

from collections.abc import Sequence
from pathlib import Path

from tools import node
from tools.stack import ROOT, cluster

FOLDER = ROOT / "tools" / "pglite"
PLATFORM = ("local/postgres/roles.sql", *cluster.PLATFORM)


def refusal(paths: Sequence[Path]) -> str | None:
    """What it says against the first of these files it does not take, run in order as postgres."""
    node.install(FOLDER, "PostgreSQL 17")
    platform = [f"--platform={ROOT / path}" for path in PLATFORM]
    migrations = [f"--migrations={path}" for path in paths]
    done = node.run(FOLDER, node.NODE, FOLDER / "check.mjs", *platform, *migrations)
    return f"PostgreSQL 17: {done.stderr.strip().removeprefix(f'{ROOT}/')}" if done.returncode else None
