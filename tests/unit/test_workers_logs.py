"""Each event is logged as one line of JSON."""

import json
import logging
from collections.abc import Iterator

import pytest

from workers.common import logs
from workers.jobs.__main__ import without_arguments

Lines = list[dict[str, object]]


class Keep(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: Lines = []
        self.setFormatter(logs.JsonFormatter())
        self.addFilter(without_arguments)

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        assert "\n" not in text
        self.lines.append(json.loads(text))


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The lines that the jobs process logs during the test."""
    keep, root = Keep(), logging.getLogger()
    level = root.level
    root.addHandler(keep)
    root.setLevel(logging.INFO)
    yield keep.lines
    root.removeHandler(keep)
    root.setLevel(level)


def test_logged_event_has_its_fields_and_the_request_id(lines: Lines) -> None:
    token = logs.ids.set({"request_id": "abc"})
    logs.info("answered", status=200, note='quoted "and"\nbroken 😀')
    logs.ids.reset(token)
    assert lines[0].pop("time")
    assert lines == [
        {
            "level": "INFO",
            "event": "answered",
            "status": 200,
            "note": 'quoted "and"\nbroken 😀',
            "request_id": "abc",
        }
    ]


def test_logged_error_has_its_exception_and_traceback(lines: Lines) -> None:
    try:
        raise KeyError("gone")
    except KeyError:
        logs.error("failed")
    assert (lines[0]["event"], lines[0]["level"], lines[0]["error"]) == ("failed", "ERROR", "KeyError")
    assert "test_workers_logs" in str(lines[0]["traceback"])


def test_log_record_of_a_library_becomes_a_json_line(lines: Lines) -> None:
    logging.getLogger("a.library").info("said %s", "this")
    line = lines[0]
    assert (line["event"], line["logger"], line["message"]) == ("message", "a.library", "said this")


def test_arguments_of_a_job_are_not_logged(lines: Lines) -> None:
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
    line = lines[0]
    assert "viewer@example.com" not in json.dumps(line)
    assert (line["event"], line["job_id"], line["task"], line["queue"]) == ("job_error", 7, "greet", "mail")
