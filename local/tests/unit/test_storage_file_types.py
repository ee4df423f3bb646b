"""The type of a file by its first bytes, and the types that a bucket accepts."""

import pytest

from local.storage.errors import StorageError
from local.storage.file_types import HEAD, agrees, head_check
from local.tests.clients.storage.samples import HTML, PNG, PROGRAM, SAMPLES, SVG

LOOKALIKES = {
    "an empty file": b"",
    "a word": b"x",
    "a page": HTML,
    "a page after white space": b"\n\t  <HTML><body>",
    "a page in UTF-16": "<script>alert(1)</script>".encode("utf-16"),
    "a comment": b"<!-- --><script>alert(1)</script>",
    "markup in XML": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
    "a drawing": SVG,
    "a program": PROGRAM,
    "a program for Linux": b"\x7fELF\x02\x01\x01" + bytes(60),
    "an archive": b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(40),
    "nothing known": bytes(range(256)),
}
STRICT = sorted(set(SAMPLES) - {"text/csv", "application/x-subrip"})
"""Types that show themselves; any text can be a table or subtitles."""


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_is_what_it_is_called(kind: str) -> None:
    assert agrees(kind, SAMPLES[kind][:HEAD], named=True)


@pytest.mark.parametrize("name", LOOKALIKES)
@pytest.mark.parametrize("kind", STRICT)
def test_content_without_signature_is_not_recognised(kind: str, name: str) -> None:
    assert not agrees(kind, LOOKALIKES[name], named=True)


@pytest.mark.parametrize("kind", ["text/csv", "application/x-subrip", "text/plain"])
@pytest.mark.parametrize("name", sorted(set(LOOKALIKES) - {"an empty file", "a word"}))
def test_markup_and_binaries_are_no_plain_text(kind: str, name: str) -> None:
    assert not agrees(kind, LOOKALIKES[name], named=True)
    assert not agrees(kind, PNG, named=True)


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "audio/wav", "video/mp4", "video/webm"])
def test_known_type_is_not_accepted_as_another(kind: str) -> None:
    others = ("image/png", "image/gif", "audio/flac", "video/x-matroska", "video/mp2t", "application/pdf")
    for other in set(others) - {kind}:
        assert not agrees(kind, SAMPLES[other], named=True)
        assert not agrees(kind, SAMPLES[other], named=False)


def test_a_family_takes_what_is_nothing_else() -> None:
    for content in (b"x", b"", b"hello; 1 < 2 & 3 %"):
        assert agrees("image/png", content, named=False)
    for content in (HTML, SVG, PROGRAM, SAMPLES["video/mp4"]):
        assert not agrees("image/png", content, named=False)


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("image/svg+xml", SVG, True),
        ("image/svg+xml", HTML, False),
        ("text/html", HTML, True),
        ("application/zip", LOOKALIKES["an archive"], True),
        ("application/zip", PNG, False),
        ("font/woff2", b"wOF2\x00\x01\x00\x00" + bytes(40), True),
        ("font/woff2", b"x", False),
        ("application/x-of-our-own", bytes(range(256)), True),
        ("application/x-of-our-own", HTML, False),
        ("image/jpg", SAMPLES["image/jpeg"], True),
    ],
)
def test_types_that_no_bucket_of_ours_names(kind: str, content: bytes, expected: bool) -> None:
    assert agrees(kind, content, named=True) is expected


@pytest.mark.parametrize("allowed", [None, [], ["*"], ["*/*"], ["application/octet-stream"]])
def test_a_bucket_without_types_takes_anything(allowed: list[str] | None) -> None:
    assert head_check("image/png", allowed) is None


def test_a_refusal_names_what_was_found() -> None:
    check = head_check("Image/PNG; charset=binary", ["image/png"])
    assert check
    check(PNG)
    with pytest.raises(StorageError, match=r"mime type text/html is not supported") as error:
        check(HTML)
    assert (error.value.status, error.value.code) == (415, "InvalidMimeType")
