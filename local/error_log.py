"""The log line of a failed request."""

import logging
import traceback
from pathlib import Path

import psycopg
from starlette.requests import Request


def report(
    log: logging.Logger, folder: Path, request: Request, error: BaseException, level: int = logging.ERROR
) -> None:
    """Log the error and its lines in `folder`, without its message, which may quote an address or a token."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames if str(folder) in frame.filename
    ]
    fields = {"request_id": request.state.request_id, "error": type(error).__name__, "at": ours}
    if isinstance(error, psycopg.Error):
        lines = (error.diag.context or "").splitlines()
        functions = [line for line in lines if line.startswith(("PL/pgSQL function", "SQL function"))]
        constraint = error.diag.constraint_name
        fields |= {"sqlstate": error.sqlstate, "constraint": constraint, "within": functions}
    log.log(level, "request failed", extra={"fields": fields})
