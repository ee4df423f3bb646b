"""Measure 1,000 uploads of 50 kB with 16 clients and a download of 1 GB, compared with nginx."""

import os
import socket
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx
import jwt
import psycopg

from bench import nginx
from bench.drive import Drive, drive
from bench.table import Table, percentile
from local.temporary_stack import Stack

CLIENTS, UPLOADS = 16, 1008
SIZE = 50_000
LARGE = 1_000_000_000
BLOCK = bytes(4_000_000)
ROUNDS = 3
POLICY = """
    create policy bench_files on storage.objects for all to authenticated
    using (bucket_id = 'bench' and (storage.foldername(name))[1] = (select auth.uid())::text)
    with check (bucket_id = 'bench' and (storage.foldername(name))[1] = (select auth.uid())::text)
"""


@dataclass(frozen=True)
class Target:
    """A server and folder for files, with the headers of its user."""

    url: str
    folder: str
    headers: dict[str, str]
    method: str

    def request(self, method: str, name: str, body: bytes = b"") -> bytes:
        headers = {"host": urlsplit(self.url).netloc, "content-length": str(len(body)), **self.headers}
        lines = [
            f"{method} {self.folder}/{name} HTTP/1.1",
            *(f"{key}: {value}" for key, value in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body


def measure(stack: Stack) -> list[Table]:
    table = Table(
        "Files",
        f"{UPLOADS} uploads of {SIZE // 1000} kB at {CLIENTS} clients, as a user whose policies decide, and "
        f"a download of {LARGE / 1e9:.0f} GB, through the gateway: medians of {ROUNDS} rounds in turn. nginx "
        "checks no permissions, keeps no rows and does not sync files to disk; Storage syncs each file "
        "before it responds. `share` is Storage's rate divided by nginx's.",
        ("", "uploads/s", "ms p50", "ms p99", "download MB/s", "share up", "share down"),
    )
    nginx_path = nginx.program()
    with storage(stack) as ours, tempfile.TemporaryDirectory(dir=stack.settings.directory) as folder:
        if nginx_path is None:
            rates, down = _rounds([ours])
            table.rows.append(_row("Storage", rates[0], down[0]))
            table.rows.append(("nginx: not installed, or without its DAV module", *("-",) * 6))
            return [table]
        with nginx.running(nginx_path, Path(folder) / "nginx") as url:
            rates, down = _rounds([ours, Target(url, "/bench", {}, "PUT")])
        up_share = _per_second(rates[0]) / _per_second(rates[1])
        table.rows.append(
            (*_row("Storage", rates[0], down[0])[:5], up_share, median(down[0]) / median(down[1]))
        )
        table.rows.append(_row("nginx", rates[1], down[1]))
    return [table]


@contextmanager
def storage(stack: Stack) -> Iterator[Target]:
    """Create a bucket in which a user has a folder; deleted at the end."""
    user = str(uuid.uuid4())
    claims = {"sub": user, "role": "authenticated", "aud": "authenticated", "exp": int(time.time()) + 3600}
    service = {"authorization": f"Bearer {stack.service_role_key}"}
    token = jwt.encode(claims, stack.jwt_secret)
    with (
        psycopg.connect(stack.database_url, autocommit=True) as connection,
        httpx.Client(base_url=f"{stack.url}/storage/v1", headers=service, timeout=300) as http,
    ):
        connection.execute(POLICY.encode())
        http.post("/bucket", json={"name": "bench"}).raise_for_status()
        try:
            headers = {
                "authorization": f"Bearer {token}",
                "apikey": stack.anon_key,
                "content-type": "video/mp4",
            }
            yield Target(stack.url, f"/storage/v1/object/bench/{user}", headers, "POST")
        finally:
            http.post("/bucket/bench/empty").raise_for_status()
            http.delete("/bucket/bench").raise_for_status()
            connection.execute("drop policy bench_files on storage.objects")


def _rounds(targets: list[Target]) -> tuple[list[list[Drive]], list[list[float]]]:
    """For each target its rounds of uploads, and its downloads in MB/s."""
    body = os.urandom(SIZE)
    up: list[list[Drive]] = [[] for _ in targets]
    down: list[list[float]] = [[] for _ in targets]
    for target in targets:
        _upload_large(target)
    for _ in range(ROUNDS):
        for number, target in enumerate(targets):
            up[number].append(_upload(target, body))
            down[number].append(_download(target))
    return up, down


def _upload(target: Target, body: bytes) -> Drive:
    def mine() -> list[bytes]:
        each = range(UPLOADS // CLIENTS)
        return [target.request(target.method, uuid.uuid4().hex, body) for _ in each]

    return drive(target.url, [mine() for _ in range(CLIENTS)])


def _upload_large(target: Target) -> None:
    blocks = (BLOCK for _ in range(LARGE // len(BLOCK)))
    headers = {**target.headers, "content-length": str(LARGE)}
    url = f"{target.url}{target.folder}/large"
    httpx.request(target.method, url, content=blocks, headers=headers, timeout=300).raise_for_status()


def _download(target: Target) -> float:
    address, buffer = urlsplit(target.url), bytearray(1 << 20)
    started, read = time.perf_counter(), 0
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(target.request("GET", "large"))
        while read < LARGE:
            count = connection.recv_into(buffer)
            if not count:
                raise ConnectionError("the download broke off")
            read += count
    return LARGE / 1e6 / (time.perf_counter() - started)


def _per_second(rounds: list[Drive]) -> float:
    return median(UPLOADS / each.seconds for each in rounds)


def _row(name: str, rounds: list[Drive], down: list[float]) -> tuple[object, ...]:
    times = [value for each in rounds for client in each.milliseconds for value in client]
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    return name, _per_second(rounds), p50, p99, median(down), "-", "-"
