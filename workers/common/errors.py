"""The errors of the workers: one base, the docstring is the message."""

import inspect


class WorkerError(Exception):
    """The worker cannot go on."""

    def __init__(self, detail: str = "") -> None:
        message = inspect.cleandoc(type(self).__doc__ or "").rstrip(".")
        super().__init__(f"{message}: {detail}" if detail else f"{message}.")


class AwayError(WorkerError):
    """A service that is needed does not answer."""
