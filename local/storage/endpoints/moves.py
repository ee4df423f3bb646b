"""POST /object/move and /object/copy: no byte is written again."""

import base64
import uuid

from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import Response

from local.storage import names, object_writes
from local.storage.context import bucket_named, caller_of, storage_of, transaction
from local.storage.database import Statement
from local.storage.errors import no_such_key, too_large
from local.storage.fail_points import fail_point
from local.storage.file_bodies import json_object
from local.storage.file_types import OCTETS
from local.storage.json_bodies import BOOLEAN, OBJECT, STRING, Field, body, checked
from local.storage.json_responses import JsonResponse
from local.storage.models import Bucket, Json, Object, metadata
from local.storage.object_writes import Destination, changing_files

MOVE = {
    "bucketId": Field(STRING, required=True),
    "sourceKey": Field(STRING, required=True),
    "destinationKey": Field(STRING, required=True),
    "destinationBucket": Field(STRING),
}
COPY = {**MOVE, "metadata": Field(OBJECT), "copyMetadata": Field(BOOLEAN)}
METADATA = {"cacheControl": Field(STRING), "mimetype": Field(STRING)}


async def moved(request: Request) -> Response:
    caller = caller_of(request)
    fields = await body(request, MOVE)
    bucket, target_bucket = fields["bucketId"], fields.get("destinationBucket") or fields["bucketId"]
    name, target = fields["sourceKey"], fields["destinationKey"]
    names.check_bucket(bucket)
    names.check_bucket(target_bucket)
    names.check_key(target)
    new = {
        "to_bucket": target_bucket,
        "to_name": target,
        "owner": caller.owner_uuid,
        "owner_id": caller.owner,
    }
    keys = sorted({(bucket, name), (target_bucket, target)})
    locks = [Statement("lock_name", {"bucket": held, "name": key}) for held, key in keys]
    async with changing_files(request, caller) as change:
        source = Statement("object", {"bucket": bucket, "name": name})
        rows = (await change.tx.batch(*locks, source))[-1]
        if not rows:
            raise no_such_key()
        if target_bucket != bucket:
            await _check_limits(request, await bucket_named(change.tx, target_bucket), target, rows[0])
        row = await change.tx.row("move_object", bucket=bucket, name=name, **new)
        if row is None:
            raise no_such_key()
        names.check_path(target_bucket, target, row["version"])
    return JsonResponse({"message": "Successfully moved"})


async def copied(request: Request) -> Response:
    caller, files = caller_of(request), storage_of(request).files
    fields = await body(request, COPY)
    target_bucket, version = fields.get("destinationBucket") or fields["bucketId"], str(uuid.uuid4())
    names.check_bucket(fields["bucketId"])
    names.check_bucket(target_bucket)
    names.check_key(fields["destinationKey"])
    async with transaction(request, caller) as tx:
        row = await tx.row("object", bucket=fields["bucketId"], name=fields["sourceKey"])
        if row is None:
            raise no_such_key()
        bucket = await bucket_named(tx, target_bucket)
    source = Object.of(row)
    destination = Destination(
        target_bucket, fields["destinationKey"], caller, request.headers.get("x-upsert") == "true"
    )
    file_metadata, user_metadata = _copy_metadata(request, fields, source)
    await _check_limits(request, bucket, destination.name, row | {"metadata": file_metadata})
    await object_writes.check_permission(request, destination, file_metadata)
    names.check_path(destination.bucket, destination.name, version)
    try:
        await files.duplicate(source.version or "", version)
    except (FileNotFoundError, ValueError) as error:
        raise no_such_key() from error
    fail_point("before row")
    stored = await object_writes.write_row(request, destination, version, file_metadata, user_metadata)
    key = f"{stored.bucket_id}/{stored.name}"
    return JsonResponse({"Id": str(stored.id), "Key": key, **stored.as_json()})


async def _check_limits(request: Request, bucket: Bucket, name: str, row: DictRow) -> None:
    """Check a stored file against the limits of another bucket. Raises StorageError."""
    storage, file_metadata = storage_of(request), row["metadata"] or {}
    if int(file_metadata.get("size") or 0) > storage.limit(bucket, name):
        raise too_large()
    kind = str(file_metadata.get("mimetype") or OCTETS)
    names.check_type(kind, bucket.allowed_mime_types)
    check = object_writes.head_check(bucket, name, kind)
    if check:
        try:
            check(await storage.files.head(row["version"] or ""))
        except (FileNotFoundError, ValueError) as error:
            raise no_such_key() from error


def _copy_metadata(request: Request, fields: Json, source: Object) -> tuple[Json, Json | None]:
    """Metadata and user metadata of the copy: those of the source, unless the caller sends others."""
    known = source.metadata or {}
    own: Json = {}
    if not fields.get("copyMetadata", True):
        own = checked(fields.get("metadata", {}), METADATA, "body/metadata")
    file_metadata = metadata(
        int(known.get("size") or 0),
        str(known.get("eTag", "")).strip('"'),
        names.checked_header(str(own.get("mimetype", known.get("mimetype", ""))), "mimetype"),
        names.checked_header(str(own.get("cacheControl", known.get("cacheControl", ""))), "cacheControl"),
    )
    if fields.get("copyMetadata", True):
        return file_metadata, source.user_metadata
    try:
        text = base64.b64decode(request.headers.get("x-metadata", ""), validate=True).decode()
    except ValueError:
        text = ""
    return file_metadata, json_object(text)
