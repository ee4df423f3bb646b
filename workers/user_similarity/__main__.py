"""Compare every rater with every other, and items too. May be killed at any moment, and run twice at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from workers.common import settings
from workers.common.blocks import mapping
from workers.common.database import connected
from workers.common.engine import USAGE, Address
from workers.common.errors import WorkerError
from workers.user_similarity.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers user_similarity", description=__doc__)
    parser.add_argument("--engine", type=Address, help=f"compare on Dask, not in this process: {USAGE}")
    engine = parser.parse_args(arguments).engine
    read = settings.load(Settings, os.environ)
    from workers.user_similarity.compare import compare

    with mapping(engine or read.engine) as each, connected(read.database_url) as connection:
        done = compare(connection, each)
    left = f"; {done.left} raters changed meanwhile and follow by themselves" if done.left else ""
    sys.stdout.write(
        f"{done.neighbours} neighbours of {done.raters} raters, {done.weights} weights between items{left}\n"
    )
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except WorkerError as error:
        raise SystemExit(str(error)) from None
