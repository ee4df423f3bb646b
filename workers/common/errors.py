"""The errors of the workers: one base class; an error's docstring is its message."""

import inspect
import os

TRY_AGAIN = os.EX_TEMPFAIL
"""The exit status of a worker that failed because a service is away: 75."""


class WorkerError(Exception):
    """The worker cannot go on."""

    def __init__(self, detail: str = "") -> None:
        message = inspect.cleandoc(type(self).__doc__ or "").rstrip(".")
        super().__init__(f"{message}: {detail}" if detail else f"{message}.")


class AwayError(WorkerError):
    """A service that is needed does not answer."""


def exit_status(error: WorkerError) -> int:
    """The exit status of a worker that ends with this error; the queue retries the job for TRY_AGAIN."""
    return TRY_AGAIN if isinstance(error, AwayError) else 1
