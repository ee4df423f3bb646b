"""The embedding worker's jobs: one item, and all that no job was put in for."""

from uuid import UUID

from procrastinate import App, JobContext
from procrastinate.exceptions import JobAborted

from workers.common import logs
from workers.common.database import Pool
from workers.common.queue import Retry
from workers.embedding import sweep
from workers.embedding.client import SearchClient

QUEUE = "embedding"
EVERY_TEN_MINUTES = "*/10 * * * *"


def register(app: App, database: Pool, search: SearchClient) -> None:
    @app.task(name="embed_item", queue=QUEUE, retry=Retry())
    def embed_item(item_id: str) -> None:
        with database.connection() as connection:
            embedded = sweep.embed_item(connection, search, UUID(item_id))
        logs.info("item_embedded" if embedded else "item_unchanged", item_id=item_id)

    @app.periodic(cron=EVERY_TEN_MINUTES, queueing_lock="embed_stale")
    @app.task(name="embed_stale", queue=QUEUE, priority=-1, retry=Retry(), pass_context=True)
    def embed_stale(context: JobContext, timestamp: int | None = None) -> None:
        """After a bulk load, and every ten minutes for whatever the queue missed."""
        with database.connection() as connection:
            embedded, whole = sweep.sweep_until(connection, search, context.should_abort)
        logs.info("stale_embedded", embedded=embedded, whole=whole)
        if not whole:
            raise JobAborted
