"""Train the item model and activate it. The command may be killed at any time, and run twice at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from workers.common import settings as environment
from workers.common.database import connected
from workers.common.engine import USAGE, Address
from workers.common.errors import WorkerError
from workers.recommend.item_model.core import Parameters, faults
from workers.recommend.settings import Settings

MEMORY = "Training takes 8 bytes times the number of items squared: 3 GB for 20,000."


def main(arguments: Sequence[str] | None = None) -> int:
    parameters, engine = parse(arguments)
    settings = environment.load(Settings, os.environ)
    from workers.recommend.item_model.train import train, weighing

    with weighing(engine or settings.engine) as weigh, connected(settings.database_url) as connection:
        trained = train(connection, parameters, weigh)
    left_out = f"; {trained.left_out} items were left out, see --max-items" if trained.left_out else ""
    sys.stdout.write(
        f"version {trained.version}: {trained.weights} weights between {trained.items} items, "
        f"of {trained.ratings} likings{left_out}\n"
    )
    return 0


def parse(arguments: Sequence[str] | None) -> tuple[Parameters, Address | None]:
    """The parameters, and the engine to train on. Exits with a message if a parameter is out of range."""
    default = Parameters()
    parser = argparse.ArgumentParser(prog="python -m workers item_model", description=__doc__, epilog=MEMORY)
    add = parser.add_argument
    add("--regularisation", type=float, default=default.regularisation, help="lambda of EASE, default 200")
    add("--neighbours", type=int, default=default.neighbours, help="weights an item keeps, default 300")
    add(
        "--depth",
        type=float,
        default=default.depth,
        help="how much less likings of heavy raters count, default 0.15",
    )
    add("--half-life-days", type=float, help="days after which feedback counts half as much")
    add("--popularity", type=float, default=0.0, metavar="ALPHA", help="divide by popularity to this power")
    add("--max-items", type=int, default=default.max_items, help="the most liked ones, default 20000")
    add("--engine", type=Address, help=f"train on Dask, not in this process: {USAGE}")
    options = vars(parser.parse_args(arguments))
    engine = options.pop("engine")
    parameters = Parameters(**options)
    if complaints := faults(parameters):
        parser.error("; ".join(complaints))
    return parameters, engine


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except WorkerError as error:
        raise SystemExit(str(error)) from None
