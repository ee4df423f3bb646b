"""Train the item model and make it the active one. It may be killed at any moment, and run twice at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from workers.common import settings
from workers.common.database import connected
from workers.common.engine import USAGE, Address
from workers.common.errors import WorkerError
from workers.item_model.core import Parameters, faults
from workers.item_model.settings import Settings

MEMORY = "Training takes 8 bytes times the number of items squared: 3 GB for 20,000."


def main(arguments: Sequence[str] | None = None) -> int:
    parameters, engine = parse(arguments)
    read = settings.load(Settings, os.environ)
    from workers.item_model.train import train, weighing

    with weighing(engine or read.engine) as weigh, connected(read.database_url) as connection:
        done = train(connection, parameters, weigh)
    left_out = f"; {done.left_out} items were left out, see --max-items" if done.left_out else ""
    sys.stdout.write(
        f"version {done.version}: {done.weights} weights between {done.items} items, "
        f"of {done.ratings} likings{left_out}\n"
    )
    return 0


def parse(arguments: Sequence[str] | None) -> tuple[Parameters, Address | None]:
    """What to train with, and the engine to train on."""
    default = Parameters()
    parser = argparse.ArgumentParser(prog="python -m workers item_model", description=__doc__, epilog=MEMORY)
    add = parser.add_argument
    add("--regularisation", type=float, default=default.regularisation, help="lambda of EASE, default 200")
    add("--neighbours", type=int, default=default.neighbours, help="weights an item keeps, default 200")
    add("--half-life-days", type=float, help="a liking counts half as much after so many days")
    add("--popularity", type=float, default=0.0, metavar="ALPHA", help="divide by popularity to this power")
    add("--max-items", type=int, default=default.max_items, help="the most liked ones, default 20000")
    add("--engine", type=Address, help=f"train on Dask, not in this process: {USAGE}")
    given = vars(parser.parse_args(arguments))
    engine = given.pop("engine")
    chosen = Parameters(**given)
    if found := faults(chosen):
        parser.error("; ".join(found))
    return chosen, engine


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except WorkerError as error:
        raise SystemExit(str(error)) from None
