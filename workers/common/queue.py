"""The queue, Procrastinate: how it is reached, what is tried again, and what becomes of a job overtaken."""

import random
from datetime import datetime

import psycopg
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import JobAborted, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from workers.common.errors import AwayError

SCHEMA = "procrastinate"
ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0


def open_app(url: str) -> App:
    """The app without its tasks. Its connections must be direct or by session: they listen."""
    connector = PsycopgConnector(conninfo=url, min_size=1, max_size=4, configure=_use_schema)
    app = App(connector=connector)
    app.job_manager = Jobs(connector)
    return app


async def _use_schema(connection: psycopg.AsyncConnection) -> None:
    await connection.execute(f"set search_path = {SCHEMA}")
    await connection.commit()


def wait_before_retry(error: BaseException, attempts: int) -> float | None:
    """Seconds after which a job that failed `attempts` times before is tried again; None gives it up."""
    if isinstance(error, JobAborted):
        return 0
    if attempts >= ATTEMPTS or not isinstance(error, AwayError | psycopg.OperationalError):
        return None
    return min(FIRST_WAIT * 2.0**attempts, LONGEST_WAIT)


class Retry(BaseRetryStrategy):
    """Again after a while, when the cause may have passed by then."""

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
        """A job whose like was put in while it ran has a successor waiting, and ends."""
        try:
            await super().retry_job(job, retry_at, priority, queue, lock)
        except UniqueViolation:
            await self.finish_job(job, Status.ABORTED, delete_job=False)
