"""Storage cut off at any point: what was answered is there whole, and nothing else after the next start."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from subprocess import Popen

import httpx
import psutil
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.test_resumable import PIECE, TUS, UPLOADS, described
from local.tests.faults.storage_server import BUCKET, Server, check_whole, versions
from local.tests.waiting import until

FAIL_POINTS = ["before keeping", "before row", "before commit", "after commit"]


@pytest.mark.soak
@pytest.mark.parametrize("point", FAIL_POINTS)
def test_a_process_that_ends_in_an_upload_leaves_what_was_there(
    stack: Stack, server: Server, point: str
) -> None:
    server.put("old.txt", b"old").raise_for_status()
    server.restart(point)
    for name, upsert in (("new.txt", False), ("old.txt", True)):
        with pytest.raises(httpx.HTTPError):
            server.put(name, b"cut off", upsert)
        server.restart(point)
        check_whole(stack, server)
    is_committed = point == "after commit"
    assert server.get("old.txt").content == (b"cut off" if is_committed else b"old")
    assert server.get("new.txt").is_success is is_committed
    server.restart()
    assert server.put("new.txt", b"new", upsert=True).status_code == 200
    assert server.get("new.txt").content == b"new"


Act = Callable[[Server, str], httpx.Response]
ACTS: dict[str, Act] = {
    "copy": lambda server, to: server.copy(f"{to}/a.txt", f"{to}/c.txt"),
    "copy onto another": lambda server, to: server.copy(f"{to}/a.txt", f"{to}/b.txt", upsert=True),
    "move": lambda server, to: server.move(f"{to}/a.txt", f"{to}/c.txt"),
    "remove": lambda server, to: server.remove(f"{to}/a.txt", f"{to}/b.txt"),
    "remove one": lambda server, to: server.http.delete(f"/object/{BUCKET}/{to}/a.txt"),
    "empty": lambda server, _: server.http.post(f"/bucket/{BUCKET}/empty"),
}
DONE: dict[str, list[bytes | None]] = {
    "copy": [b"a", b"b", b"a"],
    "copy onto another": [b"a", b"a", None],
    "move": [None, b"b", b"a"],
    "remove": [None, None, None],
    "remove one": [None, b"b", None],
    "empty": [None, None, None],
}
"""What a.txt, b.txt and c.txt hold afterwards."""


@pytest.mark.soak
@pytest.mark.parametrize("point", ["before commit", "after commit"])
def test_a_process_that_ends_in_any_other_act_has_done_it_or_not(
    stack: Stack, server: Server, point: str
) -> None:
    for act in ACTS:
        for name in ("a", "b"):
            server.put(f"{act}/{name}.txt", name.encode()).raise_for_status()
    server.restart(point)
    for act in ACTS:
        with pytest.raises(httpx.HTTPError):
            ACTS[act](server, act)
        server.restart(point)
        check_whole(stack, server)
        responses = [server.get(f"{act}/{name}.txt") for name in ("a", "b", "c")]
        contents = [response.content if response.is_success else None for response in responses]
        assert contents == (DONE[act] if point == "after commit" else [b"a", b"b", None])


@pytest.mark.soak
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


@pytest.mark.soak
def test_a_process_killed_while_bytes_come_keeps_none_of_them(stack: Stack, server: Server) -> None:
    killed = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield bytes(3_000_000)
        killed.wait(120)
        yield bytes(3_000_000)

    with ThreadPoolExecutor() as pool:
        sending = pool.submit(server.http.post, f"/object/{BUCKET}/a.bin", content=pieces())
        until(lambda: server.files() != [])
        server.kill()
        killed.set()
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
    until(lambda: server.files() == [])
    assert versions(stack) == []


@pytest.mark.parametrize("upsert", [False, True])
def test_one_of_concurrent_uploads_to_one_name_wins_complete(
    stack: Stack, server: Server, upsert: bool
) -> None:
    contents = [bytes([number]) * 300_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda content: server.put("a.bin", content, upsert), contents))
    assert [response.status_code for response in responses].count(200) == (8 if upsert else 1)
    assert all(
        response.json()["code"] == "KeyAlreadyExists" for response in responses if response.status_code != 200
    )
    assert server.get("a.bin").content in contents
    assert server.files() == versions(stack)


def test_readers_see_a_whole_file_while_it_is_replaced(server: Server) -> None:
    contents = [bytes([number]) * 400_000 for number in range(5)]
    server.put("a.bin", contents[0]).raise_for_status()
    finished = threading.Event()

    def read() -> set[bytes]:
        contents = set()
        while not finished.is_set():
            response = server.get("a.bin")
            assert response.status_code == 200
            contents.add(response.content)
        return contents

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for number in range(30):
            server.put("a.bin", contents[number % 5], upsert=True).raise_for_status()
        finished.set()
        assert all(reader.result() <= set(contents) for reader in readers)


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
def peak_memory(process: Popen[bytes]) -> Iterator[list[int]]:
    """The largest resident size in bytes that was seen."""
    peak, finished = [0], threading.Event()

    def watch() -> None:
        while not finished.wait(0.02):
            peak[0] = max(peak[0], psutil.Process(process.pid).memory_info().rss)

    with ThreadPoolExecutor() as pool:
        pool.submit(watch)
        yield peak
        finished.set()


def test_a_large_file_passes_through_little_memory(server: Server) -> None:
    size, block = 300_000_000, bytes(1_000_000)
    assert server.process
    with peak_memory(server.process) as peak:
        pieces = (block for _ in range(size // len(block)))
        server.http.post(f"/object/{BUCKET}/a.bin", content=pieces).raise_for_status()
        with server.http.stream("GET", f"/object/{BUCKET}/a.bin") as response:
            assert sum(len(piece) for piece in response.iter_bytes()) == size
    assert peak[0] < 150_000_000
