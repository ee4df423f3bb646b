"""Expired resumable uploads are deleted, even if single files or sweeps fail."""

import asyncio
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.storage import context, resumable_uploads
from local.storage.context import Storage
from local.storage.resumable_uploads import Resumable

LIFETIME = 60


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    settings, files = SimpleNamespace(resumable_lifetime=LIFETIME), SimpleNamespace(resumable=tmp_path)
    return Storage(*cast(Any, (settings, None, files, None)))


def begin(storage: Storage, name: str = "a+b é.txt") -> Resumable:
    """Start an upload of 10 bytes, of which 5 have been received."""
    upload = resumable_uploads.planned("b", name, 10, {}, False, "ann")
    resumable_uploads.start(storage.files.resumable, upload)
    (storage.files.resumable / upload.version).write_bytes(b"12345")
    storage.unfinished.begin(upload.version, "ann")
    return upload


def forget(storage: Storage, upload: Resumable, age: float = LIFETIME + 1) -> None:
    asyncio.run(context.forget_late(storage, upload.started + age))


def names(storage: Storage) -> set[str]:
    return {path.name for path in storage.files.resumable.iterdir()}


@pytest.mark.parametrize(("age", "stays"), [(LIFETIME - 1, True), (LIFETIME + 1, False)])
def test_expired_upload_is_deleted(storage: Storage, age: float, stays: bool) -> None:
    upload = begin(storage)
    forget(storage, upload, age)
    assert names(storage) == ({upload.version, f"{upload.version}.json"} if stays else set())
    assert storage.unfinished.uploads.users.held == ({"ann": 1} if stays else {})
    assert storage.uploading == set()


def test_expired_upload_stays_while_a_request_writes_to_it(storage: Storage) -> None:
    upload = begin(storage)
    storage.uploading.add(upload.version)
    forget(storage, upload)
    assert len(names(storage)) == 2
    assert storage.uploading == {upload.version}
    assert storage.unfinished.uploads.users.held == {"ann": 1}


def test_expired_upload_stays_if_a_request_starts_during_the_sweep(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, late = begin(storage), resumable_uploads.late

    def request_begins(*arguments: Any) -> list[str]:
        versions = late(*arguments)
        storage.uploading.add(upload.version)
        return versions

    monkeypatch.setattr(resumable_uploads, "late", request_begins)
    forget(storage, upload)
    assert len(names(storage)) == 2


def test_upload_is_locked_for_requests_while_it_is_deleted(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, busy = begin(storage), list[str]()
    monkeypatch.setattr(resumable_uploads, "forget_version", lambda *_: busy.extend(storage.uploading))
    forget(storage, upload)
    assert busy == [upload.version]


@pytest.mark.parametrize("text", [None, "{", "[]", "{}"], ids=["gone", "cut off", "a list", "no time"])
def test_unreadable_upload_does_not_stop_deletion_of_others(
    storage: Storage, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    """A dangling link stands for a file that a request deletes after it was listed."""
    bad = storage.files.resumable / "0.json"
    if text is None:
        bad.symlink_to("gone")
    else:
        bad.write_text(text)
    forget(storage, begin(storage))
    assert names(storage) == {"0.json"}
    assert [record.levelno for record in caplog.records] == ([] if text is None else [logging.ERROR])


def test_undeletable_upload_does_not_stop_deletion_of_others(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, other = begin(storage), begin(storage, "other.txt")
    data = storage.files.resumable / stuck.version
    data.unlink()
    data.mkdir()
    forget(storage, other)
    assert names(storage) == {stuck.version, f"{stuck.version}.json"}
    assert "late upload not deleted" in caplog.text
    assert storage.uploading == set()


def test_failed_upload_sweep_is_logged_and_the_next_one_runs(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = asyncio.Queue[float]()

    async def fail(_: Storage, now: float) -> None:
        rounds.put_nowait(now)
        raise RuntimeError

    async def run() -> None:
        task = asyncio.create_task(context.delete_late_uploads(storage))
        for _ in range(2):
            await asyncio.wait_for(rounds.get(), 60)
        task.cancel()

    monkeypatch.setattr(context, "DELETE_EVERY", 0)
    monkeypatch.setattr(context, "forget_late", fail)
    asyncio.run(run())
    assert "late uploads not deleted" in caplog.text
