"""The type of a file by its first bytes: a bucket's types hold for the content, not only for the stated type.

Signatures are those of WHATWG's MIME Sniffing standard (https://mimesniff.spec.whatwg.org) and of the formats
that buckets name; for other types puremagic is used.
"""

import re
from collections.abc import Callable, Sequence

import puremagic

from local.storage.errors import invalid_mime_type

HEAD = 4096
"""Number of first bytes that decide the type."""
OCTETS = "application/octet-stream"
ANYTHING = {"*", "*/*", OCTETS}
SAME = {
    **dict.fromkeys(("audio/x-wav", "audio/wave", "audio/vnd.wave"), "audio/wav"),
    **dict.fromkeys(("audio/mp3", "audio/x-mp3", "audio/x-mpeg"), "audio/mpeg"),
    **dict.fromkeys(("audio/m4a", "audio/x-m4a", "application/mp4"), "audio/mp4"),
    **dict.fromkeys(("application/x-matroska", "audio/x-matroska"), "video/x-matroska"),
    **dict.fromkeys(("video/ogg", "application/ogg"), "audio/ogg"),
    **{"image/jpg": "image/jpeg", "audio/x-flac": "audio/flac", "video/x-m4v": "video/mp4"},
}
"""Names of one type, or of formats with one signature."""
MP4 = "video/mp4 audio/mp4 video/iso.segment"
PROGRAM = "application/x-executable"
BINARY = [
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF.{4}WEBPVP", "image/webp"),
    (rb"RIFF.{4}WAVE", "audio/wav"),
    (rb"fLaC", "audio/flac"),
    (rb"OggS\0", "audio/ogg"),
    (rb"ID3[\x02-\x04]", "audio/mpeg audio/aac audio/flac"),
    (rb"\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd][\x00-\xef]", "audio/mpeg"),
    (rb"\xff[\xf0\xf1\xf8\xf9]", "audio/aac"),
    (rb"\x1aE\xdf\xa3.{1,64}?B\x82\x84webm", "video/webm audio/webm video/x-matroska"),
    (rb"\x1aE\xdf\xa3.{1,64}?B\x82\x88matroska", "video/x-matroska"),
    (rb".{4}ftyp(.{4}){0,12}(avif|avis)", "image/avif"),
    (rb".{4}ftyp(mif1|msf1|hei[cxms]|hev[cxms])", "image/heic image/heif"),
    (rb".{4}ftypqt  ", "video/quicktime"),
    (rb".{4}ftyp3g", f"video/3gpp audio/3gpp {MP4}"),
    (rb".{4}ftyp", MP4),
    (rb".{4}(styp|moof|sidx|emsg|prft)", MP4),
    (rb".{4}(moov|mdat|wide|free|skip|pnot)", "video/quicktime"),
    (rb"(G.{187})+(G.{0,187})?\Z", "video/mp2t"),
    (rb"%PDF-", "application/pdf"),
    (rb"MZ|\x7fELF|\0asm|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]", PROGRAM),
]
TEXT = [
    (r"<\?xml\b.*<MPD[\s>]|<MPD[\s>]", "application/dash+xml"),
    (r"(<\?xml\b|<!--|<!DOCTYPE\s+svg\b).*<svg[\s>]|<svg[\s>]", "image/svg+xml"),
    (r"<\?xml\b.*<html[\s>]", "application/xhtml+xml"),
    (r"<\?xml\b", "application/xml"),
    (
        r"<(!DOCTYPE\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)(?=[\s>/]|\Z)|<!--",
        "text/html",
    ),
    (r"%PDF-", "application/pdf"),
    (r"%!PS-", "application/postscript"),
]
"""Signatures of text, from its first character that is no white space."""
BEGINNINGS = {
    "text/vtt": r"WEBVTT(?=\s|\Z)",
    "application/vnd.apple.mpegurl": r"#EXTM3U(?=\s|\Z)",
    "application/x-mpegurl": r"#EXTM3U(?=\s|\Z)",
    "audio/mpegurl": r"#EXTM3U(?=\s|\Z)",
    "application/json": r'\s*[\[{"\-0-9tfn]',
    "application/x-ndjson": r'\s*[\[{"\-0-9tfn]',
}
"""The beginning of a text of this type."""
STRUCTURED = re.compile(r".*[+/](xml|json)")
TEXTUAL = {*BEGINNINGS, "application/x-subrip", "application/javascript", "application/yaml"}
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""Bytes that no text has, by section 3 of the standard."""
MARKS = {b"\xfe\xff": "utf-16", b"\xff\xfe": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}

_binary = [(re.compile(pattern, re.DOTALL), frozenset(kinds.split())) for pattern, kinds in BINARY]
_text = [(re.compile(pattern, re.DOTALL | re.IGNORECASE), frozenset({kind})) for pattern, kind in TEXT]
_signed = frozenset().union(*(kinds for _, kinds in _binary + _text))
_magic = {row.mime_type for row in puremagic.magic_header_array}


def head_check(kind: str, allowed: Sequence[str] | None) -> Callable[[bytes], None] | None:
    """A check of first bytes, which raises StorageError if they are not of this type.

    None if the bucket allows any content. A type that the bucket names must be recognised; under `image/*` it
    is enough that no other type is.
    """
    bare = _bare(kind)
    if not allowed or ANYTHING & {bare, *(_bare(item) for item in allowed)}:
        return None
    named = bare in {_bare(item) for item in allowed}

    def check(head: bytes) -> None:
        if not agrees(bare, head, named):
            raise invalid_mime_type(next(iter(sorted(recognised(head))), f"{kind} by name alone"))

    return check


def agrees(bare: str, head: bytes, named: bool) -> bool:
    """Whether a file with these first bytes can be of this type; a `named` type must be recognised."""
    bare = SAME.get(bare, bare)
    kinds = recognised(head)
    if kinds:
        return bare in kinds or (bare in ("text/xml", "application/xml") and _decoded(head) is not None)
    if bare in _signed:
        return not named
    if _is_textual(bare):
        text = _decoded(head)
        return text is not None and bool(re.match(BEGINNINGS.get(bare, ""), text))
    return not named or bare not in _magic or bare in _guessed(head)


def recognised(head: bytes) -> frozenset[str]:
    """The possible types of the bytes; empty for plain text and unknown content."""
    text = _decoded(head)
    if text is not None:
        stripped = text.lstrip()
        return next((kinds for pattern, kinds in _text if pattern.match(stripped)), frozenset())
    return next((kinds for pattern, kinds in _binary if pattern.match(head)), frozenset())


def _guessed(head: bytes) -> set[str]:
    try:
        return {SAME.get(match.mime_type, match.mime_type) for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()


def _is_textual(bare: str) -> bool:
    return bare.startswith("text/") or bare in TEXTUAL or STRUCTURED.fullmatch(bare) is not None


def _decoded(head: bytes) -> str | None:
    """The bytes as text, None for binary content."""
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return None if CONTROL.search(head) else head.decode("utf-8", "replace")


def _bare(kind: str) -> str:
    return kind.split(";")[0].strip().lower()
