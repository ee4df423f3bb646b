"""Several acts on one name at once: each is done whole or refused, and no bytes are lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.conftest import PRIVATE, User
from local.tests.clients.storage.test_resumable import TUS, piece, start

ROUNDS = 12
Act = Callable[[], httpx.Response]


@pytest.fixture
def at_once() -> Callable[..., list[httpx.Response]]:
    def run(*acts: Act) -> list[httpx.Response]:
        with ThreadPoolExecutor(len(acts)) as pool:
            return [future.result() for future in [pool.submit(act) for act in acts]]

    return run


class Files:
    """A user's own, by plain HTTP."""

    def __init__(self, http: httpx.Client, user: User) -> None:
        self.http, self.user = http, user

    def put(self, name: str, content: bytes, upsert: bool = True) -> httpx.Response:
        headers = {"x-upsert": str(upsert).lower(), "content-type": "text/plain"}
        path = f"/object/{PRIVATE}/{self.user.path(name)}"
        return self.http.post(path, content=content, headers={**self.user.bearer, **headers})

    def get(self, name: str) -> bytes | None:
        response = self.http.get(f"/object/{PRIVATE}/{self.user.path(name)}", headers=self.user.bearer)
        return response.content if response.is_success else None

    def remove(self, name: str) -> httpx.Response:
        path = f"/object/{PRIVATE}/{self.user.path(name)}"
        return self.http.delete(path, headers=self.user.bearer)

    def transfer(self, how: str, source: str, target: str, upsert: bool = False) -> httpx.Response:
        body = {
            **{"bucketId": PRIVATE, "sourceKey": self.user.path(source)},
            **{"destinationKey": self.user.path(target)},
        }
        headers = {**self.user.bearer, "x-upsert": str(upsert).lower()}
        return self.http.post(f"/object/{how}", json=body, headers=headers)


@pytest.fixture
def files(http: httpx.Client, ann: User) -> Files:
    return Files(http, ann)


def check_files(stack: Stack, user: User) -> None:
    """Each row of the user's has its file, where ours keeps them."""
    if "storage" in stack.elsewhere:
        return
    with psycopg.connect(stack.database_url) as connection:
        rows = connection.execute("select version from storage.objects where owner_id = %s", [user.id])
        for (version,) in rows:
            assert (stack.settings.files / "objects" / version[:2] / version).is_file()


@pytest.mark.own("storage", why="The last write of an upload runs as the caller too")
def test_concurrent_resumable_and_single_upload_have_one_winner(
    http: httpx.Client, ann: User, files: Files, at_once: Callable[..., list[httpx.Response]]
) -> None:
    for number in range(ROUNDS):
        name = f"{number}.txt"
        url = start(http, ann, name, 3).headers["location"]
        responses = at_once(
            lambda url=url: piece(http, ann, url, 0, b"tus"),
            lambda name=name: files.put(name, b"raw", upsert=False),
        )
        won = [response.is_success for response in responses]
        assert sorted(won) == [False, True]
        assert files.get(name) == (b"tus" if won[0] else b"raw")


def test_one_of_two_last_chunks_is_taken_and_head_sees_the_end(
    http: httpx.Client, ann: User, files: Files, at_once: Callable[..., list[httpx.Response]]
) -> None:
    for number in range(ROUNDS):
        name = f"{number}.txt"
        url = start(http, ann, name, 3).headers["location"]

        def terminate(url: str = url) -> httpx.Response:
            return http.delete(url, headers={**ann.bearer, **TUS})

        def head(url: str = url) -> httpx.Response:
            return http.head(url, headers={**ann.bearer, **TUS})

        def last(url: str = url) -> httpx.Response:
            return piece(http, ann, url, 0, b"tus")

        one, other, status = at_once(last, last, head)
        assert sorted([one.status_code, other.status_code]) == [204, 409]
        assert status.is_success and status.headers["upload-offset"] in ("0", "3")
        assert (head().headers["upload-offset"], terminate().status_code) == ("3", 409)
        assert files.get(name) == b"tus"


def test_a_replaced_and_deleted_file_is_there_whole_or_not_at_all(
    stack: Stack, ann: User, files: Files, at_once: Callable[..., list[httpx.Response]]
) -> None:
    for number in range(ROUNDS):
        files.put("a.txt", b"old").raise_for_status()
        new = f"new {number}".encode()
        put, removed = at_once(lambda new=new: files.put("a.txt", new), lambda: files.remove("a.txt"))
        assert put.is_success and removed.is_success
        assert files.get("a.txt") in (None, new)
        check_files(stack, ann)


def test_one_of_two_moves_to_one_name_succeeds(
    files: Files, at_once: Callable[..., list[httpx.Response]]
) -> None:
    for number in range(ROUNDS):
        target = f"{number}.txt"
        files.put("a.txt", b"a").raise_for_status()
        files.put("b.txt", b"b").raise_for_status()
        moves = at_once(
            lambda target=target: files.transfer("move", "a.txt", target),
            lambda target=target: files.transfer("move", "b.txt", target),
        )
        won = [response.is_success for response in moves]
        assert sorted(won) == [False, True]
        lost = moves[won.index(False)].json()
        assert (lost["statusCode"], lost["error"]) == ("409", "Duplicate")
        assert [files.get(name) for name in ("a.txt", "b.txt", target)] == (
            [None, b"b", b"a"] if won[0] else [b"a", None, b"b"]
        )


@pytest.mark.own("storage", why="A file that is moved while its name is uploaded again is not lost")
def test_a_file_that_is_moved_away_while_its_name_is_taken_is_not_lost(
    stack: Stack, ann: User, files: Files, at_once: Callable[..., list[httpx.Response]]
) -> None:
    for number in range(ROUNDS):
        target = f"{number}.txt"
        files.put("a.txt", b"old").raise_for_status()
        put, moved = at_once(
            lambda: files.put("a.txt", b"new"),
            lambda target=target: files.transfer("move", "a.txt", target),
        )
        assert put.is_success and moved.is_success
        assert (files.get("a.txt"), files.get(target)) in ((b"new", b"old"), (None, b"new"))
        check_files(stack, ann)


def test_a_copy_of_what_is_replaced_or_deleted_is_whole_or_refused(
    stack: Stack, ann: User, files: Files, at_once: Callable[..., list[httpx.Response]]
) -> None:
    for _ in range(ROUNDS):
        files.put("a.txt", b"old").raise_for_status()
        files.remove("b.txt")
        copied, *others = at_once(
            lambda: files.transfer("copy", "a.txt", "b.txt", upsert=True),
            lambda: files.put("a.txt", b"new"),
            lambda: files.remove("a.txt"),
        )
        assert all(response.is_success for response in others)
        assert (files.get("b.txt") in (b"old", b"new")) if copied.is_success else files.get("b.txt") is None
        check_files(stack, ann)
