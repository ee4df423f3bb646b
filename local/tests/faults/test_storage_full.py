"""A full disk: it is said, what was stored stays, nothing half remains, and it goes on once there is room."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.test_resumable import PIECE, TUS, UPLOADS, described
from local.tests.faults.storage_server import BUCKET, Server, check_whole, started

ROOM = 12_000_000
LARGE = bytes(range(256)) * 8000
FORM = {"content-type": "multipart/form-data; boundary=x"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here; a limit on the size of files stands in for it")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def crowded(stack: Stack, small_disk: Path) -> Iterator[Server]:
    with started(Server(stack, small_disk / "files")) as server:
        yield server


def raw(server: Server, name: str, content: bytes) -> httpx.Response:
    return server.put(name, content, upsert=True)


def form(server: Server, name: str, content: bytes) -> httpx.Response:
    files = {"": ("a b.bin", content, "text/plain")}
    return server.http.put(f"/object/{BUCKET}/{name}", files=files)


def resumable(server: Server, name: str, content: bytes) -> httpx.Response:
    words = described(bucketName=BUCKET, objectName=name)
    headers = {**words, "upload-length": str(len(content)), "x-upsert": "true"}
    created = server.http.post(UPLOADS, headers=headers)
    if created.is_error:
        return created
    url = created.headers["location"]
    response = server.http.patch(
        url, content=content, headers={**PIECE, "upload-offset": "0", "x-upsert": "true"}
    )
    if response.is_error:
        server.http.delete(url, headers=TUS)
    return response


WAYS: dict[str, Callable[[Server, str, bytes], httpx.Response]] = {
    "raw": raw,
    "form": form,
    "resumable": resumable,
}


def check_refusal(answer: httpx.Response) -> None:
    assert answer.status_code == 507
    if "tus-resumable" not in answer.headers:
        assert answer.json()["code"] == "InsufficientStorage"


def test_full_disk_is_reported_and_stored_files_stay(stack: Stack, crowded: Server) -> None:
    contents: dict[str, bytes] = {}
    for way, store in WAYS.items():
        for number in range(20):
            name, content = f"{way}/{number}.bin", LARGE + bytes([number])
            response = store(crowded, name, content)
            if response.is_error:
                break
            contents[name] = content
        check_refusal(response)
        check_refusal(store(crowded, next(iter(contents)), LARGE * 2))
        check_whole(stack, crowded)
        if way == "raw":
            missing = [name for name in contents if name != "raw/0.bin"]
            crowded.remove(*missing).raise_for_status()
            contents = {"raw/0.bin": contents["raw/0.bin"]}
    crowded.restart()
    check_whole(stack, crowded)
    assert {name: crowded.get(name).content for name in contents} == contents


def test_a_resumable_upload_goes_on_once_there_is_room(stack: Stack, crowded: Server) -> None:
    crowded.put("a.bin", LARGE * 3).raise_for_status()
    words = described(bucketName=BUCKET, objectName="b.bin")
    content = LARGE * 4
    headers = {**words, "upload-length": str(len(content))}
    url = str(crowded.http.post(UPLOADS, headers=headers).headers["location"])
    check_refusal(
        crowded.http.patch(url, content=content, headers={**PIECE, "upload-offset": "0", "x-upsert": "true"})
    )
    crowded.remove("a.bin").raise_for_status()
    reached = int(crowded.http.head(url, headers=TUS).headers["upload-offset"])
    assert 0 < reached < len(content)
    rest = {**PIECE, "upload-offset": str(reached)}
    crowded.http.patch(url, content=content[reached:], headers=rest).raise_for_status()
    assert crowded.get("b.bin").content == content
    check_whole(stack, crowded)


def test_a_file_that_may_not_grow_is_refused_alike(stack: Stack, server: Server) -> None:
    server.put("old.bin", b"old").raise_for_status()
    server.kill()
    server.start(largest_file=1_000_000)
    for way, store in WAYS.items():
        check_refusal(store(server, "old.bin", LARGE))
        check_refusal(store(server, f"{way}.bin", LARGE))
    assert server.get("old.bin").content == b"old"
    check_whole(stack, server)
