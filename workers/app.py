"""The queue's tasks, put together from the workers that have some."""

from procrastinate import App

from workers.blend import jobs as blend
from workers.common.database import Pool
from workers.common.queue import open_app
from workers.embedding import jobs as embedding
from workers.embedding.client import SearchClient
from workers.item_model import jobs as item_model
from workers.jobs.settings import Settings, Switch
from workers.portraits import jobs as portraits
from workers.portraits.files import Pictures
from workers.privacy import jobs as privacy
from workers.privacy.files import Files
from workers.recommend import jobs as recommend
from workers.upkeep import jobs as upkeep
from workers.user_similarity import jobs as user_similarity

ALWAYS = {"retry_stalled"}
"""What the clock does even where it is off."""


def assemble(read: Settings, database: Pool) -> App:
    app = open_app(read.database_url)
    embedding.register(app, database, SearchClient(read.search_url, read.supabase_service_role_key))
    item_model.register(app, read.database_url)
    blend.register(app, read.database_url)
    portraits.register(app, database, Pictures(read.supabase_url, read.supabase_service_role_key))
    privacy.register(app, database, Files(read.supabase_url, read.supabase_service_role_key))
    recommend.register(app, database)
    upkeep.register(app, database)
    user_similarity.register(app, read.database_url)
    if read.periodic_jobs is Switch.OFF:
        forget_the_clock(app)
    return app


def forget_the_clock(app: App) -> None:
    periodic = app.periodic_registry.periodic_tasks
    for key in [key for key, found in periodic.items() if found.task.name not in ALWAYS]:
        del periodic[key]
