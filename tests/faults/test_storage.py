"""Storage cut off at any point: what was answered is there whole, and nothing else after the next start."""

import os
import resource
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from local import config, keys, parts
from local.settings import ROOT
from tests.clients.storage.test_resumable import PIECE, TUS, UPLOADS, described
from tests.conftest import Stack

BUCKET = "faults"
FAIL_POINTS = ["before keeping", "before row", "before commit"]


class Server:
    """A platform process of the test's own over a folder of its own, in the shared database."""

    def __init__(self, stack: Stack, directory: Path) -> None:
        self.directory, self.port = directory, parts.free_port()
        secrets = keys.load(stack.settings.directory)
        environment = parts.platform_environment(stack.settings, secrets, config.load(ROOT))
        self.environment = {**os.environ, **environment, "STORAGE_DIR": str(directory)}
        headers = {"authorization": f"Bearer {stack.service_role_key}"}
        url = f"http://127.0.0.1:{self.port}/storage/v1"
        self.http = httpx.Client(base_url=url, headers=headers, timeout=30)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, fail_point: str = "", largest_file: int | None = None) -> None:
        def limit() -> None:
            if largest_file:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        self.process = subprocess.Popen(
            parts.uvicorn(self.port),
            cwd=ROOT,
            env={**self.environment, "STORAGE_FAIL_POINT": fail_point},
            stderr=subprocess.DEVNULL,
            preexec_fn=limit,
        )
        wait_until(self.answers)

    def answers(self) -> bool:
        try:
            return self.http.get("/status").status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def files(self) -> list[str]:
        """All files of the folder, except descriptions of uploads that ended."""
        found = (path for path in self.directory.rglob("*") if path.is_file() and path.suffix != ".json")
        return sorted(path.name for path in found)

    def put(self, name: str, content: bytes, upsert: bool = False) -> httpx.Response:
        headers = {"content-type": "text/plain", "x-upsert": str(upsert).lower()}
        return self.http.post(f"/object/{BUCKET}/{name}", content=content, headers=headers)

    def get(self, name: str) -> httpx.Response:
        return self.http.get(f"/object/{BUCKET}/{name}")


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def server(stack: Stack, tmp_path: Path) -> Iterator[Server]:
    if "storage" in stack.elsewhere:
        pytest.skip("our own storage is off here, and its rows are another server's")
    made = Server(stack, tmp_path / "files")
    made.start()
    made.http.post("/bucket", json={"name": BUCKET}).raise_for_status()
    yield made
    made.kill()
    made.start()
    made.http.post(f"/bucket/{BUCKET}/empty")
    made.http.delete(f"/bucket/{BUCKET}").raise_for_status()
    made.kill()
    made.http.close()


def versions(stack: Stack) -> list[str]:
    with psycopg.connect(stack.database_url) as connection:
        rows = connection.execute("select version from storage.objects where bucket_id = %s", [BUCKET])
        return sorted(version for (version,) in rows)


@pytest.mark.parametrize("point", FAIL_POINTS)
def test_a_process_that_ends_in_an_upload_leaves_what_was_there(
    stack: Stack, server: Server, point: str
) -> None:
    server.put("old.txt", b"old").raise_for_status()
    server.kill()
    server.start(fail_point=point)
    for name, upsert in (("new.txt", False), ("old.txt", True)):
        with pytest.raises(httpx.HTTPError):
            server.put(name, b"cut off", upsert)
        server.kill()
        server.start(fail_point=point)
    assert server.get("old.txt").content == b"old"
    assert server.get("new.txt").json()["code"] == "NoSuchKey"
    assert server.files() == versions(stack)
    server.kill()
    server.start()
    assert server.put("new.txt", b"new").status_code == 200
    assert server.get("new.txt").content == b"new"


@pytest.mark.parametrize("point", FAIL_POINTS)
def test_a_resumable_upload_goes_on_after_its_process_ended(stack: Stack, server: Server, point: str) -> None:
    words = described(bucketName=BUCKET, objectName="a.txt")
    url = str(server.http.post(UPLOADS, headers={**words, "upload-length": "11"}).headers["location"])
    server.http.patch(url, content=b"hello ", headers={**PIECE, "upload-offset": "0"}).raise_for_status()
    server.kill()
    server.start(fail_point=point)
    assert server.http.head(url, headers=TUS).headers["upload-offset"] == "6"
    with pytest.raises(httpx.HTTPError):
        server.http.patch(url, content=b"world", headers={**PIECE, "upload-offset": "6"})
    server.kill()
    server.start()
    assert server.http.head(url, headers=TUS).headers["upload-offset"] == "11"
    assert server.get("a.txt").content == b"hello world"
    assert server.files() == versions(stack)


