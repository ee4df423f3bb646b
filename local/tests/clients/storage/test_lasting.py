"""How long signed URLs live, how long the description of a file is kept, how many uploads are unfinished."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from local.storage.unfinished_uploads import UPLOADS as MOST
from local.tests.clients.storage.conftest import PRIVATE, User
from local.tests.clients.storage.test_resumable import TUS, UPLOADS, described, start
from local.tests.faults.strangers import some_address

pytestmark = pytest.mark.own("storage", why="A signed URL lives a week at most")

WEEK, YEAR = 7 * 24 * 3600, 365 * 24 * 3600


@pytest.fixture
def path(ann: User, http: httpx.Client) -> str:
    object_path = f"/object/{PRIVATE}/{ann.path('a+b c.txt')}"
    http.post(
        object_path, content=b"x", headers={**ann.bearer, "cache-control": "max-age=3600"}
    ).raise_for_status()
    return object_path


@pytest.mark.parametrize(
    ("who", "seconds", "status"),
    [
        ("user", 60, 200),
        ("user", WEEK, 200),
        ("user", WEEK + 1, 400),
        ("user", 2**31 - 1, 400),
        ("service", WEEK + 1, 200),
        ("service", YEAR, 200),
        ("service", YEAR + 1, 400),
        ("service", 2**31 - 1, 400),
    ],
)
def test_a_signed_url_lives_a_week_or_of_the_service_a_year(
    ann: User, http: httpx.Client, key: dict[str, str], path: str, who: str, seconds: int, status: int
) -> None:
    headers = ann.bearer if who == "user" else key
    one = http.post(path.replace("/object", "/object/sign", 1), json={"expiresIn": seconds}, headers=headers)
    paths = {"expiresIn": seconds, "paths": [ann.path("a+b c.txt")]}
    many = http.post(f"/object/sign/{PRIVATE}", json=paths, headers=headers)
    assert (one.status_code, many.status_code) == (status, status)
    if status == 400:
        assert one.json()["code"] == many.json()["code"] == "InvalidRequest"
        assert "body/expiresIn must be <=" in one.json()["message"]
    else:
        assert http.get(one.json()["signedURL"]).content == b"x"


@pytest.mark.parametrize("how", ["info", "info/authenticated"])
def test_info_of_a_file_is_not_cached_like_the_file(
    ann: User, http: httpx.Client, path: str, how: str
) -> None:
    response = http.get(path.replace("/object", f"/object/{how}", 1), headers=ann.bearer)
    assert response.json()["cache_control"] == "max-age=3600"
    assert response.headers["cache-control"] == "no-cache"
    assert http.get(path, headers=ann.bearer).headers["cache-control"] == "max-age=3600"


def test_unfinished_uploads_of_a_user_are_limited(ann: User, bob: User, http: httpx.Client) -> None:
    paths: list[str] = []
    while (response := start(http, ann, f"{len(paths)}.txt", 9)).is_success:
        paths.append(response.headers["location"])
    try:
        assert len(paths) == MOST[0]
        assert (response.status_code, response.text.strip()) == (
            429,
            "Too many uploads are unfinished: finish or end one",
        )
        single = f"/object/{PRIVATE}/{ann.path('single.txt')}"
        assert http.post(single, content=b"x", headers=ann.bearer).status_code == 200
        paths.append(start(http, bob, "b.txt", 9).raise_for_status().headers["location"])
        assert http.delete(paths[0], headers={**ann.bearer, **TUS}).status_code == 204
        paths[0] = start(http, ann, "again.txt", 9).raise_for_status().headers["location"]
    finally:
        for url in paths:
            for user in (ann, bob):
                http.delete(url, headers={**user.bearer, **TUS})


@pytest.fixture
def elsewhere(url: str) -> Iterator[httpx.Client]:
    """At an address that has no unfinished uploads of other tests."""
    transport = httpx.HTTPTransport(local_address=some_address())
    with httpx.Client(base_url=url, transport=transport) as client:
        yield client


def test_unfinished_uploads_of_an_address_are_limited_for_all_its_users(
    user: Callable[[], User], elsewhere: httpx.Client, key: dict[str, str]
) -> None:
    """A new user for each 50: signing up costs an attacker little."""
    begun: list[tuple[User, str]] = []
    try:
        while (response := start(elsewhere, who := user(), "0.txt", 9)).is_success:
            begun.append((who, response.headers["location"]))
            for number in range(1, MOST[0]):
                if (response := start(elsewhere, who, f"{number}.txt", 9)).is_success:
                    begun.append((who, response.headers["location"]))
        assert (response.status_code, len(begun)) == (429, MOST[1])
        single = f"/object/{PRIVATE}/{who.path('single.txt')}"
        assert elsewhere.post(single, content=b"x", headers=who.bearer).status_code == 200
        words = described(bucketName=PRIVATE, objectName="of the service.txt")
        of_service = elsewhere.post(UPLOADS, headers={**key, **TUS, **words, "upload-length": "9"})
        assert of_service.status_code == 201
        elsewhere.delete(of_service.headers["location"], headers={**key, **TUS})
    finally:
        for who, url in begun:
            elsewhere.delete(url, headers={**who.bearer, **TUS})
