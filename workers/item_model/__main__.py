"""Train the item model and make it the active one. It may be killed at any moment, and run twice at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from workers.common import settings
from workers.common.database import connected
from workers.common.errors import WorkerError
from workers.item_model.core import Parameters, faults
from workers.item_model.settings import Settings

MEMORY = "Training takes 8 bytes times the number of items squared: 3 GB for 20,000."


def main(arguments: Sequence[str] | None = None) -> int:
    parameters = parse(arguments)
    read = settings.load(Settings, os.environ)
    from workers.item_model.train import train

    with connected(read.database_url) as connection:
        done = train(connection, parameters)
    left_out = f"; {done.left_out} items were left out, see --max-items" if done.left_out else ""
    sys.stdout.write(
        f"version {done.version}: {done.weights} weights between {done.items} items, "
        f"of {done.ratings} likings{left_out}\n"
    )
    return 0


def parse(arguments: Sequence[str] | None) -> Parameters:
    default = Parameters()
    parser = argparse.ArgumentParser(prog="python -m workers item_model", description=__doc__, epilog=MEMORY)
    add = parser.add_argument
    add("--regularisation", type=float, default=default.regularisation, help="lambda of EASE, default 200")
    add("--neighbours", type=int, default=default.neighbours, help="weights an item keeps, default 200")
    add("--half-life-days", type=float, help="a liking counts half as much after so many days")
    add("--popularity", type=float, default=0.0, metavar="ALPHA", help="divide by popularity to this power")
    add("--max-items", type=int, default=default.max_items, help="the most liked ones, default 20000")
    chosen = Parameters(**vars(parser.parse_args(arguments)))
    if found := faults(chosen):
        parser.error("; ".join(found))
    return chosen


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except WorkerError as error:
        raise SystemExit(str(error)) from None
