"""The project's own buckets: who may bring what where."""

from collections.abc import Callable, Iterator

import httpx
import jwt
import pytest

from local.tests.clients.storage.conftest import User
from local.tests.clients.storage.samples import SAMPLES
from tests.conftest import Stack

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
def bring(http: httpx.Client) -> Callable[..., str | None]:
    """Stores a file; the code of a refusal, or None."""

    def put(path: str, headers: dict[str, str], kind: str | None = None) -> str | None:
        usual = TYPES[path.split("/")[0]]
        told = {**headers, "content-type": kind or usual}
        answer = http.post(f"/object/{path}", content=SAMPLES[usual], headers=told)
        return None if answer.status_code == 200 else str(answer.json()["code"])

    return put


Bring = Callable[..., str | None]


@pytest.mark.parametrize("bucket", OWN)
def test_user_writes_only_to_their_own_folder(bring: Bring, ann: User, bob: User, bucket: str) -> None:
    assert bring(f"{bucket}/{ann.path('a')}", ann.bearer) is None
    assert bring(f"{bucket}/{ann.path('b')}", bob.bearer) == "AccessDenied"
    assert bring(f"{bucket}/a", ann.bearer) == "AccessDenied"
    assert bob.storage.from_(bucket).remove([ann.path("a")]) == []
    assert len(ann.storage.from_(bucket).remove([ann.path("a")])) == 1


@pytest.mark.parametrize("bucket", OWN)
def test_user_files_are_readable_by_their_owner_only(
    bring: Bring, ann: User, bob: User, http: httpx.Client, bucket: str
) -> None:
    bring(f"{bucket}/{ann.path('a')}", ann.bearer)
    assert http.get(f"/object/public/{bucket}/{ann.path('a')}").json()["code"] == "NoSuchBucket"
    assert http.get(f"/object/{bucket}/{ann.path('a')}", headers=bob.bearer).json()["code"] == "NoSuchKey"
    assert http.get(f"/object/{bucket}/{ann.path('a')}", headers=ann.bearer).content == SAMPLES[TYPES[bucket]]


def test_portraits_are_written_by_the_service_only(
    ann: User, editor: dict[str, str], key: dict[str, str], http: httpx.Client
) -> None:
    webp, path = SAMPLES["image/webp"], f"/object/portraits/{ann.path('a.webp')}"
    for headers in (ann.bearer, editor):
        answer = http.post(path, content=webp, headers={**headers, "content-type": "image/webp"})
        assert answer.json()["code"] == "AccessDenied"
    try:
        http.post(path, content=webp, headers={**key, "content-type": "image/webp"}).raise_for_status()
        assert http.get(path.replace("object/", "object/public/")).content == webp
        assert http.delete(path, headers=ann.bearer).is_error
    finally:
        http.post("/bucket/portraits/empty", headers=key).raise_for_status()


@pytest.mark.parametrize("bucket", EDITORIAL)
def test_editor_uploads_artwork_masters_and_imports(
    bring: Bring, ann: User, editor: dict[str, str], bucket: str
) -> None:
    assert bring(f"{bucket}/a b", ann.bearer) == "AccessDenied"
    assert bring(f"{bucket}/a b", editor) is None


def test_media_is_written_by_the_service_only(
    bring: Bring, ann: User, editor: dict[str, str], key: dict[str, str], http: httpx.Client
) -> None:
    assert bring(f"media/{ann.path('a.ts')}", ann.bearer) == "AccessDenied"
    assert bring("media/a.ts", editor) == "AccessDenied"
    assert bring("media/a.ts", key) is None
    assert http.get("/object/media/a.ts", headers=ann.bearer).json()["code"] == "NoSuchKey"


@pytest.mark.parametrize("bucket", TYPES)
def test_bucket_accepts_only_its_mime_types(bring: Bring, key: dict[str, str], bucket: str) -> None:
    for kind in ("text/html", "image/svg+xml", "application/octet-stream"):
        assert bring(f"{bucket}/a", key, kind) == "InvalidMimeType"
    assert bring(f"{bucket}/a", key) is None
