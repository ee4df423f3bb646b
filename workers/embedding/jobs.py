"""The embedding worker's jobs: embed one item, and all stale items."""

from uuid import UUID

from procrastinate import App, JobContext
from procrastinate.exceptions import JobAborted

from workers.common import logs
from workers.common.database import Pool
from workers.common.queue import Retry, Services
from workers.embedding import sweep
from workers.embedding.client import SearchClient

QUEUE = "embedding"
EVERY_TEN_MINUTES = "*/10 * * * *"


def register(app: App, database: Pool, services: Services) -> None:
    search = SearchClient(services.search_url, services.supabase_service_role_key)

    @app.task(name="embed_item", queue=QUEUE, retry=Retry())
    def embed_item(item_id: str) -> None:
        with database.connection() as connection:
            embedded = sweep.embed_item(connection, search, UUID(item_id))
        logs.info("item_embedded" if embedded else "item_unchanged", item_id=item_id)

    @app.periodic(cron=EVERY_TEN_MINUTES, queueing_lock="embed_stale")
    @app.task(name="embed_stale", queue=QUEUE, priority=-1, retry=Retry(), pass_context=True)
    def embed_stale(context: JobContext, timestamp: int | None = None) -> None:
        """Queued after a bulk load, and every ten minutes for items that no job was queued for."""
        with database.connection() as connection:
            embedded, whole = sweep.sweep_until(connection, search, context.should_abort)
        logs.info("stale_embedded", embedded=embedded, whole=whole)
        if not whole:
            raise JobAborted
