"""The project's buckets: who may upload which files to which paths."""

from collections.abc import Callable, Iterator

import httpx
import jwt
import pytest

from local.tests.clients.storage.conftest import User, ann, bob, http, key, url, user
from local.tests.clients.storage.samples import SAMPLES
from tests.conftest import Stack

__all__ = ["ann", "bob", "http", "key", "url", "user"]

OWN = {"avatars": "image/png", "speech": "audio/webm"}
EDITORIAL = {"artwork": "image/webp", "masters": "video/mp4", "imports": "text/csv"}
TYPES = {**OWN, **EDITORIAL, "media": "video/mp2t"}


@pytest.fixture(autouse=True)
def empty_after(http: httpx.Client, key: dict[str, str]) -> Iterator[None]:
    yield
    for bucket in TYPES:
        http.post(f"/bucket/{bucket}/empty", headers=key).raise_for_status()


@pytest.fixture
def editor(stack: Stack, bob: User) -> dict[str, str]:
    claims = jwt.decode(bob.token, stack.jwt_secret, ["HS256"], audience="authenticated")
    token = jwt.encode({**claims, "app_metadata": {"roles": ["editor"]}}, stack.jwt_secret)
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def upload(http: httpx.Client) -> Callable[..., str | None]:
    """A function that uploads a file and returns the error code, or None."""

    def post(path: str, headers: dict[str, str], kind: str | None = None) -> str | None:
        usual = TYPES[path.split("/")[0]]
        headers = {**headers, "content-type": kind or usual}
        response = http.post(f"/object/{path}", content=SAMPLES[usual], headers=headers)
        return None if response.status_code == 200 else str(response.json()["code"])

    return post


Upload = Callable[..., str | None]


@pytest.mark.parametrize("bucket", OWN)
def test_user_writes_only_to_their_own_folder(upload: Upload, ann: User, bob: User, bucket: str) -> None:
    assert upload(f"{bucket}/{ann.path('a')}", ann.bearer) is None
    assert upload(f"{bucket}/{ann.path('b')}", bob.bearer) == "AccessDenied"
    assert upload(f"{bucket}/a", ann.bearer) == "AccessDenied"
    assert bob.storage.from_(bucket).remove([ann.path("a")]) == []
    assert len(ann.storage.from_(bucket).remove([ann.path("a")])) == 1


@pytest.mark.parametrize("bucket", OWN)
def test_user_files_are_readable_by_their_owner_only(
    upload: Upload, ann: User, bob: User, http: httpx.Client, bucket: str
) -> None:
    upload(f"{bucket}/{ann.path('a')}", ann.bearer)
    assert http.get(f"/object/public/{bucket}/{ann.path('a')}").json()["code"] == "NoSuchBucket"
    assert http.get(f"/object/{bucket}/{ann.path('a')}", headers=bob.bearer).json()["code"] == "NoSuchKey"
    assert http.get(f"/object/{bucket}/{ann.path('a')}", headers=ann.bearer).content == SAMPLES[TYPES[bucket]]


def test_portraits_are_written_by_the_service_only(
    ann: User, editor: dict[str, str], key: dict[str, str], http: httpx.Client
) -> None:
    webp, path = SAMPLES["image/webp"], f"/object/portraits/{ann.path('a.webp')}"
    for headers in (ann.bearer, editor):
        response = http.post(path, content=webp, headers={**headers, "content-type": "image/webp"})
        assert response.json()["code"] == "AccessDenied"
    try:
        http.post(path, content=webp, headers={**key, "content-type": "image/webp"}).raise_for_status()
        assert http.get(path.replace("object/", "object/public/")).content == webp
        assert http.delete(path, headers=ann.bearer).is_error
    finally:
        http.post("/bucket/portraits/empty", headers=key).raise_for_status()


@pytest.mark.parametrize("bucket", EDITORIAL)
def test_editor_uploads_artwork_masters_and_imports(
    upload: Upload, ann: User, editor: dict[str, str], bucket: str
) -> None:
    assert upload(f"{bucket}/a b", ann.bearer) == "AccessDenied"
    assert upload(f"{bucket}/a b", editor) is None


def test_media_is_written_by_the_service_only(
    upload: Upload, ann: User, editor: dict[str, str], key: dict[str, str], http: httpx.Client
) -> None:
    assert upload(f"media/{ann.path('a.ts')}", ann.bearer) == "AccessDenied"
    assert upload("media/a.ts", editor) == "AccessDenied"
    assert upload("media/a.ts", key) is None
    assert http.get("/object/media/a.ts", headers=ann.bearer).json()["code"] == "NoSuchKey"


@pytest.mark.parametrize("bucket", TYPES)
@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/octet-stream"])
def test_bucket_refuses_other_mime_types(upload: Upload, key: dict[str, str], bucket: str, kind: str) -> None:
    assert upload(f"{bucket}/a", key, kind) == "InvalidMimeType"


@pytest.mark.parametrize("bucket", TYPES)
def test_bucket_accepts_its_mime_type(upload: Upload, key: dict[str, str], bucket: str) -> None:
    assert upload(f"{bucket}/a", key) is None
