"""The queue, Procrastinate: its app, which failed jobs are retried, and when."""

import random
from datetime import datetime
from typing import Protocol

import psycopg
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import JobAborted, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from workers.common.errors import AwayError
from workers.common.settings import Secret

SCHEMA = "procrastinate"
ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
"""Seconds."""


class Services(Protocol):
    """The services that jobs use; each worker's `jobs.register` reads what it needs."""

    @property
    def database_url(self) -> Secret: ...
    @property
    def search_url(self) -> str: ...
    @property
    def supabase_url(self) -> str: ...
    @property
    def supabase_service_role_key(self) -> Secret: ...


def open_app(url: str) -> App:
    """The app without its tasks. The URL must not lead to a transaction pooler: the queue uses LISTEN."""
    connector = PsycopgConnector(conninfo=url, min_size=1, max_size=4, configure=_use_schema)
    app = App(connector=connector)
    app.job_manager = Jobs(connector)
    return app


async def _use_schema(connection: psycopg.AsyncConnection) -> None:
    await connection.execute(f"set search_path = {SCHEMA}")
    await connection.commit()


def wait_before_retry(error: BaseException, attempts: int) -> float | None:
    """Seconds until a job that failed `attempts` times before is retried; None: it is not retried."""
    if isinstance(error, JobAborted):
        return 0
    if attempts >= ATTEMPTS or not isinstance(error, AwayError | psycopg.OperationalError):
        return None
    return min(FIRST_WAIT * 2.0**attempts, LONGEST_WAIT)


class Retry(BaseRetryStrategy):
    """Retries errors that may pass, with exponential backoff and jitter."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        wait = wait_before_retry(exception, job.attempts)
        return (
            None if wait is None else RetryDecision(retry_in={"seconds": int(wait * random.uniform(1, 1.5))})
        )


class Jobs(JobManager):
    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Abort the job instead if one with the same queueing lock was queued while it ran."""
        try:
            await super().retry_job(job, retry_at, priority, queue, lock)
        except UniqueViolation:
            await self.finish_job(job, Status.ABORTED, delete_job=False)
