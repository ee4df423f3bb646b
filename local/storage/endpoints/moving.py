"""POST /object/move and /object/copy: the bytes stay where they are."""

import base64
import uuid

from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import Response

from local.storage import names, storing
from local.storage.answers import Answer
from local.storage.bodies import BOOLEAN, OBJECT, STRING, Field, body, checked
from local.storage.changes import changing
from local.storage.contents import OCTETS
from local.storage.context import bucket_named, caller_of, storage_of, transaction
from local.storage.database import Asked
from local.storage.errors import no_such_key, too_large
from local.storage.failing import fail_point
from local.storage.models import Bucket, Json, Object, metadata
from local.storage.receiving import json_object
from local.storage.storing import Place

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
    given = await body(request, MOVE)
    bucket, target_bucket = given["bucketId"], given.get("destinationBucket") or given["bucketId"]
    name, target = given["sourceKey"], given["destinationKey"]
    names.check_bucket(bucket)
    names.check_bucket(target_bucket)
    names.check_key(target)
    new = {
        "to_bucket": target_bucket,
        "to_name": target,
        "owner": caller.owner_uuid,
        "owner_id": caller.owner,
    }
    both = sorted({(bucket, name), (target_bucket, target)})
    locks = [Asked("lock_name", {"bucket": place, "name": found}) for place, found in both]
    async with changing(request, caller) as change:
        asked = Asked("object", {"bucket": bucket, "name": name})
        found = (await change.tx.batch(*locks, asked))[-1]
        if not found:
            raise no_such_key()
        if target_bucket != bucket:
            await _check_limits(request, await bucket_named(change.tx, target_bucket), target, found[0])
        row = await change.tx.row("move_object", bucket=bucket, name=name, **new)
        if row is None:
            raise no_such_key()
        names.check_path(target_bucket, target, row["version"])
    return Answer({"message": "Successfully moved"})


async def copied(request: Request) -> Response:
    caller, files = caller_of(request), storage_of(request).files
    given = await body(request, COPY)
    target_bucket, version = given.get("destinationBucket") or given["bucketId"], str(uuid.uuid4())
    names.check_bucket(given["bucketId"])
    names.check_bucket(target_bucket)
    names.check_key(given["destinationKey"])
    async with transaction(request, caller) as tx:
        row = await tx.row("object", bucket=given["bucketId"], name=given["sourceKey"])
        if row is None:
            raise no_such_key()
        bucket = await bucket_named(tx, target_bucket)
    source = Object.of(row)
    place = Place(target_bucket, given["destinationKey"], caller, request.headers.get("x-upsert") == "true")
    file_metadata, user_metadata = _described(request, given, source)
    await _check_limits(request, bucket, place.name, row | {"metadata": file_metadata})
    await storing.check_permission(request, place, file_metadata)
    names.check_path(place.bucket, place.name, version)
    try:
        await files.duplicate(source.version or "", version)
    except (FileNotFoundError, ValueError) as error:
        raise no_such_key() from error
    fail_point("before row")
    stored = await storing.recorded(request, place, version, file_metadata, user_metadata)
    key = f"{stored.bucket_id}/{stored.name}"
    return Answer({"Id": str(stored.id), "Key": key, **stored.shown()})


async def _check_limits(request: Request, bucket: Bucket, name: str, row: DictRow) -> None:
    """Whether a file that is there could have been stored in this bucket. Raises StorageError."""
    storage, about = storage_of(request), row["metadata"] or {}
    if int(about.get("size") or 0) > storage.limit(bucket, name):
        raise too_large()
    kind = str(about.get("mimetype") or OCTETS)
    names.check_type(kind, bucket.allowed_mime_types)
    judge = storing.judge(bucket, name, kind)
    if judge:
        try:
            judge(await storage.files.head(row["version"] or ""))
        except (FileNotFoundError, ValueError) as error:
            raise no_such_key() from error


def _described(request: Request, given: Json, source: Object) -> tuple[Json, Json | None]:
    """What is said of the copy: what was said of the source, unless the caller says otherwise."""
    known = source.metadata or {}
    own: Json = {}
    if not given.get("copyMetadata", True):
        own = checked(given.get("metadata", {}), METADATA, "body/metadata")
    about = metadata(
        int(known.get("size") or 0),
        str(known.get("eTag", "")).strip('"'),
        names.checked_header(str(own.get("mimetype", known.get("mimetype", ""))), "mimetype"),
        names.checked_header(str(own.get("cacheControl", known.get("cacheControl", ""))), "cacheControl"),
    )
    if given.get("copyMetadata", True):
        return about, source.user_metadata
    try:
        text = base64.b64decode(request.headers.get("x-metadata", ""), validate=True).decode()
    except ValueError:
        text = ""
    return about, json_object(text)
