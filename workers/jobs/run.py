"""Run the queue's jobs until SIGTERM, and reconnect when the database comes back."""

import asyncio
import signal

import psycopg
from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.middleware import AsyncCallNext
from procrastinate.worker import Worker

from workers.common import logs

CONCURRENCY = 4
POLL_EVERY = 5.0
"""Seconds between two queries for scheduled jobs; no notification announces that their time has come."""
FINISH_WITHIN = 5.0
"""Seconds for running jobs to end; then they are cancelled."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0
"""Seconds between attempts to reconnect."""


async def work(app: App) -> None:
    """Run jobs until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    wait = FIRST_WAIT
    while not stop.is_set():
        error = await work_once(app, stop)
        if stop.is_set():
            break
        logs.warning("queue_away", reason=str(error or "lost"), again_in=wait)
        await _sleep(wait, stop)
        wait = min(wait * 2, LONGEST_WAIT) if error else FIRST_WAIT


async def work_once(app: App, stop: asyncio.Event) -> psycopg.Error | None:
    """Run jobs until `stop` is set or the connection is lost; returns the error that ended it, if any."""
    worker = asyncio.create_task(_worker(app, stop))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({worker, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if stop.is_set():
        worker.cancel()
    try:
        await worker
    except asyncio.CancelledError:
        pass
    except psycopg.Error as error:
        return error
    except ConnectorException as error:
        if not isinstance(error.__cause__, psycopg.Error):
            raise
        return error.__cause__
    return None


async def _worker(app: App, stop: asyncio.Event) -> None:
    try:
        await app.open_async()
        # Python 3.11 loses a cancellation that arrives together with the awaited result: the connection.
        if stop.is_set():
            return
        await app.run_worker_async(
            concurrency=CONCURRENCY,
            fetch_job_polling_interval=POLL_EVERY,
            shutdown_graceful_timeout=FINISH_WITHIN,
            install_signal_handlers=False,
            worker_middleware=[name_job],
        )
    finally:
        await app.close_async()


async def name_job(call_next: AsyncCallNext, context: JobContext, worker: Worker) -> object:
    """Add the job's id to what the job logs."""
    logs.ids.set({"job_id": context.job.id})
    return await call_next()


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
