"""`python -m workers jobs`: work off the queue; /healthz and /metrics on $PORT."""

import argparse
import asyncio
import logging
import os
from collections.abc import Sequence

from procrastinate import App

from workers.app import assemble
from workers.common import database, logs, settings
from workers.jobs import run
from workers.jobs.failures import count_failures
from workers.jobs.health import Server
from workers.jobs.metrics import registry
from workers.jobs.settings import Settings

ANSWERS_WITHIN = 2.0
"""Seconds after which a loop that does not turn counts as hung."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers jobs", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where /healthz and /metrics listen")
    chosen = parser.parse_args(arguments)
    read = settings.load(Settings, os.environ)
    set_up_logs()
    with database.pool(read.database_url, run.CONCURRENCY + 1) as connections:
        app = assemble(read, connections)
        asyncio.run(serve(app, connections, read, (chosen.host, read.port)))
    return 0


async def serve(app: App, connections: database.Pool, settings: Settings, address: tuple[str, int]) -> None:
    loop = asyncio.get_running_loop()
    names = {task.queue for task in app.tasks.values()}
    metrics = registry(connections, names)
    count_failures(settings.database_url, metrics)
    server = Server(address, metrics, lambda: turns(loop), settings.metrics_token)
    server.start()
    await run.work(app)
    server.shutdown()
    server.server_close()


def turns(loop: asyncio.AbstractEventLoop) -> bool:
    """Is the event loop getting round to its work? Asked from another thread."""
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
    """The arguments of a job may be personal: what happened to which job is logged, not what it was about."""
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
