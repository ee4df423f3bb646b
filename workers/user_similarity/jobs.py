"""The similarity worker's job: everybody is compared with everybody every night."""

from procrastinate import App

from workers.common import logs
from workers.common.child import run
from workers.common.queue import Retry

NIGHTLY = "17 4 * * *"


def register(app: App, database_url: str) -> None:
    @app.periodic(cron=NIGHTLY, queueing_lock="compare_everybody")
    @app.task(name="compare_everybody", queue="recommend", priority=-1, retry=Retry())
    async def compare_everybody(timestamp: int | None = None) -> None:
        logs.info("everybody_compared", said=await run("user_similarity", database_url))
