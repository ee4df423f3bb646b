"""PostgreSQL 17, which hosted Supabase is, out of an npm package: does it take the SQL that 18 takes?"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local.postgres import cluster
from local.settings import ROOT, StackError

FOLDER = ROOT / "scripts" / "pglite"
PLATFORM = ("local/postgres/roles.sql", *cluster.PLATFORM)


def refusal(paths: Sequence[Path]) -> str | None:
    """What it says against the first of these files it does not take, run in order as postgres."""
    _install()
    platform = [f"--platform={ROOT / path}" for path in PLATFORM]
    migrations = [f"--migrations={path}" for path in paths]
    done = _run("node", FOLDER / "check.mjs", *platform, *migrations)
    return f"PostgreSQL 17: {done.stderr.strip().removeprefix(f'{ROOT}/')}" if done.returncode else None


def _install() -> None:
    lock, installed = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    done = _run("npm", "ci", "--silent")
    if done.returncode:
        raise StackError(f"npm could not install PostgreSQL 17:\n{done.stderr.strip()}")


def _run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = shutil.which(program, path=path)
    if not found:
        raise StackError(f"{program} is missing: install Node.js 20 or newer")
    return subprocess.run(
        [found, *arguments],
        cwd=FOLDER,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
