"""What the stand-in and the real Storage API answer alike where an app would not expect it."""

from typing import Any

import httpx
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.conftest import LIMITED, PRIVATE, User
from local.tests.clients.storage.samples import PNG

CSV = b"a,b\n"
FOLDER = ["_z", "a/x", "B", "b.txt", "c.txt", "C/x", "Z.txt"]


@pytest.mark.parametrize(
    ("kind", "raw", "form"),
    [
        ("text/csv", None, None),
        ("text/csv; charset=utf-8", "InvalidMimeType", None),
        ("text/csv;charset=UTF-8", "InvalidMimeType", None),
        ("TEXT/CSV", "InvalidMimeType", None),
        ("text/html", "InvalidMimeType", "InvalidMimeType"),
        ("text", "InvalidMimeType", "InvalidMimeType"),
    ],
)
def test_case_and_parameters_of_a_type_count_but_in_a_form(
    http: httpx.Client, key: dict[str, str], kind: str, raw: str | None, form: str | None
) -> None:
    path = f"/object/{LIMITED}/a b+c.csv"
    responses = (
        http.put(path, content=CSV, headers={**key, "content-type": kind}),
        http.put(path, files={"": ("a.csv", CSV, kind)}, headers=key),
    )
    assert [None if response.is_success else response.json()["code"] for response in responses] == [raw, form]


@pytest.mark.parametrize("kind", ["image/png", "image/png;a=b"])
def test_a_general_type_takes_parameters(http: httpx.Client, key: dict[str, str], kind: str) -> None:
    response = http.put(f"/object/{LIMITED}/a.png", content=PNG, headers={**key, "content-type": kind})
    assert response.is_success


@pytest.mark.parametrize("kind", ["x", "", ";", "image/", "image/png, text/html"])
def test_a_header_that_is_no_type_is_refused(ann: User, http: httpx.Client, kind: str) -> None:
    path = f"/object/{PRIVATE}/{ann.path('a')}"
    response = http.post(path, content=b"x", headers={**ann.bearer, "content-type": kind})
    body = response.json()
    assert (response.status_code, body["code"]) == (400, "InvalidMimeType")
    assert body["message"] == "Invalid Content-Type header"


@pytest.mark.parametrize("kind", ["*", "*/*"])
def test_a_bucket_of_all_types_takes_none(http: httpx.Client, key: dict[str, str], kind: str) -> None:
    bucket = {"id": "all-types", "name": "all-types", "allowed_mime_types": [kind]}
    http.post("/bucket", json=bucket, headers=key).raise_for_status()
    try:
        response = http.post("/object/all-types/a", content=PNG, headers={**key, "content-type": "image/png"})
        assert response.json()["code"] == "InvalidMimeType"
    finally:
        http.delete("/bucket/all-types", headers=key).raise_for_status()


@pytest.fixture
def folder(ann: User, http: httpx.Client) -> str:
    for name in reversed(FOLDER):
        path = f"/object/{PRIVATE}/{ann.path(name)}"
        http.post(path, content=b"x", headers=ann.bearer).raise_for_status()
    return ann.id


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["_z", "a", "B", "b.txt", "c.txt", "C", "Z.txt"]),
        ({"sortBy": {"column": "name", "order": "asc"}}, ["_z", "a", "B", "b.txt", "c.txt", "C", "Z.txt"]),
        ({"limit": 3, "offset": 3}, ["b.txt", "c.txt", "C"]),
        ({"search": "c"}, ["c.txt", "C"]),
    ],
)
def test_a_folder_sorts_as_if_its_name_ended_with_a_slash(
    http: httpx.Client, ann: User, folder: str, options: dict[str, Any], names: list[str]
) -> None:
    body = {"prefix": folder, **options}
    rows = http.post(f"/object/list/{PRIVATE}", json=body, headers=ann.bearer).json()
    assert [row["name"] for row in rows] == names


@pytest.mark.own("storage", why="A list by name in descending order has folders")
def test_a_list_in_descending_order_has_its_folders(http: httpx.Client, ann: User, folder: str) -> None:
    body = {"prefix": folder, "sortBy": {"column": "name", "order": "desc"}}
    rows = http.post(f"/object/list/{PRIVATE}", json=body, headers=ann.bearer).json()
    assert [row["name"] for row in rows] == ["Z.txt", "C", "c.txt", "b.txt", "B", "a", "_z"]


@pytest.mark.parametrize("bucket", [PRIVATE, "avatars", "no-such-bucket"])
def test_the_service_alone_empties_a_bucket(stack: Stack, ann: User, http: httpx.Client, bucket: str) -> None:
    ann.storage.from_(PRIVATE).upload(ann.path("a.txt"), b"x")
    for headers in (ann.bearer, {"authorization": f"Bearer {stack.anon_key}"}):
        response = http.post(f"/bucket/{bucket}/empty", headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "AccessDenied")
    assert ann.storage.from_(PRIVATE).download(ann.path("a.txt")) == b"x"


def test_a_body_without_a_length_keeps_to_the_bucket_s_size(ann: User, http: httpx.Client) -> None:
    """A real server takes all 4 MiB; the trigger of storage.objects then refuses the object."""
    path = f"/object/avatars/{ann.path('a.png')}"
    pieces = (PNG + bytes(1 << 20) for _ in range(4))
    response = http.post(path, content=pieces, headers={**ann.bearer, "content-type": "image/png"})
    assert response.status_code == 400
    assert response.json()["code"] in ("EntityTooLarge", "AccessDenied")
    assert http.get(path, headers=ann.bearer).json()["code"] == "NoSuchKey"


@pytest.mark.parametrize("how", ["copy", "move"])
@pytest.mark.parametrize(("size", "kind"), [(1001, "text/csv"), (10, "text/html")])
def test_a_file_of_another_bucket_keeps_to_the_limits(
    ann: User, http: httpx.Client, key: dict[str, str], how: str, size: int, kind: str
) -> None:
    source = {"bucketId": PRIVATE, "sourceKey": ann.path("a b+c")}
    path = f"/object/{PRIVATE}/{ann.path('a b+c')}"
    http.post(path, content=b"x" * size, headers={**ann.bearer, "content-type": kind}).raise_for_status()
    target = {"destinationBucket": LIMITED, "destinationKey": "a b+c"}
    response = http.post(f"/object/{how}", json={**source, **target}, headers=key)
    assert response.status_code == 400
    assert response.json()["code"] in ("EntityTooLarge", "InvalidMimeType", "AccessDenied")
    assert http.get(path, headers=ann.bearer).content == b"x" * size
