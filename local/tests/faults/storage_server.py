"""A server of a test's own over a folder of its own, to be cut off, and what must be true of it after."""

import hashlib
import json
import os
import resource
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
from psycopg.rows import dict_row

from local import config, keys, services
from local.ports import free_port
from local.settings import ROOT
from local.temporary_stack import Stack
from local.tests.waiting import until

BUCKET = "faults"


class Server:
    """A platform process of the test's own that serves Storage alone, over a folder of its own."""

    def __init__(self, stack: Stack, directory: Path) -> None:
        self.directory, self.port = directory, free_port()
        secrets = keys.load(stack.settings.directory)
        environment = services.platform_environment(stack.settings, secrets, config.load(ROOT), ["storage"])
        self.environment = {**os.environ, **environment, "STORAGE_DIR": str(directory)}
        headers = {"authorization": f"Bearer {stack.service_role_key}"}
        self.url = f"{services.local_url(self.port)}/storage/v1"
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=120)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, fail_point: str = "", largest_file: int | None = None) -> None:
        self.process = subprocess.Popen(
            services.uvicorn(services.local_url(self.port)),
            cwd=ROOT,
            env={**self.environment, "STORAGE_FAIL_POINT": fail_point},
            stderr=subprocess.DEVNULL,
        )
        until(services.answers(f"{self.url}/status"))
        if largest_file:
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (largest_file, largest_file))

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def restart(self, fail_point: str = "") -> None:
        self.kill()
        self.start(fail_point)

    def files(self) -> list[str]:
        """All files of the folder, except descriptions of uploads."""
        paths = (path for path in self.directory.rglob("*") if path.is_file() and path.suffix != ".json")
        return sorted(path.name for path in paths)

    def put(self, name: str, content: bytes, upsert: bool = False) -> httpx.Response:
        headers = {"content-type": "text/plain", "x-upsert": str(upsert).lower()}
        return self.http.post(f"/object/{BUCKET}/{name}", content=content, headers=headers)

    def get(self, name: str) -> httpx.Response:
        return self.http.get(f"/object/{BUCKET}/{name}")

    def copy(self, source: str, target: str, upsert: bool = False) -> httpx.Response:
        body = {"bucketId": BUCKET, "sourceKey": source, "destinationKey": target}
        return self.http.post("/object/copy", json=body, headers={"x-upsert": str(upsert).lower()})

    def move(self, source: str, target: str) -> httpx.Response:
        body = {"bucketId": BUCKET, "sourceKey": source, "destinationKey": target}
        return self.http.post("/object/move", json=body)

    def remove(self, *names: str) -> httpx.Response:
        return self.http.request("DELETE", f"/object/{BUCKET}", json={"prefixes": names})


@contextmanager
def started(server: Server) -> Iterator[Server]:
    """With its bucket, for one test; both are gone after it."""
    server.start()
    server.http.post("/bucket", json={"name": BUCKET}).raise_for_status()
    yield server
    server.http.post(f"/bucket/{BUCKET}/empty").raise_for_status()
    server.http.delete(f"/bucket/{BUCKET}").raise_for_status()
    server.kill()
    server.http.close()


def came_in_pieces(etag: str) -> bool:
    """Then it is a version's and no digest, in a copy the one of its source."""
    return uuid.UUID(etag).version == 4


def versions(stack: Stack) -> list[str]:
    with psycopg.connect(stack.database_url) as connection:
        rows = connection.execute("select version from storage.objects where bucket_id = %s", [BUCKET])
        return sorted(version for (version,) in rows)


def check_whole(stack: Stack, server: Server) -> None:
    """Each row has its bytes, each file its row; what waits for more pieces is described."""
    with psycopg.connect(stack.database_url, row_factory=dict_row) as connection:
        rows = connection.execute(
            "select version, metadata from storage.objects where bucket_id = %s", [BUCKET]
        ).fetchall()
    files = {path.name: path for path in (server.directory / "objects").rglob("*") if path.is_file()}
    assert sorted(files) == sorted(row["version"] for row in rows)
    for row in rows:
        content, etag = files[row["version"]].read_bytes(), row["metadata"]["eTag"].strip('"')
        assert len(content) == row["metadata"]["size"]
        assert etag == hashlib.md5(content).hexdigest() or came_in_pieces(etag)
    assert list((server.directory / "incoming").iterdir()) == []
    waiting = server.directory / "resumable"
    described = {path.stem for path in waiting.glob("*.json") if not json.loads(path.read_text())["done"]}
    assert {path.name for path in waiting.iterdir() if path.suffix != ".json"} == described
