"""`python -m workers jobs`: run the queue's jobs; /healthz and /metrics on $PORT."""

import argparse
import asyncio
import logging
import os
from collections.abc import Sequence

from procrastinate import App

from workers.app import assemble
from workers.common import database, logs
from workers.common import settings as environment
from workers.jobs import run
from workers.jobs.failures import count_failures
from workers.jobs.health import Server
from workers.jobs.metrics import registry
from workers.jobs.searches import Recorder
from workers.jobs.settings import Settings

ANSWERS_WITHIN = 2.0
"""Seconds after which an event loop that does not run a task counts as hung."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers jobs", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where /healthz and /metrics listen")
    options = parser.parse_args(arguments)
    settings = environment.load(Settings, os.environ)
    set_up_logs()
    with database.pool(settings.database_url, run.CONCURRENCY + 1) as connections:
        app = assemble(settings, connections)
        asyncio.run(serve(app, connections, settings, (options.host, settings.port)))
    return 0


async def serve(app: App, connections: database.Pool, settings: Settings, address: tuple[str, int]) -> None:
    loop = asyncio.get_running_loop()
    names = {task.queue for task in app.tasks.values()}
    metrics = registry(connections, names)
    count_failures(settings.database_url, metrics)
    recorder = Recorder(settings.database_url, metrics)
    recorder.start()
    server = Server(address, metrics, lambda: turns(loop), settings.metrics_token)
    server.start()
    await run.work(app)
    recorder.stop(run.FINISH_WITHIN)
    server.shutdown()
    server.server_close()


def turns(loop: asyncio.AbstractEventLoop) -> bool:
    """Does the event loop run a task within ANSWERS_WITHIN? Called from another thread."""
    try:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(ANSWERS_WITHIN)
    except TimeoutError:
        return False
    return True


def set_up_logs() -> None:
    logs.set_up()
    for handler in logging.getLogger().handlers:
        handler.addFilter(without_arguments)


def without_arguments(record: logging.LogRecord) -> bool:
    """A filter that removes a job's arguments, which may be personal, from the queue's log records."""
    if job := getattr(record, "job", None):
        fields = {
            "job_id": job["id"],
            "task": job["task_name"],
            "queue": job["queue"],
            "attempts": job["attempts"],
        }
        record.msg, record.args, record.fields = getattr(record, "action", "job"), (), fields
    return True


if __name__ == "__main__":
    raise SystemExit(main())
