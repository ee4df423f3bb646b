"""A worker run by a job: the job is retried if and only if a service was away."""

import asyncio
import sys
from collections.abc import Sequence

import pytest

from workers import __main__ as command
from workers.common import child
from workers.common.engine import EngineAwayError
from workers.common.errors import AwayError, WorkerError
from workers.common.queue import wait_before_retry
from workers.recommend.item_model import __main__ as item_model

NOTHING_LISTENS = "postgresql://postgres@127.0.0.1:1/postgres"


@pytest.mark.parametrize(
    ("error", "status"), [(AwayError("x"), 75), (EngineAwayError("x"), 75), (WorkerError("x"), 1)]
)
def test_worker_exits_with_75_if_a_service_is_away(
    monkeypatch: pytest.MonkeyPatch, error: WorkerError, status: int
) -> None:
    def main(arguments: Sequence[str]) -> int:
        raise error

    monkeypatch.setattr(sys, "argv", ["workers", "item_model"])
    monkeypatch.setattr(item_model, "main", main)
    assert command.main() == status


@pytest.mark.parametrize("name", ["item_model", "user_similarity", "blend"])
def test_job_is_retried_if_its_worker_cannot_connect_to_database(name: str) -> None:
    with pytest.raises(child.ChildAwayError, match="The database does not answer") as failed:
        asyncio.run(child.run(name, NOTHING_LISTENS))
    assert wait_before_retry(failed.value, 0) == 5


def test_job_is_not_retried_if_its_worker_fails_otherwise() -> None:
    with pytest.raises(child.ChildError) as failed:
        asyncio.run(child.run("no_such_worker", NOTHING_LISTENS))
    assert wait_before_retry(failed.value, 0) is None
