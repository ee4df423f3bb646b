"""Resumable uploads on disk: the bytes received so far, and a JSON document that describes the upload."""

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

from local import shares
from local.storage import names
from local.storage.errors import StorageError
from local.storage.file_types import OCTETS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Resumable:
    bucket: str
    name: str
    version: str
    length: int | None
    """Bytes; None while the client does not know it."""
    metadata: dict[str, str]
    """The client's Upload-Metadata."""
    started: float
    """Unix time."""
    upsert: bool = False
    done: bool = False
    holder: str = ""
    """The user, or without one the network address, of the upload; `service_role` for the service."""
    address: str = ""
    """The network address that began the upload."""

    @property
    def id(self) -> str:
        return _encoded(f"{self.bucket}/{self.name}/{self.version}")

    @property
    def kind(self) -> str:
        return self.metadata.get("contentType", OCTETS)

    def metadata_header(self) -> str:
        return ",".join(f"{name} {_standard(value)}" for name, value in self.metadata.items())


def planned(
    bucket: str, name: str, length: int | None, metadata: dict[str, str], upsert: bool, holder: str
) -> Resumable:
    version = str(uuid.uuid4())
    started, address = time.time(), shares.holder.get()
    return Resumable(bucket, name, version, length, metadata, started, upsert, holder=holder, address=address)


def start(folder: Path, upload: Resumable) -> None:
    try:
        _write(folder / f"{upload.version}.json", asdict(upload))
        (folder / upload.version).touch(mode=0o600, exist_ok=False)
    except OSError:
        forget(folder, upload)
        raise


def find(folder: Path, upload_id: str) -> Resumable:
    """Raises StorageError for an invalid id, and if the upload does not exist."""
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


def set_length(folder: Path, upload: Resumable, length: int) -> Resumable:
    """Record the length of an upload that was created without one."""
    updated = replace(upload, length=length)
    _write(folder / f"{upload.version}.json", asdict(updated))
    return updated


def offset(folder: Path, upload: Resumable) -> int:
    """Bytes received so far. Raises StorageError if another request finishes or deletes the upload."""
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
    """Delete the upload's name of the bytes; keep the document for a client that lost the last response."""
    _write(path, json.loads(path.read_text()) | {"done": True})
    path.with_suffix("").unlink(missing_ok=True)


def unfinished(folder: Path) -> list[str]:
    """The versions of uploads that were not marked as done."""
    return [path.stem for path in folder.glob("*.json") if not json.loads(path.read_text())["done"]]


def left_behind(folder: Path) -> Iterator[tuple[str, str, str, int]]:
    """Version, holder, address and size in bytes of each unfinished upload."""
    for version in unfinished(folder):
        document, data = json.loads((folder / f"{version}.json").read_text()), folder / version
        user, address = document.get("holder", ""), document.get("address", "")
        yield version, user, address, data.stat().st_size if data.exists() else 0


def late(folder: Path, lifetime: int, now: float) -> list[str]:
    """The versions of expired uploads. Unreadable documents are logged and skipped. `lifetime` in seconds."""
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
    """Delete expired uploads, the bytes of finished ones, and bytes or documents without counterpart."""
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
    """Parse `name base64,name base64,name`. Raises StorageError."""
    metadata: dict[str, str] = {}
    for pair in header.split(","):
        name, *values = pair.split(" ")
        if not name or name in metadata or len(values) > 1:
            raise StorageError(400, "InvalidRequest", "Upload-Metadata is invalid")
        try:
            metadata[name] = base64.b64decode(values[0], validate=True).decode() if values else ""
        except ValueError as error:
            raise StorageError(400, "InvalidRequest", "Upload-Metadata is invalid") from error
    return metadata


def _unknown() -> StorageError:
    return StorageError(404, "NoSuchUpload", "The file for this url was not metadata\n")


def _decoded(upload_id: str) -> str:
    """The decoded id; empty for invalid base64, with replacement characters for invalid UTF-8."""
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
