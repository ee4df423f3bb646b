"""Fit the weights of the sources of lists on held-out feedback, and store them in one transaction."""

import argparse
import os
import sys
from collections.abc import Sequence

from workers.common import settings as environment
from workers.common.database import connected
from workers.common.errors import WorkerError
from workers.recommend.settings import BlendSettings


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers blend", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the random samples, default 0")
    parser.add_argument("--dry-run", action="store_true", help="print the weights, store nothing")
    options = parser.parse_args(arguments)
    settings = environment.load(BlendSettings, os.environ)
    from workers.recommend.blend import replay, store

    with connected(settings.database_url) as connection:
        fitted = replay.learn(store.sample(connection, options.seed), options.seed)
        if not options.dry_run:
            store.save(connection, fitted)
    for bracket, result in fitted.items():
        weights = ", ".join(f"{source} {weight:g}" for source, weight in result.weights.items())
        alone = ", ".join(f"{source} {value:.4f}" for source, value in result.alone.items())
        sys.stdout.write(f"from {bracket} ratings: {weights}; NDCG@10 {result.blend:.4f}, alone {alone}\n")
    if not fitted:
        sys.stdout.write("too few people to learn from: the weights stay as they are\n")
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except WorkerError as error:
        raise SystemExit(str(error)) from None
