"""How a file comes into a bucket: the caller's policies are asked, the bytes kept, the row written.

In this order a crash leaves a file without a row at worst, which the next start removes.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from starlette.requests import Request

from local.shares import holder
from local.storage import contents, names
from local.storage.callers import Caller
from local.storage.changes import changing
from local.storage.context import PLACEHOLDER, bucket_named, storage_of, transaction
from local.storage.database import Asked, Transaction
from local.storage.errors import beyond_limit, key_exists
from local.storage.files import Judge
from local.storage.models import Bucket, Json, Object


@dataclass(frozen=True)
class Place:
    """Where a file is to go, and on whose account."""

    bucket: str
    name: str
    caller: Caller
    upsert: bool = False
    owner: Caller | None = None
    """Whose it will be, if it is not the caller's."""

    @property
    def holder(self) -> str:
        """Who has the upload while it is unfinished: the user, or the address of one who is not signed in."""
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


async def admitted(request: Request, place: Place, kind: str) -> Bucket:
    """The bucket, if the caller may store a file of this type there. Raises StorageError."""
    async with transaction(request, place.caller, undone=True) as tx:
        bucket = await bucket_named(tx, place.bucket)
        names.check_key(place.name)
        _check_type(bucket, place, kind)
        await _insert(tx, place, place.columns(str(uuid.uuid4()), {"mimetype": kind}, None))
    names.check_path(place.bucket, place.name, str(uuid.uuid4()))
    return bucket


async def admitted_in_pieces(request: Request, place: Place, kind: str, length: int | None) -> None:
    """As `admitted`, in the real server's order, for a file whose length is given or not known yet."""
    names.check_key(place.name)
    async with transaction(request, place.caller, undone=True) as tx:
        bucket = await bucket_named(tx, place.bucket)
        if length and length > storage_of(request).limit(bucket, place.name):
            raise beyond_limit()
        await _insert(tx, place, place.columns(str(uuid.uuid4()), {"mimetype": kind}, None))
    _check_type(bucket, place, kind)
    names.check_path(place.bucket, place.name, str(uuid.uuid4()))


def _check_type(bucket: Bucket, place: Place, kind: str) -> None:
    if not place.name.endswith(PLACEHOLDER):
        names.check_type(kind, bucket.allowed_mime_types)


def judge(bucket: Bucket, name: str, kind: str) -> Judge | None:
    """What raises StorageError for first bytes of a file that is not of this type, where the bucket cares."""
    return None if name.endswith(PLACEHOLDER) else contents.judge(kind, bucket.allowed_mime_types)


async def check_permission(request: Request, place: Place, metadata: Json | None = None) -> None:
    """Try what storing would write, and take it back. Raises StorageError."""
    async with transaction(request, place.caller, undone=True) as tx:
        await _insert(tx, place, place.columns(str(uuid.uuid4()), metadata, None))


async def recorded(
    request: Request, place: Place, version: str, metadata: Json, user_metadata: Json | None
) -> Object:
    """Write the row of a file that is kept; the file goes if the caller may not. Raises StorageError."""
    named = {"bucket": place.bucket, "name": place.name}
    before = [Asked("lock_name", named), Asked("lock_object", named, trusted=True)] if place.upsert else []
    after = Asked("object", named, trusted=True)
    async with changing(request, place.caller, version) as change:
        columns = place.columns(version, metadata, user_metadata)
        *earlier, _, rows = await _insert(change.tx, place, columns, before, [after])
        change.remove(row["version"] for found in earlier[1:] for row in found)
        (row,) = rows
    return Object.of(row)


async def _insert(
    tx: Transaction,
    place: Place,
    columns: dict[str, Any],
    before: Sequence[Asked] = (),
    after: Sequence[Asked] = (),
) -> list[list[DictRow]]:
    """What was asked before, the insert itself, and after it find."""
    query = "upsert_object" if place.upsert else "insert_object"
    try:
        return await tx.batch(*before, Asked(query, columns), *after)
    except psycopg.errors.UniqueViolation as error:
        raise key_exists() from error
