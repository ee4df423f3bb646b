"""Compare all raters, and all items. The command may be killed at any time, and run twice at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from workers.common import settings as environment
from workers.common.blocks import mapping
from workers.common.database import connected
from workers.common.engine import USAGE, Address
from workers.common.errors import WorkerError
from workers.recommend.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers user_similarity", description=__doc__)
    parser.add_argument("--engine", type=Address, help=f"compare on Dask, not in this process: {USAGE}")
    engine = parser.parse_args(arguments).engine
    settings = environment.load(Settings, os.environ)
    from workers.recommend.user_similarity.compare import compare

    with mapping(engine or settings.engine) as each, connected(settings.database_url) as connection:
        compared = compare(connection, each)
    left = f"; {compared.left} raters changed meanwhile and follow by themselves" if compared.left else ""
    sys.stdout.write(
        f"{compared.neighbours} neighbours of {compared.raters} raters, "
        f"{compared.weights} weights between items{left}\n"
    )
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except WorkerError as error:
        raise SystemExit(str(error)) from None
