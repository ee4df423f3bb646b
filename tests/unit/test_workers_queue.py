"""Which errors are retried, and after how many seconds."""

import psycopg
import pytest
from procrastinate.exceptions import JobAborted

from workers.common.errors import AwayError, WorkerError
from workers.common.queue import wait_before_retry
from workers.embedding.client import SearchAwayError, SearchRefusedError


@pytest.mark.parametrize(
    ("error", "attempts", "wait"),
    [
        (SearchAwayError(), 0, 5),
        (AwayError(), 1, 10),
        (AwayError(), 3, 40),
        (AwayError(), 7, 300),
        (AwayError(), 8, None),
        (psycopg.OperationalError(), 2, 20),
        (psycopg.errors.DeadlockDetected(), 0, 5),
        (psycopg.errors.UniqueViolation(), 0, None),
        (SearchRefusedError(), 0, None),
        (WorkerError(), 0, None),
        (ValueError(), 0, None),
        (JobAborted(), 0, 0),
        (JobAborted(), 50, 0),
    ],
)
def test_only_transient_errors_are_retried(error: Exception, attempts: int, wait: float | None) -> None:
    assert wait_before_retry(error, attempts) == wait


def test_worker_error_message_is_docstring_and_detail() -> None:
    assert str(AwayError()) == "A service that is needed does not answer."
    assert str(AwayError("port 9")) == "A service that is needed does not answer: port 9"
