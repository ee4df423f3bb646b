"""The jobs process without a database: its probes, and that it waits for the queue."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterable
from typing import ClassVar

import httpx
import pytest
from procrastinate import App
from procrastinate.testing import InMemoryConnector
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from psycopg import OperationalError

from workers.app import assemble
from workers.common import database
from workers.common.settings import Secret
from workers.jobs import run
from workers.jobs.__main__ import turns
from workers.jobs.health import Server
from workers.jobs.metrics import registry
from workers.jobs.settings import Settings, Switch


class Broken(Collector):
    def collect(self) -> Iterable[Metric]:
        raise OperationalError

    def describe(self) -> Iterable[Metric]:
        return []


TOKEN = "+ a token/with= odd letters"


def serve(metrics: CollectorRegistry, healthy: bool = True, token: str | None = TOKEN) -> Server:
    return Server(("127.0.0.1", 0), metrics, lambda: healthy, token)


def ask(server: Server, path: str, authorization: str = f"Bearer {TOKEN}") -> httpx.Response:
    server.start()
    headers = {"Authorization": authorization} if authorization else {}
    try:
        return httpx.get(f"http://127.0.0.1:{server.server_address[1]}{path}", headers=headers)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("path", "healthy", "status"),
    [
        ("/healthz", True, 200),
        ("/healthz?from=probe", True, 200),
        ("/healthz", False, 503),
        ("/metrics", True, 200),
        ("/metrics", False, 200),
        ("/", True, 404),
    ],
)
def test_jobs_process_responds_to_probes(path: str, healthy: bool, status: int) -> None:
    assert ask(serve(CollectorRegistry(), healthy), path).status_code == status


@pytest.mark.parametrize(
    ("token", "authorization"),
    [
        *((TOKEN, wrong) for wrong in ("", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN)),
        *((unset, sent) for unset in (None, "") for sent in ("", "Bearer", "Bearer None", f"Bearer {TOKEN}")),
    ],
)
def test_metrics_are_refused_without_their_token(token: str | None, authorization: str) -> None:
    answer = ask(serve(CollectorRegistry(), token=token), "/metrics", authorization)
    assert answer.status_code == 401


def test_metrics_without_a_database_return_503() -> None:
    registered = CollectorRegistry()
    registered.register(Broken())
    assert ask(serve(registered), "/metrics").status_code == 503


def test_jobs_process_starts_without_a_reachable_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CONNECT_WITHIN", 0.2)
    with database.pool("postgresql://127.0.0.1:1/none", 1) as nowhere:
        response = ask(serve(registry(nowhere, ["mail"])), "/metrics")
    assert response.status_code == 503


def test_stopped_event_loop_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.new_event_loop()
    monkeypatch.setattr("workers.jobs.__main__.ANSWERS_WITHIN", 0.05)
    assert not turns(loop)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    monkeypatch.setattr("workers.jobs.__main__.ANSWERS_WITHIN", 60)
    assert turns(loop)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


class Moody(InMemoryConnector):
    """Refuses the first connections, like a database that is still starting."""

    errors: ClassVar[list[Exception]] = [
        OperationalError("not yet"),
        OperationalError("nor now"),
    ]

    async def open_async(self, pool: object = None) -> None:
        if self.errors:
            raise self.errors.pop()


def test_jobs_run_once_the_database_is_up_and_until_sigterm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job that sends the signal still finishes."""
    monkeypatch.setattr(run, "FIRST_WAIT", 0.01)
    connector = Moody()
    app, done = App(connector=connector), []

    @app.task(name="stop")
    async def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.05)
        done.append("stop")

    async def scenario() -> None:
        await app.configure_task("stop").defer_async()
        await asyncio.wait_for(run.work(app), 60)

    asyncio.run(scenario())
    assert done == ["stop"]
    assert not connector.errors


class Deaf(InMemoryConnector):
    """Receives SIGTERM while its first connection opens."""

    async def open_async(self, pool: object = None) -> None:
        there = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, there.set)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGUSR1)
        await asyncio.wait_for(there.wait(), 60)


def test_worker_stops_at_sigterm_while_it_connects() -> None:
    async def scenario() -> None:
        work = asyncio.create_task(run.work(App(connector=Deaf())))
        _, pending = await asyncio.wait({work}, timeout=60)
        assert not pending

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("switch", "there", "gone"),
    [
        (Switch.ON, {"retry_stalled", "embed_stale", "erase_accounts", "train_item_model"}, set()),
        (Switch.OFF, {"retry_stalled"}, {"embed_stale", "erase_accounts", "train_item_model"}),
    ],
)
def test_scheduled_jobs_are_registered_only_if_switched_on(
    switch: Switch, there: set[str], gone: set[str]
) -> None:
    url = Secret("postgresql://127.0.0.1:1/postgres")
    settings = Settings(url, "http://127.0.0.1:1", "http://127.0.0.1:1", Secret("x"), 1, None, switch)
    with database.pool(url, 1) as connections:
        app = assemble(settings, connections)
    scheduled = {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}
    assert there <= scheduled
    assert not gone & scheduled
    assert gone <= app.tasks.keys()
