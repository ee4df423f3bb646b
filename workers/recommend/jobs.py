"""The recommendation worker's jobs."""

from procrastinate import App

from workers.common.database import Pool, query
from workers.common.queue import Retry


def register(app: App, database: Pool) -> None:
    @app.task(name="refresh_user_similarity", queue="recommend", retry=Retry())
    def refresh_user_similarity(rater_id: str) -> None:
        """Compare a rater anew with all others, after they rated something."""
        with database.connection() as connection:
            connection.execute(query(__file__, "refresh_user_similarity"), {"rater_id": rater_id})
