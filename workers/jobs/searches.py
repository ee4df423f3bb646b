"""Writes searches and clicks on their results, from the notifications of private.announce_search."""

import threading
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter
from psycopg import Connection, DataError, Error, IntegrityError

from workers.common import logs
from workers.common.database import CONNECT_WITHIN
from workers.common.queries import queries

QUERIES = queries("jobs")
NAME = "query_events"
SEARCHES, CLICKS = "query_events", "query_clicks"
"""The channels."""
WRITE_EVERY = 1.0
"""Seconds that the events of a batch are gathered for."""
LARGEST_BATCH = 500
AGAIN_IN = 1.0
"""Seconds until a batch that could not be written is tried again, or a lost connection opened again."""
LOCK_WITHIN = "5s"

Event = tuple[str, str]
"""The channel and the payload."""


class Recorder:
    """Receives events in a thread, on a connection of its own, and writes them in batches."""

    def __init__(self, url: str, registry: CollectorRegistry) -> None:
        self._url = url
        self._stop = threading.Event()
        self._batch: list[Event] = []
        self._written = Counter(
            "cinefluent_query_events_written", "Searches that were written.", registry=registry
        )
        self._dropped = Counter(
            "cinefluent_query_events_dropped", "Searches and clicks that were invalid.", registry=registry
        )
        self._thread = threading.Thread(target=self._run, name=NAME, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, within: float) -> None:
        """Write what was received, for at most `within` seconds."""
        self._stop.set()
        self._thread.join(within)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except Error as error:
                self._wait(error)

    def _wait(self, error: Error) -> None:
        logs.warning("query_events_not_written", reason=type(error).__name__, again_in=AGAIN_IN)
        self._stop.wait(AGAIN_IN)

    def _listen(self) -> None:
        """Raises Error if the connection is lost; the batch is kept."""
        with Connection.connect(
            self._url, autocommit=True, connect_timeout=CONNECT_WITHIN, application_name=NAME
        ) as connection:
            connection.execute(f"set lock_timeout = '{LOCK_WITHIN}'")
            for channel in (SEARCHES, CLICKS):
                connection.execute(f"listen {channel}")
            while not self._stop.is_set():
                self._write(connection)
                self._batch = received(connection)
            self._write(connection)

    def _write(self, connection: Connection) -> None:
        """Write the batch, again until it is written. Raises Error if the connection is lost.

        Meanwhile the server keeps what is announced: a new connection would lose it.
        """
        while True:
            try:
                self._write_once(connection)
            except Error as error:
                if connection.closed or self._stop.is_set():
                    raise
                self._wait(error)
            else:
                self._batch = []
                return

    def _write_once(self, connection: Connection) -> None:
        """Write searches first, because a click follows its search."""
        searches = [payload for channel, payload in self._batch if channel == SEARCHES]
        clicks = [payload for channel, payload in self._batch if channel == CLICKS]
        self._written.inc(self._store(connection, QUERIES["insert_query_events"], searches))
        self._store(connection, QUERIES["update_clicks"], clicks)

    def _store(self, connection: Connection, query: bytes, payloads: Sequence[str]) -> int:
        """Returns how many rows changed. Invalid payloads are dropped: then each is written alone."""
        if not payloads:
            return 0
        try:
            return connection.execute(query, [payloads]).rowcount
        except (DataError, IntegrityError):
            if len(payloads) == 1:
                self._dropped.inc()
                return 0
            return sum(self._store(connection, query, [payload]) for payload in payloads)


def received(connection: Connection) -> list[Event]:
    """The events of WRITE_EVERY seconds, LARGEST_BATCH or a few more. Raises OperationalError."""
    events = [
        (each.channel, each.payload)
        for each in connection.notifies(timeout=WRITE_EVERY, stop_after=LARGEST_BATCH)
    ]
    if not events:
        # Notices a connection that was lost silently.
        connection.execute("select")
    return events
