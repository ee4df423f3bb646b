"""Names that mean something to a file system or to a path: here they are names, and lead nowhere."""

from pathlib import Path

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.conftest import PRIVATE, User
from local.tests.clients.storage.test_resumable import begun, piece, start

LONG = pytest.param("x" * 980, marks=pytest.mark.own("storage", why="A name may have 1,024 characters"))
NUL = pytest.param("a\x00", marks=pytest.mark.own("storage", why="A NUL in a name"))


@pytest.mark.parametrize("name", ["con", "NUL.txt", "aux", "a:b", "C:", "a.", "...", ".htaccess", LONG])
def test_a_name_that_other_systems_fear_is_only_a_name(ann: User, http: httpx.Client, name: str) -> None:
    path = f"/object/{PRIVATE}/{ann.path(name)}"
    http.post(path, content=b"x", headers=ann.bearer).raise_for_status()
    assert http.get(path, headers=ann.bearer).content == b"x"
    assert [row["name"] for row in ann.storage.from_(PRIVATE).list(ann.id)] == [name]


@pytest.mark.parametrize("bucket", ["..", "..%2f..%2fetc", "%2e%2e%2fetc", "..%252fetc", "a%00b", "a%5c.."])
def test_a_bucket_in_a_path_leads_nowhere_else(http: httpx.Client, key: dict[str, str], bucket: str) -> None:
    for method, path in (
        *(("POST", "/object/{}/passwd"), ("GET", "/object/{}/passwd"), ("GET", "/object/info/{}/passwd")),
        *(("POST", "/object/list/{}"), ("POST", "/object/sign/{}/passwd"), ("GET", "/bucket/{}")),
        *(("DELETE", "/object/{}"), ("GET", "/object/public/{}/passwd")),
    ):
        body = {"prefix": "", "expiresIn": 60, "prefixes": ["passwd"]}
        response = http.request(method, path.format(bucket), json=body, headers=key)
        assert 400 <= response.status_code < 500 or response.json() == []


@pytest.mark.parametrize("name", ["../x", "..%2fx", "%252e%252e/x", NUL, "..\\x", "/etc/passwd", "x" * 1025])
def test_name_in_a_list_does_not_reach_other_folders(ann: User, http: httpx.Client, name: str) -> None:
    def send(path: str, body: dict[str, object], method: str = "POST") -> httpx.Response:
        return http.request(method, path.format(PRIVATE), json=body, headers=ann.bearer)

    signed = send("/object/sign/{}", {"paths": [ann.path(name)], "expiresIn": 60})
    assert signed.is_error or [row["signedURL"] for row in signed.json()] == [None]
    removed = send("/object/{}", {"prefixes": [ann.path(name)]}, "DELETE")
    assert removed.is_error or removed.json() == []
    names = send("/object/list/{}", {"prefix": ann.path(name), "search": name})
    assert names.is_error or names.json() == []
    for how in ("move", "copy"):
        own = {"bucketId": PRIVATE, "sourceKey": ann.path(name), "destinationKey": ann.path("b")}
        for body in (own, {**own, "bucketId": name}, {**own, "destinationBucket": name}):
            response = send(f"/object/{how}", dict(body))
            assert (response.status_code, bool(response.json()["code"])) == (400, True)
    assert ann.storage.from_(PRIVATE).list(ann.id) == []


@pytest.mark.own("storage", why="the folder of files")
def test_a_symbolic_link_in_place_of_a_file_is_not_followed(
    stack: Stack, ann: User, http: httpx.Client, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    path = f"/object/{PRIVATE}/{ann.path('a.txt')}"
    http.post(path, content=b"x", headers=ann.bearer).raise_for_status()
    version = http.get(path.replace("/object", "/object/info", 1), headers=ann.bearer).json()["version"]
    file = stack.settings.files / "objects" / version[:2] / version
    file.unlink()
    file.symlink_to(tmp_path / "secret")
    copy = {"bucketId": PRIVATE, "sourceKey": ann.path("a.txt"), "destinationKey": ann.path("b.txt")}
    http.post("/object/copy", json=copy, headers=ann.bearer)
    for name in ("a.txt", "b.txt"):
        response = http.get(f"/object/{PRIVATE}/{ann.path(name)}", headers=ann.bearer)
        assert (response.status_code, response.json()["code"]) == (400, "NoSuchKey")
    http.delete(path, headers=ann.bearer).raise_for_status()
    assert (tmp_path / "secret").read_text() == "secret"


@pytest.mark.own("storage", why="the folder of files")
def test_a_symbolic_link_in_place_of_an_upload_is_not_written_through(
    stack: Stack, ann: User, http: httpx.Client, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    others = begun(stack)
    url = start(http, ann, "a.txt", 4).headers["location"]
    (data,) = begun(stack) - others
    data.unlink()
    data.symlink_to(tmp_path / "secret")
    for offset in (0, 6):
        assert piece(http, ann, url, offset, b"evil").is_error
    assert (tmp_path / "secret").read_text() == "secret"
    data.unlink()


def test_links_in_the_folder_of_files_are_not_followed(
    stack: Stack, ann: User, http: httpx.Client, tmp_path: Path
) -> None:
    """A version is no path, whatever a row says."""
    (tmp_path / "secret").write_text("secret")
    http.post(f"/object/{PRIVATE}/{ann.path('a.txt')}", content=b"x", headers=ann.bearer).raise_for_status()
    change = "update storage.objects set version = %s where name = %s"
    name = ann.path("a.txt")
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        (own,) = connection.execute("select version from storage.objects where name = %s", [name]).fetchall()
        try:
            for version in (f"../../../../../{tmp_path}/secret", f"{tmp_path}/secret", "", None):
                connection.execute(change, [version, name])
                response = http.get(f"/object/{PRIVATE}/{name}", headers=ann.bearer)
                assert response.is_error
                assert response.json()["code"] in ("NoSuchKey", "InvalidKey", "InternalError")
        finally:
            # A real server cannot empty a bucket that holds a row without a version.
            connection.execute(change, [*own, name])
