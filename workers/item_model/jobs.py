"""The item model's job: a training every night."""

from procrastinate import App

from workers.common import logs
from workers.common.child import run
from workers.common.queue import Retry

NIGHTLY = "47 3 * * *"


def register(app: App, database_url: str) -> None:
    @app.periodic(cron=NIGHTLY, queueing_lock="train_item_model")
    @app.task(name="train_item_model", queue="recommend", priority=-1, retry=Retry())
    async def train_item_model(timestamp: int | None = None) -> None:
        logs.info("item_model_trained", said=await run("item_model", database_url))
