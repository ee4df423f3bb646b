"""A worker run by a job, in a process of its own, whose memory is given back."""

import asyncio
import os
import sys

from procrastinate.exceptions import JobAborted

from workers.common.errors import WorkerError


class ChildError(WorkerError):
    """The worker that the job ran failed."""


async def run(name: str, database_url: str) -> str:
    """What the worker said. Asked to stop, it stops the worker."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers", name),
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
        raise ChildError(said[-1000:])
    return said
