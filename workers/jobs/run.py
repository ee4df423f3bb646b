"""Work off the queue until told to stop, also when the database goes away and comes back."""

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
"""Seconds between two looks for jobs that no notification told of: those whose time has come."""
FINISH_WITHIN = 5.0
"""Seconds for running jobs to end by themselves, then they are asked to."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0


async def work(app: App) -> None:
    """Until SIGTERM or SIGINT."""
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
    """Until told to stop, or the queue is lost; the error, if there was one."""
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
        # Python 3.11 forgets a cancellation that comes with what was waited for: here, the first connection.
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
    """What a job logs carries its id."""
    logs.ids.set({"job_id": context.job.id})
    return await call_next()


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
