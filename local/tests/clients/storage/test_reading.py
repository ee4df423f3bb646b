"""Downloads by plain HTTP: ranges, what a cache has, and what a browser may do with it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from local.tests.clients.storage.conftest import PRIVATE, User

CONTENT = b"0123456789"


@pytest.fixture
def path(ann: User, http: httpx.Client) -> str:
    path = f"/object/{PRIVATE}/{ann.path('a.txt')}"
    headers = {**ann.bearer, "content-type": "text/plain", "cache-control": "max-age=5"}
    http.post(path, content=CONTENT, headers=headers).raise_for_status()
    return path


@pytest.mark.parametrize(
    ("byte_range", "content", "content_range"),
    [
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", CONTENT, "bytes 0-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ],
)
def test_a_range_gives_its_bytes(
    ann: User, http: httpx.Client, path: str, byte_range: str, content: bytes, content_range: str
) -> None:
    response = http.get(path, headers={**ann.bearer, "range": byte_range})
    assert (response.status_code, response.content) == (206, content)
    assert response.headers["content-range"] == content_range
    assert response.headers["content-length"] == str(len(content))


@pytest.mark.parametrize(
    "byte_range",
    [
        *("bytes=10-", "bytes=99-200", "bytes=5-2", "bytes=-0", "bytes=-", "lines=1-2", "bytes=0-1,3-4"),
        *(
            "bytes=a-b",
            f"bytes={'9' * 40}-",
            f"bytes=0-{'9' * 40}",
            "bytes=0 - 1",
            "BYTES=0-1",
            "bytes=1.5-2",
        ),
        *("bytes=0-1;", "bytes=--1"),
    ],
)
def test_a_range_outside_the_file_is_refused(
    ann: User, http: httpx.Client, path: str, byte_range: str
) -> None:
    response = http.get(path, headers={**ann.bearer, "range": byte_range})
    assert (response.status_code, response.json()["code"]) == (416, "InvalidRange")


def test_a_range_does_not_depend_on_if_range(ann: User, http: httpx.Client, path: str) -> None:
    etag = http.head(path, headers=ann.bearer).headers["etag"]
    part = {**ann.bearer, "range": "bytes=0-1"}
    for condition in (etag, '"other"', "Mon, 01 Jan 2001 00:00:00 GMT"):
        assert http.get(path, headers={**part, "if-range": condition}).content == b"01"


def date(seconds: float) -> str:
    """From now."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def test_a_file_is_sent_again_unless_its_etag_or_time_is_known(
    ann: User, http: httpx.Client, path: str
) -> None:
    etag = http.head(path, headers=ann.bearer).headers["etag"]
    for condition, status in (
        ({"if-none-match": etag}, 304),
        ({"if-none-match": f"W/{etag}"}, 200),
        ({"if-none-match": f'"other", {etag}'}, 200),
        ({"if-none-match": "*"}, 200),
        ({"if-modified-since": date(10)}, 304),
        ({"if-modified-since": date(-60)}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-none-match": '"other"', "if-modified-since": date(10)}, 304),
    ):
        assert http.get(path, headers={**ann.bearer, **condition}).status_code == status, condition


def test_a_file_of_this_second_is_newer_than_its_second(ann: User, http: httpx.Client, path: str) -> None:
    """Milliseconds count, which Last-Modified does not show."""
    info = http.get(path.replace("/object", "/object/info", 1), headers=ann.bearer).json()
    if datetime.fromisoformat(info["last_modified"]).microsecond > 100_000:
        since = {"if-modified-since": http.head(path, headers=ann.bearer).headers["last-modified"]}
        assert http.get(path, headers={**ann.bearer, **since}).status_code == 200


def test_cached_file_is_not_sent_again(ann: User, http: httpx.Client, path: str) -> None:
    first = http.get(path, headers=ann.bearer)
    assert first.headers["cache-control"] == "max-age=5"
    headers = {"if-none-match": first.headers["etag"]}
    assert http.get(path, headers={**ann.bearer, **headers}).status_code == 304
    changed = {**ann.bearer, "x-upsert": "true", "content-type": "text/plain"}
    http.post(path, content=b"changed", headers=changed).raise_for_status()
    assert http.get(path, headers={**ann.bearer, **headers}).content == b"changed"


@pytest.mark.own("storage", why="everything with `X-Content-Type-Options: nosniff`")
@pytest.mark.parametrize(
    "kind",
    [
        *(
            "text/html",
            "Text/HTML; charset=utf-8",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "x/y",
        ),
        *("IMAGE/SVG+XML ;a=b", "text/plain; a=b, application/xhtml+xml"),
        *("multipart/x-mixed-replace; boundary=x", "application/javascript", "image/png;a,text/xml"),
    ],
)
def test_response_keeps_browsers_from_running_a_file(
    ann: User, http: httpx.Client, path: str, kind: str
) -> None:
    headers = {**ann.bearer, "content-type": kind, "x-upsert": "true"}
    http.post(path, content=b"<script>alert(1)</script>", headers=headers).raise_for_status()
    signed = http.post(path.replace("/object", "/object/sign", 1), json={"expiresIn": 60}, headers=ann.bearer)
    for response in (
        http.get(path, headers=ann.bearer),
        http.head(path, headers=ann.bearer),
        http.get(path.replace("/object", "/object/authenticated", 1), headers=ann.bearer),
        http.get(signed.json()["signedURL"]),
    ):
        assert response.is_success
        assert response.headers["x-content-type-options"] == "nosniff"
        if "html" in kind.lower() and "xhtml" not in kind:
            assert response.headers["content-type"].startswith("text/plain")
        else:
            assert "sandbox" in response.headers["content-security-policy"]


def test_pictures_and_films_may_be_shown(ann: User, http: httpx.Client, path: str) -> None:
    for kind in ("image/png", "video/mp4", "audio/mpeg", "application/pdf"):
        headers = {**ann.bearer, "content-type": kind, "x-upsert": "true"}
        http.post(path, content=b"x", headers=headers).raise_for_status()
        response = http.get(path, headers=ann.bearer)
        assert response.headers["content-type"] == kind
        assert "content-security-policy" not in response.headers
