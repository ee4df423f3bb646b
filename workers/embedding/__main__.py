"""Embed every item whose text changed. The command may be stopped at any time, and run twice at once."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

import psycopg
from rich.console import Console

from workers.common import settings as environment
from workers.common.database import connected
from workers.common.errors import WorkerError
from workers.embedding import store
from workers.embedding.client import SearchClient
from workers.embedding.progress import show_progress
from workers.embedding.settings import Settings
from workers.embedding.sweep import sweep

AGAIN_AFTER = 0.2
"""Seconds until the next attempt to embed items that another process is embedding."""


class Stop:
    """Is set by the first SIGTERM or SIGINT; the second one ends the process at once."""

    def __init__(self) -> None:
        self.signal = 0
        self._event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._set)

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> None:
        self._event.wait(seconds)

    def _set(self, number: int, _: FrameType | None) -> None:
        self.signal = number
        self._event.set()
        signal.signal(number, signal.SIG_DFL)


def main(arguments: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(prog="python -m workers embedding", description=__doc__).parse_args(arguments)
    settings = environment.load(Settings, os.environ)
    stop = Stop()
    search = SearchClient(settings.search_url, settings.supabase_service_role_key)
    try:
        with connected(settings.database_url) as connection:
            embedded = run(connection, search, stop, Console())
    finally:
        search.close()
    if stop.is_set():
        sys.stdout.write(f"stopped; embedded {embedded} items, run again for the rest\n")
        return 128 + stop.signal
    sys.stdout.write(f"embedded {embedded} items; every text has its vector now\n")
    return 0


def run(connection: psycopg.Connection, search: SearchClient, stop: Stop, console: Console) -> int:
    """Sweep until no item is stale or `stop` is set; returns how many were embedded.

    Skipped items are tried again, since the process that is embedding them may be killed.
    """
    model = search.model()
    embedded, skipped = 0, True
    with show_progress(store.count(connection, model), console) as advance:
        while skipped and not stop.is_set():
            skipped = False
            for page in sweep(connection, search, model):
                embedded += page.embedded
                skipped |= page.skipped > 0
                advance(page.seen - page.skipped)
                if stop.is_set():
                    break
            if skipped:
                stop.wait(AGAIN_AFTER)
    return embedded


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except WorkerError as error:
        raise SystemExit(str(error)) from None
