"""The portraits worker's jobs."""

from procrastinate import App

from workers.common.database import Pool
from workers.common.queue import Retry
from workers.portraits import store
from workers.portraits.files import Pictures


def register(app: App, database: Pool, files: Pictures) -> None:
    @app.task(name="publish_portraits", queue="portraits", retry=Retry())
    def publish_portraits(account_id: str) -> None:
        """Make an account's public pictures again, after one was uploaded, chosen or removed."""
        with database.connection() as connection:
            store.publish(connection, files, account_id)
