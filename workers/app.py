"""The queue's tasks, put together from the workers that have some."""

from procrastinate import App

from workers.blend import jobs as blend
from workers.common.database import Pool
from workers.common.queue import open_app
from workers.embedding import jobs as embedding
from workers.embedding.client import SearchClient
from workers.item_model import jobs as item_model
from workers.privacy import jobs as privacy
from workers.recommend import jobs as recommend
from workers.upkeep import jobs as upkeep
from workers.user_similarity import jobs as user_similarity


def assemble(database_url: str, database: Pool, search_url: str, service_role_key: str) -> App:
    app = open_app(database_url)
    embedding.register(app, database, SearchClient(search_url, service_role_key))
    item_model.register(app, database_url)
    blend.register(app, database_url)
    privacy.register(app, database)
    recommend.register(app, database)
    upkeep.register(app, database)
    user_similarity.register(app, database_url)
    return app
