"""Files through the official client: stored, read, listed, moved, copied, signed and removed."""

from pathlib import Path
from typing import cast

import httpx
import pytest
from storage3 import SyncStorageClient
from storage3.exceptions import StorageApiError
from storage3.types import SearchV2Options

from tests.clients.storage.conftest import LIMITED, PRIVATE, PUBLIC, User

NAME = "a b & c+d; 'e' (1) = $2, @x!?.txt"
CSV = {"content-type": "text/csv"}


def test_a_stored_file_comes_back_with_what_was_said_of_it(ann: User, tmp_path: Path) -> None:
    content = bytes(range(256)) * 9000
    (tmp_path / "film.bin").write_bytes(content)
    files = ann.storage.from_(PRIVATE)
    about = {"content-type": "video/mp4", "cache-control": "60", "metadata": {"title": "« Ça »; 100 % 🎬"}}
    stored = files.upload(ann.path("films/film.bin"), tmp_path / "film.bin", about)  # type: ignore[arg-type]
    assert stored.full_path == f"{PRIVATE}/{ann.path('films/film.bin')}"
    assert files.download(ann.path("films/film.bin")) == content
    info = files.info(ann.path("films/film.bin"))
    assert (info["size"], info["content_type"]) == (len(content), "video/mp4")
    assert info["cache_control"] == "max-age=60"
    assert info["metadata"] == {"title": "« Ça »; 100 % 🎬"}


def test_a_name_with_awkward_characters_is_kept(ann: User) -> None:
    files = ann.storage.from_(PRIVATE)
    files.upload(ann.path(NAME), b"awkward")
    assert files.download(ann.path(NAME)) == b"awkward"
    assert [row["name"] for row in files.list(ann.id)] == [NAME]
    files.move(ann.path(NAME), ann.path(f"x/{NAME}"))
    assert files.remove([ann.path(f"x/{NAME}")])[0]["name"] == ann.path(f"x/{NAME}")


def test_others_neither_read_nor_change_a_users_file(ann: User, bob: User) -> None:
    ann.storage.from_(PRIVATE).upload(ann.path("a.txt"), b"mine")
    files, path = bob.storage.from_(PRIVATE), ann.path("a.txt")
    for refused in (
        lambda: files.download(path),
        lambda: files.info(path),
        lambda: files.update(path, b"yours"),
        lambda: files.move(path, bob.path("a.txt")),
        lambda: files.copy(path, bob.path("a.txt")),
        lambda: files.create_signed_url(path, 60),
        lambda: files.create_signed_upload_url(path),
    ):
        with pytest.raises(StorageApiError):
            refused()
    assert files.list(ann.id) == []
    assert files.remove([path]) == []
    assert ann.storage.from_(PRIVATE).download(path) == b"mine"


def test_what_is_there_is_replaced_only_when_asked(ann: User) -> None:
    files, path = ann.storage.from_(PRIVATE), ann.path("a.txt")
    files.upload(path, b"one")
    with pytest.raises(StorageApiError, match="already exists"):
        files.upload(path, b"two")
    assert files.download(path) == b"one"
    files.upload(path, b"three", {"upsert": "true"})
    assert files.download(path) == b"three"
    files.update(path, b"four")
    assert files.download(path) == b"four"


def test_a_list_has_the_folders_and_files_of_one_folder(ann: User) -> None:
    files = ann.storage.from_(PRIVATE)
    for name in ("b.txt", "B/x.txt", "a_1.txt", "aX1.txt", "c/d/e.txt", "c/d/f.txt"):
        files.upload(ann.path(name), name.encode())
    listed = files.list(ann.id)
    assert [row["name"] for row in listed] == ["a_1.txt", "aX1.txt", "B", "b.txt", "c"]
    assert [row["name"] for row in listed if row["id"] is None] == ["B", "c"]
    assert [row["name"] for row in files.list(ann.path("c/d"))] == ["e.txt", "f.txt"]
    assert [row["name"] for row in files.list(ann.id, {"search": "a_"})] == ["a_1.txt"]
    page = files.list(ann.id, {"limit": 2, "offset": 1, "sortBy": {"column": "name", "order": "desc"}})
    assert [row["name"] for row in page] == ["b.txt", "B"]
    newest = files.list(ann.path("c/d"), {"sortBy": {"column": "created_at", "order": "desc"}})
    assert [row["name"] for row in newest] == ["f.txt", "e.txt"]


