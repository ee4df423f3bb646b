"""The end of a command: an expected error is one sentence and an exit status, not a traceback."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psycopg

from local.settings import StackError

INTERRUPTED = 128 + signal.SIGINT


def exit_status(run: Callable[[], int]) -> int:
    """The status that `run` returns; 1 after an expected error, with a sentence on stderr."""
    try:
        return run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except (StackError, psycopg.Error, OSError) as error:
        sys.stderr.write(f"error: {sentence(error)}\n")
        return 1


def sentence(error: Exception) -> str:
    """The error as a sentence, without the password of a database URL."""
    if isinstance(error, psycopg.OperationalError):
        return f"the database does not answer: {_first_line(error)}. Does the stack run? `make status`"
    if isinstance(error, psycopg.Error):
        return f"the database refuses: {_first_line(error)}"
    if isinstance(error, shutil.Error):
        _, target, reason = error.args[0][0]
        return f"{target} cannot be written: {reason}"
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'} cannot be read or written: {error.strerror or error}"
    return str(error)


def in_foreground(words: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> int:
    """Run a command, and return its exit status. Only the command handles Ctrl-C."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        status = subprocess.run(words, env=environment, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)
    return status if status >= 0 else 128 - status


def _first_line(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
