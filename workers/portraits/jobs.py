"""The portraits worker's jobs."""

from procrastinate import App

from workers.common.database import Pool
from workers.common.queue import Retry, Services
from workers.portraits import store
from workers.portraits.files import Pictures


def register(app: App, database: Pool, services: Services) -> None:
    files = Pictures(services.supabase_url, services.supabase_service_role_key)

    @app.task(name="publish_portraits", queue="portraits", retry=Retry())
    def publish_portraits(account_id: str) -> None:
        """Update an account's published pictures, after one was uploaded, chosen or removed."""
        with database.connection() as connection:
            store.publish(connection, files, account_id)
