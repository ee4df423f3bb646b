"""A worker run by a job in a process of its own, whose memory is freed when it ends."""

import asyncio
import os
import sys

from procrastinate.exceptions import JobAborted

from workers.common.errors import TRY_AGAIN, AwayError, WorkerError

LONGEST = 1000
"""Characters of the output in an error: the last ones."""


class ChildError(WorkerError):
    """The worker that the job ran failed."""


class ChildAwayError(AwayError):
    """The worker that the job ran needs a service that does not respond."""


async def run(name: str, database_url: str) -> str:
    """Returns the worker's output. Stops the worker when the job is cancelled.

    Raises ChildAwayError if the worker exits with EX_TEMPFAIL, ChildError for any other failure.
    """
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
    text = output.decode(errors="replace").strip()
    if process.returncode == TRY_AGAIN:
        raise ChildAwayError(text[-LONGEST:])
    if process.returncode:
        raise ChildError(text[-LONGEST:])
    return text
