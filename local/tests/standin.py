"""A server of Auth or Storage that stands in for a real one: at the root of its port, with tables it makes.

    python -m local.tests.standin storage 5000

for the stack of LOCAL_DIR and LOCAL_PORT, until it is stopped.
"""

import argparse
import os

import psycopg
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from local import config, keys, services, settings
from local.postgres import cluster
from local.settings import ROOT


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["auth", "storage"])
    parser.add_argument("port", type=int)
    arguments = parser.parse_args()
    at = settings.load()
    secrets = keys.load(at.directory)
    own = services.platform_environment(at, secrets, config.load(ROOT), [arguments.part])
    os.environ |= own | {"STORAGE_DIR": str(at.directory / "elsewhere")}
    make_tables(cluster.url(at, secrets, cluster.SUPERUSER), arguments.part)

    from local.platform import app

    served = at_root(app, f"/{arguments.part}/v1")
    uvicorn.run(served, host="127.0.0.1", port=arguments.port, access_log=False, log_level="warning")


def make_tables(database_url: str, part: str) -> None:
    """Create the tables once, as a real server's migrations do, without a record in the stack."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select to_regclass(%s) is not null", [cluster.TABLES[part][0]]).fetchone()
        if row != (True,):
            connection.execute((ROOT / cluster.schema(part)).read_bytes())


def at_root(app: ASGIApp, prefix: str) -> ASGIApp:
    """As if its paths began after `prefix`."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw = prefix.encode() + scope["raw_path"]
            scope = {**scope, "path": prefix + scope["path"], "raw_path": raw}
        await app(scope, receive, send)

    return run


if __name__ == "__main__":
    main()
