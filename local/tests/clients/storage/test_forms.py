"""Forms that would hold the memory or the time of the platform: each is refused while others get answers."""

import time
from collections.abc import Iterator

import httpx
import psutil
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.conftest import PRIVATE, User

MEGABYTE = 1 << 20
LONGEST = 5.0
"""Seconds on a busy machine, where the first of the types below took 13 on an idle one."""
FILE = b'--x\r\ncontent-disposition: form-data; name=""; filename="a"\r\n\r\nhi\r\n'
END = b"--x--\r\n"


def field(name: str, content: bytes) -> bytes:
    return f'--x\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n'.encode() + content + b"\r\n"


def post(http: httpx.Client, user: User, body: bytes | Iterator[bytes], kind: str) -> httpx.Response:
    headers = {**user.bearer, "content-type": kind, "x-upsert": "true"}
    return http.post(f"/object/{PRIVATE}/{user.path('a.txt')}", content=body, headers=headers)


def megabytes(count: int, *, file_first: bool = False) -> Iterator[bytes]:
    yield FILE if file_first else b""
    for number in range(count):
        yield field(f"f{number}", b"x" * MEGABYTE)
    yield FILE + END


LIMITED = pytest.mark.own("storage", why="A form has at most 1 MiB of fields, 100 parts")


@LIMITED
@pytest.mark.parametrize("file_first", [False, True])
def test_many_large_fields_are_refused_and_not_kept_in_memory(
    stack: Stack, ann: User, http: httpx.Client, file_first: bool
) -> None:
    process = psutil.Process(stack.pid("platform"))
    before = process.memory_info().rss
    response = post(http, ann, megabytes(60, file_first=file_first), "multipart/form-data; boundary=x")
    assert (response.status_code, response.json()["code"]) == (400, "EntityTooLarge")
    assert process.memory_info().rss - before < 30 * MEGABYTE


def test_fields_of_one_megabyte_together_are_taken(ann: User, http: httpx.Client) -> None:
    fields = field("metadata", b'{"a": 1}') + field("b", b"x" * (MEGABYTE - 100)) + FILE + END
    assert post(http, ann, fields, "multipart/form-data; boundary=x").status_code == 200


@LIMITED
@pytest.mark.parametrize("part", [field("f", b""), field("", b""), FILE, b"--x\r\na: b\r\n\r\n\r\n"])
def test_a_form_of_more_than_a_hundred_parts_is_refused(ann: User, http: httpx.Client, part: bytes) -> None:
    kind = "multipart/form-data; boundary=x"
    assert post(http, ann, part * 99 + FILE + END, kind).status_code == 200
    response = post(http, ann, part * 100_000 + FILE + END, kind)
    assert (response.status_code, response.json()["code"]) == (400, "EntityTooLarge")


@LIMITED
@pytest.mark.parametrize(
    "parameters",
    [
        '; boundary="' + ";" * 60_000,
        "; boundary=" + ';"' * 30_000,
        ";" * 60_000,
        ';a="' * 15_000,
        ";a=b" * 15_000,
        "".join(f"; boundary*{number}=a" for number in range(4_000)),
        "; boundary=" + "x" * 60_000,
    ],
    ids=lambda text: text[:16],
)
def test_a_long_type_of_a_form_is_refused_at_once(ann: User, http: httpx.Client, parameters: str) -> None:
    start = time.monotonic()
    response = post(http, ann, b"x", f"multipart/form-data{parameters}")
    assert time.monotonic() - start < LONGEST
    assert (response.status_code, response.json()["code"]) == (400, "InvalidRequest")


@LIMITED
@pytest.mark.parametrize("words", ['name="' + ";" * 4_000, ';"' * 2_000, "name*0=a;" * 400])
def test_a_long_header_of_a_part_is_refused(ann: User, http: httpx.Client, words: str) -> None:
    part = f"--x\r\ncontent-disposition: form-data; {words}\r\n\r\n\r\n".encode()
    response = post(http, ann, part * 99 + FILE + END, "multipart/form-data; boundary=x")
    assert (response.status_code, response.json()["code"]) == (400, "InvalidRequest")


@pytest.mark.parametrize(
    ("disposition", "stored"),
    [
        ('form-data; name="file"; filename="a;b\\".txt"', True),
        ("form-data; name=file; filename=a.txt", True),
        ('form-data; name="file"; filename="ü.txt"', True),
        ("form-data; name=\"file\"; filename*=UTF-8''%C3%BC.txt", True),
        ('form-data; name="file"; filename=""', True),
        ('form-data; name="file"', False),
    ],
)
def test_a_part_with_a_file_name_is_the_file(
    ann: User, http: httpx.Client, disposition: str, stored: bool
) -> None:
    part = f"--x\r\ncontent-disposition: {disposition}\r\ncontent-type: text/plain\r\n\r\nhi\r\n".encode()
    posted = post(http, ann, part + END, 'multipart/form-data; boundary="x"')
    assert posted.is_success is stored
    if stored:
        response = http.get(f"/object/{PRIVATE}/{ann.path('a.txt')}", headers=ann.bearer)
        assert (response.content, response.headers["content-type"]) == (b"hi", "text/plain")
