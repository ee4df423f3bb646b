"""How a file is stored: check the caller's permission, write the bytes, write the row.

In this order a crash leaves at worst a file without a row, which the next start removes. A single upload runs
all steps (`store`). A resumable upload and a copy write their bytes themselves; the other steps are the same.
"""

import logging
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from starlette.requests import Request

from local.shares import holder
from local.storage import file_bodies, file_types, models, names
from local.storage.callers import Caller
from local.storage.context import PLACEHOLDER, Storage, bucket_named, storage_of, transaction
from local.storage.database import SERVICE, Outcome, Statement, Transaction
from local.storage.errors import beyond_limit, key_exists
from local.storage.fail_points import fail_point
from local.storage.file_store import HeadCheck
from local.storage.models import Bucket, Json, Object

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Destination:
    """The name under which a file is stored, and the caller and owner."""

    bucket: str
    name: str
    caller: Caller
    upsert: bool = False
    owner: Caller | None = None
    """The future owner, if it is not the caller."""

    @property
    def holder(self) -> str:
        """The user whose unfinished upload it is; without a user, the network address. Or SERVICE."""
        if self.caller.is_service:
            return SERVICE
        return (self.owner or self.caller).owner or holder.get()

    def columns(self, version: str, metadata: Json | None, user_metadata: Json | None) -> dict[str, Any]:
        owner = self.owner or self.caller
        return {
            "bucket": self.bucket,
            "name": self.name,
            "owner": owner.owner_uuid,
            "owner_id": owner.owner,
            "metadata": None if metadata is None else Jsonb(metadata),
            "user_metadata": Jsonb(user_metadata or {}),
            "version": version,
        }


async def store(request: Request, destination: Destination) -> Object:
    """Store the file in the request's body. Raises StorageError."""
    body = file_bodies.Form(request) if file_bodies.is_form(request) else file_bodies.Raw(request)
    description = await body.description()
    bucket = await check_upload(request, destination, description.kind)
    version = str(uuid.uuid4())
    metadata = await _write_bytes(request, destination, bucket, version, body, description)
    fail_point("before row")
    return await write_row(request, destination, version, metadata, description.user_metadata)


# Step 1: permission


async def check_upload(request: Request, destination: Destination, kind: str) -> Bucket:
    """The bucket, if the caller may store a file of this type there. Raises StorageError."""
    async with transaction(request, destination.caller, undone=True) as tx:
        bucket = await bucket_named(tx, destination.bucket)
        names.check_key(destination.name)
        _check_type(bucket, destination, kind)
        await _insert(tx, destination, destination.columns(str(uuid.uuid4()), {"mimetype": kind}, None))
    names.check_path(destination.bucket, destination.name, str(uuid.uuid4()))
    return bucket


async def check_resumable_upload(
    request: Request, destination: Destination, kind: str, length: int | None
) -> None:
    """As `check_upload`, in the real server's order. `length` is in bytes, None if not known yet."""
    names.check_key(destination.name)
    async with transaction(request, destination.caller, undone=True) as tx:
        bucket = await bucket_named(tx, destination.bucket)
        if length and length > storage_of(request).limit(bucket, destination.name):
            raise beyond_limit()
        await _insert(tx, destination, destination.columns(str(uuid.uuid4()), {"mimetype": kind}, None))
    _check_type(bucket, destination, kind)
    names.check_path(destination.bucket, destination.name, str(uuid.uuid4()))


async def check_permission(request: Request, destination: Destination, metadata: Json | None = None) -> None:
    """Insert the row and roll back: the policies decide. Raises StorageError."""
    async with transaction(request, destination.caller, undone=True) as tx:
        await _insert(tx, destination, destination.columns(str(uuid.uuid4()), metadata, None))


def _check_type(bucket: Bucket, destination: Destination, kind: str) -> None:
    if not destination.name.endswith(PLACEHOLDER):
        names.check_type(kind, bucket.allowed_mime_types)


# Step 2: bytes


def head_check(bucket: Bucket, name: str, kind: str) -> HeadCheck | None:
    """The check of a file's first bytes against its type; None where the bucket allows any content."""
    return None if name.endswith(PLACEHOLDER) else file_types.head_check(kind, bucket.allowed_mime_types)


async def _write_bytes(
    request: Request,
    destination: Destination,
    bucket: Bucket,
    version: str,
    body: file_bodies.Form | file_bodies.Raw,
    description: file_bodies.Description,
) -> Json:
    """Write the body into the folder of files, and return the metadata of the file."""
    storage = storage_of(request)
    check = head_check(bucket, destination.name, description.kind)
    limit = storage.limit(bucket, destination.name)
    storage.running.begin(version, destination.holder)
    try:
        grow = partial(storage.running.grow, version)
        async with storage.files.new_file(version, limit, check, grow) as sink:
            await body.receive(sink)
            await storage.files.keep(sink)
    finally:
        storage.running.end(version)
    digest = sink.digest.hexdigest()
    return models.metadata(sink.size, digest, description.kind, description.cache_control)


# Step 3: row


async def write_row(
    request: Request, destination: Destination, version: str, metadata: Json, user_metadata: Json | None
) -> Object:
    """Write the row of a file in the folder; delete the file if the caller may not. Raises StorageError."""
    key = {"bucket": destination.bucket, "name": destination.name}
    locks = [Statement("lock_name", key), Statement("lock_object", key, trusted=True)]
    before = locks if destination.upsert else []
    after = Statement("object", key, trusted=True)
    async with changing_files(request, destination.caller, version) as change:
        columns = destination.columns(version, metadata, user_metadata)
        *earlier, _, rows = await _insert(change.tx, destination, columns, before, [after])
        change.remove(row["version"] for replaced in earlier[1:] for row in replaced)
        (row,) = rows
    return Object.of(row)


async def _insert(
    tx: Transaction,
    destination: Destination,
    columns: dict[str, Any],
    before: Sequence[Statement] = (),
    after: Sequence[Statement] = (),
) -> list[list[DictRow]]:
    """Insert the row; returns the rows of each statement: those before, the insert, those after."""
    query = "upsert_object" if destination.upsert else "insert_object"
    try:
        return await tx.batch(*before, Statement(query, columns), *after)
    except psycopg.errors.UniqueViolation as error:
        raise key_exists() from error


@dataclass
class FileChange:
    """The versions of files that get a row in a transaction, and of those that lose theirs."""

    tx: Transaction
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def remove(self, versions: Iterable[str | None]) -> None:
        self.removed += [version for version in versions if version and version not in self.added]


@asynccontextmanager
async def changing_files(request: Request, caller: Caller, *added: str) -> AsyncIterator[FileChange]:
    """A transaction after which files without a row are deleted, at once if its outcome is known."""
    storage, change = storage_of(request), None
    try:
        async with transaction(request, caller) as tx:
            change = FileChange(tx, list(added))
            yield change
            fail_point("before commit")
        fail_point("after commit")
    finally:
        outcome = change.tx.outcome if change else Outcome.ROLLED_BACK
        match outcome:
            case Outcome.COMMITTED if change:
                await _delete_files(storage, change.removed)
            case Outcome.UNKNOWN if change:
                storage.uncertain_commits.add(change.added + change.removed)
            case _:
                await _delete_files(storage, added)


async def _delete_files(storage: Storage, versions: Iterable[str]) -> None:
    """A file that cannot be deleted now is deleted later: the outcome of the request is certain already."""
    try:
        await storage.files.drop(*versions)
    except BaseException as error:
        storage.uncertain_commits.add(versions)
        if not isinstance(error, OSError):
            raise
        log.warning("files not removed yet", exc_info=error)
