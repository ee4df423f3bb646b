"""/bucket: create, list, update, empty and delete buckets."""

from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import Response

from local.storage import names
from local.storage.context import bucket_named, caller_of, storage_of, transaction
from local.storage.database import SERVICE, Transaction
from local.storage.errors import (
    StorageError,
    bucket_exists,
    invalid_request,
    no_such_bucket,
    too_large,
)
from local.storage.json_bodies import BOOLEAN, SIZE, STRING, STRINGS, Field, body
from local.storage.json_responses import JsonResponse
from local.storage.models import Bucket
from local.storage.object_writes import changing_files

LIMITS = {
    "public": Field(BOOLEAN),
    "file_size_limit": Field(SIZE, minimum=0, nullable=True),
    "allowed_mime_types": Field(STRINGS, nullable=True),
}
CREATE = {"name": Field(STRING, required=True), "id": Field(STRING), **LIMITS}
COLUMNS = ("id", "name", "created_at", "updated_at")


async def created(request: Request) -> Response:
    caller = caller_of(request)
    fields = await body(request, CREATE)
    bucket_id = fields.get("id") or fields["name"]
    for name in (fields["name"], bucket_id):
        names.check_bucket(name)
    columns = {
        "id": bucket_id,
        "name": fields["name"],
        "public": fields.get("public", False),
        "owner": caller.owner_uuid,
        "owner_id": caller.owner,
        "file_size_limit": _size(request, fields.get("file_size_limit")),
        "allowed_mime_types": names.checked_types(fields.get("allowed_mime_types")),
    }
    async with transaction(request, caller) as tx:
        try:
            await tx.changed("insert_bucket", **columns)
        except psycopg.errors.UniqueViolation as error:
            raise bucket_exists() from error
    return JsonResponse({"name": fields["name"]})


async def listed(request: Request) -> Response:
    caller, query = caller_of(request), request.query_params
    column = query.get("sortColumn", "name")
    if column not in COLUMNS:
        raise invalid_request("querystring/sortColumn must be equal to one of the allowed values")
    page: dict[str, Any] = {name: _number(query.get(name), name) for name in ("limit", "offset")}
    descending = query.get("sortOrder") == "desc"
    async with transaction(request, caller) as tx:
        rows = await tx.rows(
            "buckets", search=query.get("search", ""), column=column, descending=descending, **page
        )
    return JsonResponse([Bucket.of(row).as_json() for row in rows])


async def one(request: Request) -> Response:
    async with transaction(request, caller_of(request)) as tx:
        bucket = await _visible(tx, request.path_params["bucket"])
    return JsonResponse(bucket.as_json())


async def updated(request: Request) -> Response:
    caller, bucket_id = caller_of(request), request.path_params["bucket"]
    fields = await body(request, LIMITS)
    if "file_size_limit" in fields:
        fields["file_size_limit"] = _size(request, fields["file_size_limit"])
    if "allowed_mime_types" in fields:
        fields["allowed_mime_types"] = names.checked_types(fields["allowed_mime_types"])
    async with transaction(request, caller) as tx:
        before = await _visible(tx, bucket_id)
        kept = {name: getattr(before, name) for name in LIMITS}
        if not await tx.changed("update_bucket", id=bucket_id, **(kept | fields)):
            raise no_such_bucket()
    return JsonResponse({"message": "Successfully updated"})


async def emptied(request: Request) -> Response:
    """Only the service may empty buckets. Raises StorageError."""
    caller, bucket_id = caller_of(request), request.path_params["bucket"]
    if caller.role != SERVICE:
        raise StorageError(403, "AccessDenied", "Access denied: Invalid role", "Unauthorized", http=403)
    while True:
        async with changing_files(request, caller) as change:
            await _visible(change.tx, bucket_id)
            rows = await change.tx.rows("delete_some_objects", bucket=bucket_id)
            change.remove(row["version"] for row in rows)
        if not rows:
            break
    message = "Empty bucket has been queued. Completion may take up to an hour."
    return JsonResponse({"message": message})


async def deleted(request: Request) -> Response:
    caller, bucket_id = caller_of(request), request.path_params["bucket"]
    async with transaction(request, caller) as tx:
        await bucket_named(tx, bucket_id)
        await tx.rows("lock_bucket", trusted=True, id=bucket_id)
        holds = await tx.row("bucket_holds_objects", trusted=True, id=bucket_id)
        if holds and holds["found"]:
            raise StorageError(409, "ResourceNotEmpty", "The bucket you tried to delete is not empty")
        if not await tx.changed("delete_bucket", id=bucket_id):
            raise no_such_bucket()
    return JsonResponse({"message": "Successfully deleted"})


async def _visible(tx: Transaction, bucket_id: str) -> Bucket:
    row = await tx.row("bucket", id=bucket_id)
    if row is None:
        raise no_such_bucket()
    return Bucket.of(row)


def _size(request: Request, value: int | str | None) -> int | None:
    size = None if value is None else names.bytes_of(value)
    if size is not None and size > storage_of(request).settings.file_size_limit:
        raise too_large()
    return size


def _number(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise invalid_request(f"querystring/{name} must be integer")
    return int(text)
