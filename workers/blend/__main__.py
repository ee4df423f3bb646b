"""Find how much each part of a list counts, on what people turned out to like, and store it all at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from workers.blend.settings import Settings
from workers.common import settings
from workers.common.database import connected
from workers.common.errors import WorkerError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers blend", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=0, help="of the sample of people and of the halves, default 0"
    )
    parser.add_argument("--dry-run", action="store_true", help="tell, and store nothing")
    chosen = parser.parse_args(arguments)
    read = settings.load(Settings, os.environ)
    from workers.blend import replay, store

    with connected(read.database_url) as connection:
        fitted = replay.learn(store.likings(connection, chosen.seed), chosen.seed)
        if not chosen.dry_run:
            store.save(connection, fitted)
    for low, found in fitted.items():
        weights = ", ".join(f"{part} {weight:g}" for part, weight in found.weights.items())
        alone = ", ".join(f"{part} {value:.4f}" for part, value in found.parts.items())
        sys.stdout.write(f"from {low} ratings: {weights}; NDCG@10 {found.blend:.4f}, alone {alone}\n")
    if not fitted:
        sys.stdout.write("too few people to learn from: the weights stay as they are\n")
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except WorkerError as error:
        raise SystemExit(str(error)) from None
