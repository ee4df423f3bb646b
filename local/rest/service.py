"""The environment of the REST server."""

import os

from local.config import Config
from local.keys import Keys
from local.postgres import cluster
from local.settings import Settings

CONNECTIONS = 2 * (os.cpu_count() or 1) + 2
"""Enough to keep the cores busy; with more all requests take longer. On two cores the 95th percentile of
lists for 8 clients was 52 ms with 6 connections and 66 ms with 16, measured in turns."""


def environment(settings: Settings, keys: Keys, config: Config, port: int) -> dict[str, str]:
    """The environment; timeouts and request check are roles' settings in the database, as for PostgREST."""
    return {
        "PGRST_DB_URI": cluster.url(settings, keys, "authenticator"),
        "PGRST_DB_SCHEMAS": ",".join(config.schemas),
        "PGRST_DB_EXTRA_SEARCH_PATH": ",".join(config.extra_search_path),
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_MAX_ROWS": str(config.max_rows),
        "PGRST_DB_CHANNEL_ENABLED": "true",
        "PGRST_DB_POOL": str(CONNECTIONS),
        "PGRST_JWT_SECRET": keys.jwt_secret,
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": str(port),
        "PGRST_COMPAT_MODE": "1",
        "REST_COUNTERS": str(settings.directory / "counters"),
        "REST_RATE_LIMITS": config.project.rate_limits,
    }
