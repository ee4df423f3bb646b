"""End a command with one sentence and an exit status on errors that its user can correct."""

import sys
from collections.abc import Callable

INTERRUPTED = 130


class ToolError(Exception):
    """An error that the user can correct; the message says what is wrong and how to correct it."""


def exit_status(run: Callable[[], int]) -> int:
    """Return the status of `run`, or 1 after a sentence on stderr for an error of the machine or a tool."""
    try:
        return run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except ToolError as error:
        sys.stderr.write(f"error: {error}\n")
    except OSError as error:
        file, reason = error.filename or "a file", error.strerror or error
        sys.stderr.write(f"error: {file} cannot be read or written: {reason}\n")
    return 1
