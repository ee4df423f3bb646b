"""Logs: one JSON line per event, with its fields and the id of the request or job."""

import json
import logging
import logging.config
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

ids: ContextVar[dict[str, object]] = ContextVar("ids")
"""The request_id or job_id of the current context."""

_logger = logging.getLogger("cinefluent")


def info(event: str, **fields: object) -> None:
    _logger.info(event, extra={"fields": fields})


def warning(event: str, **fields: object) -> None:
    _logger.warning(event, extra={"fields": fields})


def error(event: str, **fields: object) -> None:
    """Only for what a person must act on. Logs the exception that is being handled, with its traceback."""
    _logger.error(event, extra={"fields": fields}, exc_info=True)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            **_event(record),
            **ids.get({}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def _event(record: logging.LogRecord) -> dict[str, object]:
    fields: dict[str, object] | None = getattr(record, "fields", None)
    if fields is None:
        return {"event": "message", "logger": record.name, "message": record.getMessage()}
    return {"event": record.getMessage(), **fields}


CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonFormatter}},
    "handlers": {
        "json": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}
    },
    "root": {"level": "INFO", "handlers": ["json"]},
    "loggers": {"httpx": {"level": "WARNING"}},
}
"""For `logging.config.dictConfig`; gunicorn requires this form."""


def set_up() -> None:
    logging.config.dictConfig(CONFIG)
