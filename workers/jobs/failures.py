"""Counts failures of sources, from the notifications of private.report_failure."""

import threading
from collections.abc import Iterator
from time import sleep

from prometheus_client import CollectorRegistry, Counter
from psycopg import Connection, OperationalError

from workers.common import logs
from workers.common.database import CONNECT_WITHIN

CHANNEL = "list_failures"
SOURCES = (
    *("liked_together", "taste", "liked", "features", "trending", "popular", "newcomer"),
    *("reasons", "diversity", "weights"),
)
LOOK_EVERY = 5.0
"""Seconds after which a lost connection is noticed and opened again; failures meanwhile are only logged."""


def count_failures(url: str, registry: CollectorRegistry) -> None:
    """Start to count in a thread of its own."""
    failures = Counter(
        "cinefluent_list_failures", "Sources of lists that failed.", ["source"], registry=registry
    )
    for source in SOURCES:
        failures.labels(source)
    threading.Thread(target=listen, args=(url, failures), name="list_failures", daemon=True).start()


def listen(url: str, failures: Counter) -> None:
    while True:
        try:
            for source in notified(url):
                if source in SOURCES:
                    failures.labels(source).inc()
        except OperationalError as error:
            logs.warning("list_failures_not_counted", reason=type(error).__name__, again_in=LOOK_EVERY)
            sleep(LOOK_EVERY)


def notified(url: str) -> Iterator[str]:
    """The payload of each notification. Raises OperationalError when the connection is lost."""
    with Connection.connect(
        url, autocommit=True, connect_timeout=CONNECT_WITHIN, application_name=CHANNEL
    ) as connection:
        connection.execute(f"listen {CHANNEL}")
        while True:
            yield from (notify.payload for notify in connection.notifies(timeout=LOOK_EVERY))
            connection.execute("select")
