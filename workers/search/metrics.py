"""Metrics of the search worker."""

from collections.abc import Callable, Iterator
from typing import Protocol

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5)


class CacheInfo(Protocol):
    @property
    def hits(self) -> int: ...
    @property
    def misses(self) -> int: ...


class CacheCollector(Collector):
    def __init__(self, info: Callable[[], CacheInfo]) -> None:
        self.info = info

    def collect(self) -> Iterator[Metric]:
        info = self.info()
        name, description = "cinefluent_search_cache", "Queries whose embedding was known, and not known."
        lookups = CounterMetricFamily(name, description, labels=["result"])
        lookups.add_metric(["hit"], info.hits)
        lookups.add_metric(["miss"], info.misses)
        yield lookups


class Metrics:
    def __init__(self, cache: Callable[[], CacheInfo]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(CacheCollector(cache))
        self.requests = Histogram(
            "cinefluent_search_request_seconds",
            "Requests and how long they took.",
            ["route", "status"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self.embedding = Histogram(
            "cinefluent_search_embed_seconds",
            "Time until a query has its embedding, by the cache or the model, and a batch its own.",
            ["what"],
            buckets=SECONDS,
            registry=self._registry,
        )

    def text(self) -> bytes:
        return generate_latest(self._registry)
