"""Report what this machine lacks, and how to install it, before anything is installed. Only the standard
library: `python3 -m local.machine`.
"""

from __future__ import annotations  # an older Python must be able to parse this far

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

NEEDED_GB = 5
OLDEST_PYTHON = (3, 11)


def lacks() -> Iterator[str]:
    """The missing tools and resources, as nouns."""
    if sys.version_info < OLDEST_PYTHON:
        yield f"Python 3.11 or newer (this is {sys.version.split()[0]}): https://www.python.org/downloads"
        return
    from local.settings import cache_folder

    if importlib.util.find_spec("ensurepip") is None:
        yield "Python's venv module: on Debian and Ubuntu, apt-get install python3-venv"
    yield from rust(cache_folder())
    folders = {str(existing(folder)): None for folder in (ROOT, cache_folder())}
    for folder in folders:
        yield from room(Path(folder))


def room(folder: Path) -> Iterator[str]:
    free_gb = shutil.disk_usage(folder).free / 1e9
    if free_gb < NEEDED_GB:
        yield f"{NEEDED_GB} GB of free disk space in {folder} (there are {free_gb:.1f})"
    if not os.access(folder, os.W_OK | os.X_OK):
        yield f"the right to write in {folder}"


def existing(folder: Path) -> Path:
    """The folder, or its nearest existing parent."""
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def rust(cache: Path) -> Iterator[str]:
    """Rust is needed once, to compile the REST server."""
    from local.rest import build

    if build.built(cache):
        return
    if missing := build.lack():
        yield missing
    elif not shutil.which("cc"):
        yield "a C compiler: on Debian and Ubuntu, apt-get install build-essential"


def main() -> int:
    missing = list(lacks())
    sys.stderr.writelines(f"this machine lacks {thing}\n" for thing in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
