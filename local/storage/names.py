"""Validation of the names of buckets, objects and types, with the real server's messages."""

import re
from collections.abc import Sequence

from local.storage.errors import invalid_bucket_name, invalid_key, invalid_mime_type, invalid_request

SAFE = r"[A-Za-z0-9_!\-.*'() &$@=;:+,?]"
BUCKET = re.compile(rf"{SAFE}{{1,100}}")
KEY = re.compile(rf"(?:{SAFE}|/){{1,1024}}")
ROOT = "stub/stub"
"""Stands for the hosted server's own bucket and tenant in a path."""
TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+")
SIZE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?)(gb|mb|kb|b)", re.IGNORECASE)
LONGEST_SIZE = 18
"""Digits: Python refuses to parse thousands of them."""
UNITS = {"gb": 10**9, "mb": 10**6, "kb": 10**3, "b": 1}
HEADER = re.compile(r"[\x20-\x7e]{0,1000}")


def check_bucket(name: str) -> None:
    if not BUCKET.fullmatch(name) or name.strip() != name or name in (".", ".."):
        raise invalid_bucket_name()


def check_key(name: str) -> None:
    if not KEY.fullmatch(name):
        raise invalid_key(name)


def check_path(bucket: str, name: str, version: str) -> None:
    """Raises StorageError for a name with a `.` or `..` segment, which leads out of the bucket."""
    if any(part in (".", "..") for part in f"{bucket}/{name}".split("/")):
        raise invalid_key(f"{ROOT}/{bucket}/{name}/{version} contains dot path segment")


def check_type(kind: str, allowed: Sequence[str] | None) -> None:
    """Raises StorageError unless the type is among the bucket's, where case and parameters count."""
    if not allowed:
        return
    general = f"{kind.split('/')[0]}/*"
    if not is_type(kind) or not {kind, general} & set(allowed):
        raise invalid_mime_type(kind)


def is_type(kind: str) -> bool:
    """Whether it is a type and a subtype, whatever its parameters."""
    return TYPE.fullmatch(kind.split(";")[0].strip()) is not None


def checked_types(types: Sequence[str] | None) -> list[str] | None:
    """The allowed types of a bucket. Raises StorageError."""
    if types is None:
        return None
    for kind in types:
        if kind and kind not in ("*", "*/*") and not TYPE.fullmatch(kind):
            raise invalid_mime_type(kind)
    return [kind for kind in types if kind]


def checked_header(value: str, name: str) -> str:
    """A value that later is a header of a response. Raises StorageError."""
    if not HEADER.fullmatch(value):
        raise invalid_request(f"{name} holds a character that no header may hold")
    return value


def bytes_of(size: int | str) -> int:
    """The bytes of a size limit such as 1000, 20MB or 1.5GB. Raises StorageError."""
    if isinstance(size, int):
        return size
    if size.isdecimal() and len(size) <= LONGEST_SIZE:
        return int(size)
    match = SIZE.fullmatch(size)
    if not match:
        raise invalid_request("Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B")
    return int(float(match[1]) * UNITS[match[2].lower()])
