"""The item model's job: a training every night."""

import asyncio
import os
import sys

from procrastinate import App
from procrastinate.exceptions import JobAborted

from workers.common import logs
from workers.common.errors import WorkerError
from workers.common.queue import Retry

NIGHTLY = "47 3 * * *"


class TrainingError(WorkerError):
    """The item model could not be trained."""


def register(app: App, database_url: str) -> None:
    @app.periodic(cron=NIGHTLY, queueing_lock="train_item_model")
    @app.task(name="train_item_model", queue="recommend", priority=-1, retry=Retry())
    async def train_item_model(timestamp: int | None = None) -> None:
        """In a process of its own, whose memory is given back."""
        logs.info("item_model_trained", said=await run(database_url))


async def run(database_url: str) -> str:
    """What the training said. Asked to stop, it stops the training."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers", "item_model"),
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise JobAborted from None
    said = output.decode(errors="replace").strip()
    if process.returncode:
        raise TrainingError(said[-1000:])
    return said
