"""How a file comes into a bucket: the caller's policies are asked, the bytes kept, the row written.

In this order a crash leaves a file without a row at worst, which the next start removes.
"""

import os
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from starlette.requests import Request

from local.storage import names
from local.storage.callers import Caller
from local.storage.context import PLACEHOLDER, bucket_named, storage_of, transaction
from local.storage.database import Transaction
from local.storage.errors import key_exists
from local.storage.models import Bucket, Json, Object

FAIL_POINT = "STORAGE_FAIL_POINT"
"""Tests name a point here at which the process ends at once."""


def fail_point(name: str) -> None:
    if os.environ.get(FAIL_POINT) == name:
        os._exit(9)


@dataclass(frozen=True)
class Place:
    """Where a file is to go, and on whose account."""

    bucket: str
    name: str
    caller: Caller
    upsert: bool = False
    owner: Caller | None = None
    """Whose it will be, if it is not the caller's."""

    def columns(self, version: str, metadata: Json | None, user_metadata: Json | None) -> dict[str, Any]:
        owner = self.owner or self.caller
        return {
            "bucket": self.bucket,
            "name": self.name,
            "owner": owner.owner_uuid,
            "owner_id": owner.owner,
            "metadata": Jsonb(metadata),
            "user_metadata": Jsonb(user_metadata or {}),
            "version": version,
        }


async def admitted(request: Request, place: Place, kind: str) -> Bucket:
    """The bucket, if the caller may store a file of this type there. Raises StorageError."""
    async with transaction(request, place.caller) as tx:
        bucket = await bucket_named(tx, place.bucket)
    names.check_key(place.name)
    if not place.name.endswith(PLACEHOLDER):
        names.check_type(kind, bucket.allowed_mime_types)
    await check_permission(request, place, {"mimetype": kind})
    names.check_path(place.bucket, place.name, str(uuid.uuid4()))
    return bucket


async def check_permission(request: Request, place: Place, metadata: Json | None = None) -> None:
    """Try what storing would write, and take it back. Raises StorageError."""
    async with transaction(request, place.caller, undone=True) as tx:
        await _insert(tx, place, place.columns(str(uuid.uuid4()), metadata, None))


async def recorded(
    request: Request, place: Place, version: str, metadata: Json, user_metadata: Json | None
) -> Object:
    """Write the row of a file that is kept; the file goes if the caller may not. Raises StorageError."""
    files = storage_of(request).files
    try:
        async with transaction(request, place.caller) as tx:
            named: dict[str, Any] = {"bucket": place.bucket, "name": place.name}
            await tx.rows("lock_name", **named)
            before = await tx.row("object", trusted=True, **named)
            await _insert(tx, place, place.columns(version, metadata, user_metadata))
            row = await tx.row("object", trusted=True, **named)
            fail_point("before commit")
    except Exception:
        await files.drop(version)
        raise
    if row is None:
        raise LookupError("an object that was written is not there")
    if before and before["version"] != version:
        await files.drop(before["version"])
    return Object.of(row)


async def _insert(tx: Transaction, place: Place, columns: dict[str, Any]) -> None:
    try:
        await tx.rows("upsert_object" if place.upsert else "insert_object", **columns)
    except psycopg.errors.UniqueViolation as error:
        raise key_exists() from error
