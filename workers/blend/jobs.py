"""The blend's job: its weights are found anew every week."""

from procrastinate import App

from workers.common import logs
from workers.common.child import run
from workers.common.queue import Retry

WEEKLY = "17 4 * * 0"


def register(app: App, database_url: str) -> None:
    @app.periodic(cron=WEEKLY, queueing_lock="fit_blend")
    @app.task(name="fit_blend", queue="recommend", priority=-1, retry=Retry())
    async def fit_blend(timestamp: int | None = None) -> None:
        logs.info("blend_fitted", said=await run("blend", database_url))
