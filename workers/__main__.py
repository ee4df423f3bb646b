"""`python -m workers NAME …`: run one worker. The search worker is served by gunicorn, see the Procfile."""

import argparse
import importlib
import sys

import psycopg

from workers.common.errors import TRY_AGAIN, WorkerError, exit_status

WORKERS = ("blend", "embedding", "item_model", "jobs", "user_similarity")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m workers", description="Run one worker.")
    parser.add_argument("name", choices=WORKERS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its own; --help lists them")
    chosen = parser.parse_args()
    worker = importlib.import_module(f"workers.{chosen.name}.__main__")
    try:
        return int(worker.main(chosen.arguments))
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
