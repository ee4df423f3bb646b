"""Compare every rater with every other, and items too. May be killed at any moment, and run twice at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from workers.common import settings
from workers.common.database import connected
from workers.common.errors import WorkerError
from workers.user_similarity.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(prog="python -m workers user_similarity", description=__doc__).parse_args(
        arguments
    )
    read = settings.load(Settings, os.environ)
    from workers.user_similarity.compare import compare

    with connected(read.database_url) as connection:
        done = compare(connection)
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