def test_a_process_killed_while_bytes_come_keeps_none_of_them(stack: Stack, server: Server) -> None:
    started = threading.Event()

    def slowly() -> Iterator[bytes]:
        yield bytes(3_000_000)
        started.set()
        time.sleep(2)
        yield bytes(3_000_000)

    with ThreadPoolExecutor() as pool:
        sending = pool.submit(server.http.post, f"/object/{BUCKET}/a.bin", content=slowly())
        started.wait(10)
        wait_until(lambda: server.files() != [])
        server.kill()
        with pytest.raises(httpx.HTTPError):
            sending.result()
    server.start()
    assert server.files() == versions(stack) == []


def test_a_client_that_goes_away_leaves_nothing(stack: Stack, server: Server) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(2_000_000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        server.http.post(f"/object/{BUCKET}/a.bin", content=broken())
    wait_until(lambda: server.files() == [])
    assert versions(stack) == []


@pytest.mark.parametrize("upsert", [False, True])
def test_of_uploads_to_one_name_at_once_one_wins_whole(stack: Stack, server: Server, upsert: bool) -> None:
    contents = [bytes([number]) * 300_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda content: server.put("a.bin", content, upsert), contents))
    assert [answer.status_code for answer in answers].count(200) == (8 if upsert else 1)
    assert all(answer.json()["code"] == "KeyAlreadyExists" for answer in answers if answer.status_code != 200)
    assert server.get("a.bin").content in contents
    assert server.files() == versions(stack)


def test_readers_see_a_whole_file_while_it_is_replaced(server: Server) -> None:
    contents = [bytes([number]) * 400_000 for number in range(5)]
    server.put("a.bin", contents[0]).raise_for_status()
    done = threading.Event()

    def read() -> set[bytes]:
        seen = set()
        while not done.is_set():
            answer = server.get("a.bin")
            assert answer.status_code == 200
            seen.add(answer.content)
        return seen

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for number in range(30):
            server.put("a.bin", contents[number % 5], upsert=True).raise_for_status()
        done.set()
        assert all(reader.result() <= set(contents) for reader in readers)


def test_a_full_disk_is_told_and_costs_nothing_that_was_stored(stack: Stack, server: Server) -> None:
    server.put("old.bin", b"old").raise_for_status()
    server.kill()
    server.start(largest_file=2_000_000)
    answer = server.put("old.bin", bytes(5_000_000), upsert=True)
    assert (answer.status_code, answer.json()["code"]) == (507, "InsufficientStorage")
    words = described(bucketName=BUCKET, objectName="new.bin")
    url = server.http.post(UPLOADS, headers={**words, "upload-length": "5000000"}).headers["location"]
    sent = server.http.patch(url, content=bytes(5_000_000), headers={**PIECE, "upload-offset": "0"})
    assert sent.status_code == 507
    server.http.delete(url, headers=TUS).raise_for_status()
    assert server.get("old.bin").content == b"old"
    assert server.files() == versions(stack)


def test_a_row_without_a_file_is_reported_and_not_served(stack: Stack, server: Server) -> None:
    server.put("a.txt", b"x").raise_for_status()
    (path,) = [path for path in (server.directory / "objects").rglob("*") if path.is_file()]
    path.unlink()
    assert server.get("a.txt").json()["code"] == "NoSuchKey"
    server.kill()
    (server.directory / "objects" / "00").mkdir(exist_ok=True)
    (server.directory / "objects" / "00" / str(uuid.UUID(int=1))).write_bytes(b"nobody's")
    server.start()
    assert server.files() == []
    assert len(versions(stack)) == 1


@contextmanager
def peak_memory(process: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """The largest resident size in bytes that was seen."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            peak[0] = max(peak[0], psutil.Process(process.pid).memory_info().rss)

    with ThreadPoolExecutor() as pool:
        pool.submit(watch)
        yield peak
        done.set()


def test_a_large_file_passes_through_little_memory(server: Server) -> None:
    size, block = 300_000_000, bytes(1_000_000)
    assert server.process
    with peak_memory(server.process) as peak:
        pieces = (block for _ in range(size // len(block)))
        server.http.post(f"/object/{BUCKET}/a.bin", content=pieces).raise_for_status()
        with server.http.stream("GET", f"/object/{BUCKET}/a.bin") as answer:
            assert sum(len(piece) for piece in answer.iter_bytes()) == size
    assert peak[0] < 150_000_000
