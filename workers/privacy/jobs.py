"""The privacy worker's jobs, all scheduled."""

from procrastinate import App

from workers.common.database import Pool
from workers.common.queue import Retry, Services
from workers.privacy import store
from workers.privacy.files import Files

QUEUE = "privacy"
HOURLY, HOURLY_LATER, HOURLY_LAST = "7 * * * *", "37 * * * *", "47 * * * *"
"""The shortest retention period is an hour."""


def register(app: App, database: Pool, services: Services) -> None:
    files = Files(services.supabase_url, services.supabase_service_role_key)

    @app.periodic(cron=HOURLY, queueing_lock="erase_accounts")
    @app.task(name="erase_accounts", queue=QUEUE, retry=Retry())
    def erase_accounts(timestamp: int) -> None:
        """Erase the accounts that are due."""
        with database.connection() as connection:
            store.erase_due(connection, files)

    @app.periodic(cron=HOURLY_LATER, queueing_lock="apply_retention")
    @app.task(name="apply_retention", queue=QUEUE, retry=Retry())
    def apply_retention(timestamp: int) -> None:
        """Delete rows whose retention period has ended."""
        with database.connection() as connection:
            store.apply_retention(connection)

    @app.periodic(cron=HOURLY_LAST, queueing_lock="remove_files")
    @app.task(name="remove_files", queue=QUEUE, retry=Retry())
    def remove_files(timestamp: int) -> None:
        """Delete the files of users who do not exist; also queued when a user is deleted."""
        with database.connection() as connection:
            store.remove_files(connection, files)
