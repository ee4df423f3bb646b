"""The upkeep worker's jobs, all scheduled."""

from procrastinate import App, JobContext
from psycopg import Connection

from workers.common import logs
from workers.common.database import Pool
from workers.common.queries import queries
from workers.common.queue import Retry, Services

QUERIES = queries("upkeep")
QUEUE = "upkeep"
EVERY_MINUTE, HOURLY = "* * * * *", "47 * * * *"
DAILY, DAILY_LATER = "17 3 * * *", "27 3 * * *"
KEEP_HOURS = 7 * 24
"""Retention of jobs that succeeded or were aborted. Failed jobs are kept until a person deletes them."""


def register(app: App, database: Pool, services: Services) -> None:
    @app.periodic(cron=DAILY, queueing_lock="make_partitions")
    @app.task(name="make_partitions", queue=QUEUE, retry=Retry())
    def make_partitions(timestamp: int) -> None:
        with database.connection() as connection:
            connection.execute(QUERIES["make_partitions"])

    @app.periodic(cron=DAILY, queueing_lock="forget_unused_words")
    @app.task(name="forget_unused_words", queue=QUEUE, retry=Retry())
    def forget_unused_words(timestamp: int) -> None:
        with database.connection() as connection:
            connection.execute(QUERIES["delete_unused_words"])

    @app.periodic(cron=HOURLY, queueing_lock="publish_counts")
    @app.task(name="publish_counts", queue=QUEUE, retry=Retry())
    def publish_counts(timestamp: int) -> None:
        """Publish the figures that enough accounts changed, and the popularity that follows from them."""
        with database.connection() as connection:
            repeat(connection, QUERIES["publish_counts"])
            repeat(connection, QUERIES["refresh_popularity"])

    @app.periodic(cron=EVERY_MINUTE, queueing_lock="retry_stalled")
    @app.task(name="retry_stalled", queue=QUEUE, priority=1, pass_context=True)
    async def retry_stalled(context: JobContext, timestamp: int) -> None:
        """Queue the jobs of workers that died again."""
        for job in await context.app.job_manager.get_stalled_jobs():
            logs.warning("job_stalled", stalled_id=job.id, task=job.task_name, queue=job.queue)
            await context.app.job_manager.retry_job(job)

    @app.periodic(cron=DAILY_LATER, queueing_lock="remove_old")
    @app.task(name="remove_old", queue=QUEUE, retry=Retry(), pass_context=True)
    async def remove_old(context: JobContext, timestamp: int) -> None:
        await context.app.job_manager.delete_old_jobs(KEEP_HOURS, include_aborted=True)


def repeat(connection: Connection, query: bytes) -> None:
    """Run a query that changes one batch, in a transaction each, until it returns that it changed 0 rows."""
    while connection.execute(query).fetchone() != (0,):
        pass