@pytest.mark.parametrize("column", ["name", "created_at"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_have_every_entry_once(ann: User, column: str, order: str) -> None:
    files = ann.storage.from_(PRIVATE)
    names = {ann.path(name) for name in ("a.txt", "b.txt", "c/d.txt", "c/e.txt", "f/g.txt")}
    for name in names:
        files.upload(name, b"x")
    asked = {"prefix": f"{ann.id}/", "limit": 2, "sortBy": {"column": column, "order": order}}
    for with_folders in (True, False):
        seen, cursor = [], ""
        while True:
            options = {**asked, "with_delimiter": with_folders, "cursor": cursor}
            page = files.list_v2(cast(SearchV2Options, options))
            seen += [folder.name for folder in page.folders] + [file.name for file in page.objects]
            if not page.hasNext:
                break
            cursor = page.nextCursor or ""
        folders = {ann.path(name) for name in ("a.txt", "b.txt", "c/", "f/")}
        assert sorted(seen) == sorted(folders if with_folders else names)


def test_a_copy_lives_on_when_its_source_goes(ann: User) -> None:
    files = ann.storage.from_(PRIVATE)
    files.upload(ann.path("a.txt"), b"copied", {"content-type": "text/csv"})
    files.copy(ann.path("a.txt"), ann.path("b/c.txt"))
    files.remove([ann.path("a.txt")])
    assert files.download(ann.path("b/c.txt")) == b"copied"
    assert files.info(ann.path("b/c.txt"))["content_type"] == "text/csv"


def test_a_signed_url_opens_its_file_to_its_bearer(ann: User, http: httpx.Client) -> None:
    files = ann.storage.from_(PRIVATE)
    files.upload(ann.path("a.txt"), b"signed")
    url = files.create_signed_url(ann.path("a.txt"), 60, {"download": "ä b.txt"})["signedUrl"]
    answer = http.get(url or "")
    assert answer.content == b"signed"
    assert "filename*=UTF-8''%C3%A4%20b.txt" in answer.headers["content-disposition"]
    many = files.create_signed_urls([ann.path("a.txt"), ann.path("nope")], 60)
    assert http.get(many[0]["signedUrl"] or "").content == b"signed"
    assert many[1]["signedUrl"] is None
    assert many[1]["error"]


def test_a_signed_upload_stores_for_whom_it_was_made(ann: User, bob: User) -> None:
    made = ann.storage.from_(PRIVATE).create_signed_upload_url(ann.path("a.txt"))
    bob.storage.from_(PRIVATE).upload_to_signed_url(ann.path("a.txt"), made["token"], b"brought")
    assert ann.storage.from_(PRIVATE).download(ann.path("a.txt")) == b"brought"
    assert ann.storage.from_(PRIVATE).remove([ann.path("a.txt")])[0]["owner_id"] == ann.id


def test_a_public_bucket_is_read_by_everybody_and_written_by_nobody(
    service: SyncStorageClient, ann: User, http: httpx.Client
) -> None:
    service.from_(PUBLIC).upload("art/poster.png", b"png", {"content-type": "image/png"})
    url = service.from_(PUBLIC).get_public_url("art/poster.png")
    assert http.get(url).content == b"png"
    assert http.head(url).headers["content-length"] == "3"
    assert ann.storage.from_(PUBLIC).download("art/poster.png") == b"png"
    with pytest.raises(StorageApiError, match="row-level security"):
        ann.storage.from_(PUBLIC).upload("art/other.png", b"png")


def test_a_bucket_keeps_to_its_limits(service: SyncStorageClient) -> None:
    files = service.from_(LIMITED)
    files.upload("full.csv", b"x" * 1000, CSV)  # type: ignore[arg-type]
    with pytest.raises(StorageApiError, match="exceeded the maximum"):
        files.upload("over.csv", b"x" * 1001, CSV)  # type: ignore[arg-type]
    with pytest.raises(StorageApiError, match="mime type text/html is not supported"):
        files.upload("page.html", b"<p>", {"content-type": "text/html"})
    files.upload("charset.csv", b"x", {"content-type": "text/csv; charset=utf-8"})
    assert [row["name"] for row in files.list()] == ["charset.csv", "full.csv"]


def test_buckets_are_made_changed_listed_and_deleted(service: SyncStorageClient, ann: User) -> None:
    service.create_bucket("short-lived", options={"public": False, "file_size_limit": 10})
    service.update_bucket("short-lived", {"public": True, "file_size_limit": 20})
    found = service.get_bucket("short-lived")
    assert (found.public, found.file_size_limit) == (True, 20)
    assert "short-lived" in [bucket.id for bucket in service.list_buckets()]
    assert ann.storage.list_buckets() == []
    for refused in (
        lambda: ann.storage.get_bucket("short-lived"),
        lambda: ann.storage.create_bucket("own"),
        lambda: ann.storage.update_bucket("short-lived", {"public": False}),
        lambda: ann.storage.empty_bucket("short-lived"),
        lambda: ann.storage.delete_bucket("short-lived"),
    ):
        with pytest.raises(StorageApiError):
            refused()
    service.empty_bucket("short-lived")
    service.delete_bucket("short-lived")
    assert "short-lived" not in [bucket.id for bucket in service.list_buckets()]
