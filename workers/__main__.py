"""`python -m workers NAME …`: run one worker. The search worker is served by gunicorn, see the Procfile."""

import argparse
import importlib
import sys
from pathlib import Path

import psycopg

from workers.common.errors import TRY_AGAIN, WorkerError, exit_status

FOLDER = Path(__file__).resolve().parent
COMMANDS = {
    path.parent.name: ".".join((FOLDER.name, *path.relative_to(FOLDER).with_suffix("").parts))
    for path in sorted(FOLDER.glob("*/**/__main__.py"))
}
"""The modules that can be run, by the name of their folder."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m workers", description="Run one worker.")
    parser.add_argument("name", choices=sorted(COMMANDS))
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its own; --help lists them")
    options = parser.parse_args()
    worker = importlib.import_module(COMMANDS[options.name])
    try:
        return int(worker.main(options.arguments))
    except WorkerError as error:
        sys.stderr.write(f"{error}\n")
        return exit_status(error)
    except psycopg.Error as error:
        sys.stderr.write(f"The database refuses: {str(error).strip()}\n")
        return TRY_AGAIN if isinstance(error, psycopg.OperationalError) else 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
