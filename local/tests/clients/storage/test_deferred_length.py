"""Resumable uploads whose length is sent later, as by clients that read from a stream."""

import httpx
import pytest

from local.tests.clients.storage.conftest import LIMITED, PRIVATE, User
from local.tests.clients.storage.test_resumable import PIECE, TUS, UPLOADS, described

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


@pytest.fixture
def place(ann: User, http: httpx.Client) -> str:
    words = described(bucketName=PRIVATE, objectName=ann.path("a.txt"), contentType="text/plain")
    created = http.post(UPLOADS, headers={**ann.bearer, **words, "upload-defer-length": "1"})
    assert created.status_code == 201
    return created.headers["location"]


def piece(
    http: httpx.Client, user: User, place: str, offset: int, content: bytes, length: int | None = None
) -> httpx.Response:
    length_headers = {} if length is None else {"upload-length": str(length)}
    headers = {**user.bearer, **PIECE, **length_headers, "upload-offset": str(offset)}
    return http.patch(place, content=content, headers=headers)


def test_the_length_comes_with_a_later_piece(ann: User, http: httpx.Client, place: str) -> None:
    assert piece(http, ann, place, 0, b"hello ").headers["upload-offset"] == "6"
    headers = http.head(place, headers={**ann.bearer, **TUS}).headers
    assert (headers["upload-offset"], headers["upload-defer-length"]) == ("6", "1")
    assert "upload-length" not in headers
    assert piece(http, ann, place, 6, b"wor", length=11).status_code == 204
    headers = http.head(place, headers={**ann.bearer, **TUS}).headers
    assert (headers["upload-offset"], headers["upload-length"]) == ("9", "11")
    assert "upload-defer-length" not in headers
    assert ann.storage.from_(PRIVATE).list(ann.id) == []
    assert piece(http, ann, place, 9, b"ld", length=11).status_code == 400
    assert piece(http, ann, place, 9, b"ld").status_code == 204
    assert ann.storage.from_(PRIVATE).download(ann.path("a.txt")) == b"hello world"


@pytest.mark.parametrize("content", [b"", b"all of it"])
def test_empty_chunk_may_state_the_final_length(
    ann: User, http: httpx.Client, place: str, content: bytes
) -> None:
    piece(http, ann, place, 0, content)
    assert piece(http, ann, place, len(content), b"", length=len(content)).status_code == 204
    assert ann.storage.from_(PRIVATE).download(ann.path("a.txt")) == content


def test_stated_length_cannot_be_changed_or_exceeded(ann: User, http: httpx.Client, place: str) -> None:
    assert piece(http, ann, place, 0, b"four").status_code == 204
    assert piece(http, ann, place, 4, b"", length=3).status_code == 400
    assert piece(http, ann, place, 4, b"", length=6).status_code == 204
    assert piece(http, ann, place, 4, b"more", length=8).status_code == 400
    assert piece(http, ann, place, 4, b"more").status_code == 413
    assert piece(http, ann, place, 4, b"to").status_code == 204
    assert ann.storage.from_(PRIVATE).download(ann.path("a.txt")) == b"fourto"


@pytest.mark.parametrize("lengths", [{"upload-defer-length": "2"}, {"upload-length": "5"}, {}])
def test_upload_needs_length_or_deferred_length_at_start(
    ann: User, http: httpx.Client, lengths: dict[str, str]
) -> None:
    words = described(bucketName=PRIVATE, objectName=ann.path("a.txt"))
    both = {"upload-defer-length": "1", **lengths} if lengths else {}
    assert http.post(UPLOADS, headers={**ann.bearer, **words, **both}).status_code == 400


def test_upload_without_length_is_limited_by_the_buckets_size(
    http: httpx.Client, key: dict[str, str]
) -> None:
    def begun(name: str, kind: str) -> str:
        words = described(bucketName=LIMITED, objectName=name, contentType=kind)
        created = http.post(UPLOADS, headers={**key, **words, "upload-defer-length": "1"})
        return created.headers["location"]

    def status(url: str, content: bytes, **more: str) -> int:
        return http.patch(
            url, content=content, headers={**key, **PIECE, "upload-offset": "0", **more}
        ).status_code

    large = begun("large.csv", "text/csv")
    assert status(large, b"a,b\n" * 251) == 413
    assert status(large, b"a,b\n", **{"upload-length": "1001"}) == 413
    assert status(large, b"a,b\n" * 250, **{"upload-length": "1000"}) == 204


@pytest.mark.own("storage", why="The first 4,096 bytes of a file decide its type")
def test_upload_without_length_is_limited_by_the_buckets_types(
    http: httpx.Client, key: dict[str, str]
) -> None:
    words = described(bucketName=LIMITED, objectName="other.csv", contentType="text/csv")
    url = http.post(UPLOADS, headers={**key, **words, "upload-defer-length": "1"}).headers["location"]
    headers = {**key, **PIECE, "upload-offset": "0", "upload-length": str(len(PNG))}
    assert http.patch(url, content=PNG, headers=headers).status_code == 415
    assert http.head(url, headers={**key, **TUS}).status_code == 404
