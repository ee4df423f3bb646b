"""The environment of the REST server."""

import hashlib
import hmac
import os

from local import sockets
from local.config import Config
from local.keys import Keys
from local.postgres import cluster
from local.settings import Settings

CONNECTIONS = 2 * (os.cpu_count() or 1) + 2
"""Enough to keep the cores busy; with more all requests take longer. On two cores the 95th percentile of
lists for 8 clients was 52 ms with 6 connections and 66 ms with 16, measured in turns."""


def path_of_callers(jwt_secret: str) -> str:
    """The secret path of the server's port. Any account of the machine reaches a port, and a request there
    may name any sender: only the stack's own servers know the path. The gateway uses a socket.
    """
    return "/" + hmac.new(jwt_secret.encode(), b"port of REST", hashlib.sha256).hexdigest()[:32]


def own_environment(settings: Settings, keys: Keys, config: Config, port: int) -> dict[str, str]:
    """The environment of our own server, which listens on sockets too."""

    def at(name: str) -> str:
        return str(sockets.folder(settings) / f"{name}.sock")

    own = {"REST_SOCKET": at("rest"), "ADMIN_SOCKET": at("rest_admin")}
    return {
        **environment(settings, keys, config, port),
        **own,
        "REST_PATH": path_of_callers(keys.jwt_secret),
    }


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
