"""A server of Auth or Storage that stands in for a real one: at the root of its port, its tables its own doing.

python -m tests.standin storage 5000        for the stack of LOCAL_DIR and LOCAL_PORT, until it is stopped
"""

import argparse
import os
import sys

import psycopg
import uvicorn

from local import config, keys, parts, settings
from local.postgres import cluster
from local.settings import ROOT


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["auth", "storage"])
    parser.add_argument("port", type=int)
    arguments = parser.parse_args()
    at = settings.load()
    secrets = keys.load(at.directory)
    own = parts.platform_environment(at, secrets, config.load(ROOT), [arguments.part])
    os.environ |= own | {"STORAGE_DIR": str(at.directory / "elsewhere")}
    make_tables(cluster.url(at, secrets, cluster.SUPERUSER), arguments.part)

    from local.platform import application

    uvicorn.run(
        application({arguments.part: ""}),
        host="127.0.0.1",
        port=arguments.port,
        access_log=False,
        log_level="warning",
    )


def make_tables(database_url: str, part: str) -> None:
    """Once, as a real server's migrations do; the stack is not told."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute("select to_regclass(%s) is not null", [cluster.TABLES[part][0]]).fetchone()
        if found != (True,):
            connection.execute((ROOT / cluster.schema(part)).read_bytes())


if __name__ == "__main__":
    sys.exit(main())
