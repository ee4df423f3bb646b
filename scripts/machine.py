"""Say what this machine lacks, and how to get it, before anything is installed. Standard library only."""

import importlib.util
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

NEEDED_GB = 5
OLDEST_PYTHON = (3, 11)


def lacks() -> list[str]:
    found = []
    if sys.version_info < OLDEST_PYTHON:
        found.append(
            f"Python 3.11 or newer (this is {sys.version.split()[0]}): https://www.python.org/downloads"
        )
        return found
    if importlib.util.find_spec("ensurepip") is None:
        found.append("Python's venv module: on Debian and Ubuntu, apt-get install python3-venv")
    found += rust()
    free_gb = shutil.disk_usage(Path(__file__)).free / 1e9
    if free_gb < NEEDED_GB:
        found.append(f"{NEEDED_GB} GB of free disk space (there are {free_gb:.1f})")
    return found


def rust() -> list[str]:
    """Rust is needed once, to compile the REST server."""
    from local import settings
    from local.rest import build

    if build.built(settings.load().cache):
        return []
    try:
        build.cargo()
    except build.BuildError as error:
        return [str(error)]
    if not shutil.which("cc"):
        return ["a C compiler: on Debian and Ubuntu, apt-get install build-essential"]
    return []


if __name__ == "__main__":
    for line in lacks():
        sys.stderr.write(f"this machine lacks {line}\n")
    sys.exit(1 if lacks() else 0)
