"""Metrics of the queue, read from the database when they are collected."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg.rows import class_row

from workers.common.database import Pool
from workers.common.queries import queries

QUERIES = queries("jobs")


@dataclass(frozen=True)
class Queue:
    queue_name: str
    waiting: int = 0
    running: int = 0
    failed: int = 0
    lag: float = 0
    """Seconds that the oldest runnable job has waited."""


def queues(database: Pool) -> list[Queue]:
    with database.connection() as connection, connection.cursor(row_factory=class_row(Queue)) as cursor:
        return cursor.execute(QUERIES["queues"]).fetchall()


class QueueCollector(Collector):
    def __init__(self, database: Pool, names: Iterable[str]) -> None:
        """names: queues that are reported even while they are empty."""
        self.database = database
        self.empty = {name: Queue(name) for name in names}

    def collect(self) -> Iterator[Metric]:
        reported = self.empty | {queue.queue_name: queue for queue in queues(self.database)}
        waiting = GaugeMetricFamily("cinefluent_queue_waiting", "Jobs that wait.", labels=["queue"])
        running = GaugeMetricFamily("cinefluent_queue_running", "Jobs that run.", labels=["queue"])
        failed = GaugeMetricFamily("cinefluent_queue_failed", "Jobs that were given up.", labels=["queue"])
        lag = GaugeMetricFamily(
            "cinefluent_queue_lag_seconds", "How long the oldest job that could run waits.", labels=["queue"]
        )
        for name, queue in reported.items():
            waiting.add_metric([name], queue.waiting)
            running.add_metric([name], queue.running)
            failed.add_metric([name], queue.failed)
            lag.add_metric([name], queue.lag)
        yield from (waiting, running, failed, lag)

    def describe(self) -> list[Metric]:
        """Returns nothing, so that registering the collector does not query the database."""
        return []


def registry(database: Pool, names: Iterable[str]) -> CollectorRegistry:
    collectors = CollectorRegistry()
    ProcessCollector(registry=collectors)
    collectors.register(QueueCollector(database, names))
    return collectors
