"""Resumable uploads on disk: the bytes that came so far, and a document that says what they will be."""

import base64
import json
import logging
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from local.storage import names
from local.storage.contents import OCTETS
from local.storage.errors import StorageError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Resumable:
    bucket: str
    name: str
    version: str
    length: int | None
    """None where the client did not know it yet."""
    metadata: dict[str, str]
    """As the client gave it, by the words of Upload-Metadata."""
    started: float
    """Unix time."""
    upsert: bool = False
    done: bool = False
    holder: str = ""
    """The user or the network address whose unfinished upload it is."""

    @property
    def id(self) -> str:
        return _encoded(f"{self.bucket}/{self.name}/{self.version}")

    @property
    def kind(self) -> str:
        return self.metadata.get("contentType", OCTETS)

    def given_metadata(self) -> str:
        return ",".join(f"{name} {_standard(value)}" for name, value in self.metadata.items())


def planned(
    bucket: str, name: str, length: int | None, metadata: dict[str, str], upsert: bool, holder: str
) -> Resumable:
    version = str(uuid.uuid4())
    return Resumable(bucket, name, version, length, metadata, time.time(), upsert, holder=holder)


def start(folder: Path, upload: Resumable) -> None:
    try:
        _write(folder / f"{upload.version}.json", asdict(upload))
        (folder / upload.version).touch(mode=0o600, exist_ok=False)
    except OSError:
        forget(folder, upload)
        raise


def find(folder: Path, upload_id: str) -> Resumable:
    """Raises StorageError when the id names no bucket and object, or no upload."""
    text = _decoded(upload_id)
    bucket, _, rest = text.partition("/")
    name, _, version = rest.rpartition("/")
    if not rest:
        raise StorageError(400, "InvalidUploadId", "Invalid upload id")
    names.check_bucket(bucket)
    names.check_key(name)
    try:
        upload = Resumable(**json.loads((folder / f"{uuid.UUID(version)}.json").read_text()))
    except (ValueError, OSError) as error:
        raise _unknown() from error
    if upload.id != _encoded(text):
        raise _unknown()
    return upload


def tell_length(folder: Path, upload: Resumable, length: int) -> Resumable:
    """Of one that was begun without."""
    told = replace(upload, length=length)
    _write(folder / f"{upload.version}.json", asdict(told))
    return told


def offset(folder: Path, upload: Resumable) -> int:
    """How many bytes are there. Raises StorageError when it was finished or ended at this moment."""
    if upload.done and upload.length is not None:
        return upload.length
    try:
        return (folder / upload.version).stat().st_size
    except FileNotFoundError as error:
        raise StorageError(423, "ResourceLocked", "The upload is being finished") from error


def forget(folder: Path, upload: Resumable) -> None:
    forget_version(folder, upload.version)


def forget_version(folder: Path, version: str) -> None:
    for name in (version, f"{version}.json"):
        (folder / name).unlink(missing_ok=True)


def mark_done(path: Path) -> None:
    """Described for a while yet, for a client that lost the last answer; its bytes are the object's."""
    _write(path, json.loads(path.read_text()) | {"done": True})
    path.with_suffix("").unlink(missing_ok=True)


def unfinished(folder: Path) -> list[str]:
    """The versions of uploads that were not marked as done."""
    return [path.stem for path in folder.glob("*.json") if not json.loads(path.read_text())["done"]]


def left_behind(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Version, holder and bytes of each that is unfinished."""
    for version in unfinished(folder):
        document, data = json.loads((folder / f"{version}.json").read_text()), folder / version
        yield version, document.get("holder", ""), data.stat().st_size if data.exists() else 0


def late(folder: Path, lifetime: int, now: float) -> list[str]:
    """The versions of uploads whose time is over. Unreadable documents are logged and skipped."""
    versions = []
    for path in folder.glob("*.json"):
        try:
            if json.loads(path.read_text())["started"] + lifetime < now:
                versions.append(path.stem)
        except FileNotFoundError:
            pass  # a request finished or ended this upload meanwhile
        except (OSError, ValueError, KeyError, TypeError):
            log.exception("resumable upload unreadable", extra={"fields": {"version": path.stem}})
    return versions


def forget_old(folder: Path, lifetime: int, now: float) -> None:
    """Those that were not finished in time, bytes of those that are done, and what has no other half."""
    for path in folder.glob("*.json"):
        document, data = json.loads(path.read_text()), path.with_suffix("")
        if document["done"]:
            data.unlink(missing_ok=True)
        if document["started"] + lifetime < now or not (document["done"] or data.exists()):
            data.unlink(missing_ok=True)
            path.unlink()
    for path in folder.iterdir():
        if path.suffix != ".json" and not path.with_suffix(".json").exists():
            path.unlink()


def parsed_metadata(header: str) -> dict[str, str]:
    """Raises StorageError for what is not `name base64,name base64,name`."""
    found: dict[str, str] = {}
    for pair in header.split(","):
        name, *values = pair.split(" ")
        if not name or name in found or len(values) > 1:
            raise StorageError(400, "InvalidRequest", "Upload-Metadata is invalid")
        try:
            found[name] = base64.b64decode(values[0], validate=True).decode() if values else ""
        except ValueError as error:
            raise StorageError(400, "InvalidRequest", "Upload-Metadata is invalid") from error
    return found


def _unknown() -> StorageError:
    return StorageError(404, "NoSuchUpload", "The file for this url was not found\n")


def _decoded(upload_id: str) -> str:
    """Empty where it is no base64; what is no text is replaced."""
    padded = upload_id.encode() + b"=" * (-len(upload_id) % 4)
    try:
        return base64.urlsafe_b64decode(padded).decode(errors="replace")
    except ValueError:
        return ""


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _standard(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _write(path: Path, document: dict[str, Any]) -> None:
    half_written = path.with_name(f"{path.name}.new")
    try:
        with half_written.open("w") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        half_written.replace(path)
    finally:
        half_written.unlink(missing_ok=True)
