"""Lists of a folder: with limit and offset, or in pages with a cursor."""

import base64
import binascii
import json

from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import Response

from local import documents
from local.storage import names
from local.storage.context import caller_of, transaction
from local.storage.errors import StorageError
from local.storage.json_bodies import BOOLEAN, INTEGER, OBJECT, STRING, Field, body, checked
from local.storage.json_responses import JsonResponse
from local.storage.models import Json, moment

LIST = {
    "prefix": Field(STRING, required=True),
    "limit": Field(INTEGER, minimum=1),
    "offset": Field(INTEGER, minimum=0),
    "sortBy": Field(OBJECT),
    "search": Field(STRING),
}
SORT = {
    "column": Field(STRING, choices=("name", "updated_at", "created_at", "last_accessed_at")),
    "order": Field(STRING, choices=("asc", "desc")),
}
PAGES = {
    "prefix": Field(STRING),
    "limit": Field(INTEGER, minimum=1),
    "cursor": Field(STRING),
    "with_delimiter": Field(BOOLEAN),
    "sortBy": Field(OBJECT),
}
PAGE_SORT = {
    "column": Field(STRING, required=True, choices=("name", "updated_at", "created_at")),
    "order": Field(STRING, choices=("asc", "desc")),
}
DEEPEST = 1024
"""More levels than a name can have: no row is a folder."""
TIMES = ("updated_at", "created_at", "last_accessed_at")


async def listed(request: Request) -> Response:
    caller, bucket = caller_of(request), request.path_params["bucket"]
    fields = await body(request, LIST)
    names.check_bucket(bucket)
    sort = checked(fields.get("sortBy", {}), SORT, "body/sortBy")
    prefix = fields["prefix"]
    folder = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
    async with transaction(request, caller) as tx:
        rows = await tx.rows(
            "search",
            prefix=folder,
            bucket=bucket,
            limit=min(fields.get("limit", 100), 1500),
            levels=len(folder.split("/")),
            offset=fields.get("offset", 0),
            search=fields.get("search", ""),
            column=sort.get("column", "name"),
            order=sort.get("order", "asc"),
        )
    return JsonResponse([_as_json(row) for row in rows])


async def paged(request: Request) -> Response:
    caller, bucket = caller_of(request), request.path_params["bucket"]
    fields = await body(request, PAGES)
    names.check_bucket(bucket)
    sort = checked(fields["sortBy"], PAGE_SORT, "body/sortBy") if "sortBy" in fields else {}
    column, prefix = sort.get("column", "name"), fields.get("prefix", "")
    size = min(fields.get("limit", 1000), 1000)
    after, column_after = _after(fields.get("cursor", ""))
    async with transaction(request, caller) as tx:
        rows = await tx.rows(
            "search_pages",
            prefix=prefix,
            bucket=bucket,
            limit=size + 1,
            levels=len(prefix.split("/")) if fields.get("with_delimiter") else DEEPEST,
            after=after,
            order=sort.get("order", "asc"),
            column=column,
            column_after=column_after,
        )
    page, more = rows[:size], len(rows) > size
    answer: Json = {
        "hasNext": more,
        "folders": [{"name": row["name"], "key": row["name"]} for row in page if row["id"] is None],
        "objects": [_as_json(row) | {"key": row["name"]} for row in page if row["id"] is not None],
    }
    if more:
        answer["nextCursor"] = _cursor(page[-1], column)
    return JsonResponse(answer)


def _as_json(row: DictRow) -> Json:
    times = {name: moment(row[name]) for name in TIMES}
    return {
        "name": row["name"],
        "id": str(row["id"]) if row["id"] else None,
        **times,
        "metadata": row["metadata"],
    }


def _cursor(row: DictRow, column: str) -> str:
    time = row[column] if column in TIMES else None
    last = [row["name"], time.isoformat() if time else ""]
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode()


def _after(cursor: str) -> tuple[str, str]:
    """The last row's name and time. Raises StorageError."""
    if not cursor:
        return "", ""
    try:
        name, time = documents.parse_unicode(base64.urlsafe_b64decode(cursor.encode()))
        return str(name), str(time)
    except (ValueError, TypeError, binascii.Error) as error:
        raise StorageError(400, "InvalidParameter", "Invalid Parameter cursor") from error
