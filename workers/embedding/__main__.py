"""Embed every item whose text changed. It may be stopped at any moment, and run twice at once."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

import psycopg
from rich.console import Console

from workers.common import settings
from workers.common.database import connected
from workers.common.errors import WorkerError
from workers.embedding import store
from workers.embedding.client import SearchClient
from workers.embedding.progress import shown
from workers.embedding.settings import Settings
from workers.embedding.sweep import sweep

AGAIN_AFTER = 0.2
"""Seconds until the next look for items that another sweep was at."""


class Stop:
    """Set by the first SIGTERM or SIGINT; the second one ends the process at once."""

    def __init__(self) -> None:
        self.signal = 0
        self._event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._set)

    def asked(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> None:
        self._event.wait(seconds)

    def _set(self, number: int, _: FrameType | None) -> None:
        self.signal = number
        self._event.set()
        signal.signal(number, signal.SIG_DFL)


def main(arguments: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(prog="python -m workers embedding", description=__doc__).parse_args(arguments)
    read = settings.load(Settings, os.environ)
    stop = Stop()
    search = SearchClient(read.search_url, read.supabase_service_role_key)
    try:
        with connected(read.database_url) as connection:
            embedded = run(connection, search, stop, Console())
    finally:
        search.close()
    if stop.asked():
        sys.stdout.write(f"stopped; embedded {embedded} items, run again for the rest\n")
        return 128 + stop.signal
    sys.stdout.write(f"embedded {embedded} items; every text has its vector now\n")
    return 0


def run(connection: psycopg.Connection, search: SearchClient, stop: Stop, console: Console) -> int:
    """Until every item is embedded, also those that others were at: they may have been killed."""
    model = search.model()
    embedded, passed_over = 0, True
    with shown(store.count(connection, model), console) as advance:
        while passed_over and not stop.asked():
            passed_over = False
            for page in sweep(connection, search, model):
                embedded += page.embedded
                passed_over |= page.passed_over > 0
                advance(page.seen - page.passed_over)
                if stop.asked():
                    break
            if passed_over:
                stop.wait(AGAIN_AFTER)
    return embedded


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except WorkerError as error:
        raise SystemExit(str(error)) from None
