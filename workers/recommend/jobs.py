"""The recommend worker's jobs: three scheduled computations, and the refresh of one rater's neighbours."""

from procrastinate import App

from workers.common import logs
from workers.common.child import run
from workers.common.database import Pool
from workers.common.queries import queries
from workers.common.queue import Retry, Services

QUEUE = "recommend"
TRAIN_NIGHTLY, COMPARE_NIGHTLY, FIT_WEEKLY = "47 3 * * *", "17 4 * * *", "17 4 * * 0"
QUERIES = queries("recommend")


def register(app: App, database: Pool, services: Services) -> None:
    """A computation runs in a process of its own, so that its memory is freed when it ends."""
    url = services.database_url

    @app.periodic(cron=TRAIN_NIGHTLY, queueing_lock="train_item_model")
    @app.task(name="train_item_model", queue=QUEUE, priority=-1, retry=Retry())
    async def train_item_model(timestamp: int | None = None) -> None:
        logs.info("item_model_trained", output=await run("item_model", url))

    @app.periodic(cron=COMPARE_NIGHTLY, queueing_lock="compare_everybody")
    @app.task(name="compare_everybody", queue=QUEUE, priority=-1, retry=Retry())
    async def compare_everybody(timestamp: int | None = None) -> None:
        logs.info("everybody_compared", output=await run("user_similarity", url))

    @app.periodic(cron=FIT_WEEKLY, queueing_lock="fit_blend")
    @app.task(name="fit_blend", queue=QUEUE, priority=-1, retry=Retry())
    async def fit_blend(timestamp: int | None = None) -> None:
        logs.info("blend_fitted", output=await run("blend", url))

    @app.task(name="refresh_user_similarity", queue=QUEUE, retry=Retry())
    def refresh_user_similarity(rater_id: str) -> None:
        """Compare a rater with all others again, after the rater rated an item."""
        with database.connection() as connection:
            connection.execute(QUERIES["refresh_user_similarity"], {"rater_id": rater_id})
