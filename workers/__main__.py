"""`python -m workers NAME …`: run one worker. The search worker is served by gunicorn, see the Procfile."""

import argparse
import importlib
import sys

from workers.common.errors import WorkerError, exit_status

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


if __name__ == "__main__":
    raise SystemExit(main())
