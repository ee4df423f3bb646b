"""Responses with a file: headers, the requested range, bytes in blocks."""

import asyncio
import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import BinaryIO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from local.storage.context import storage_of
from local.storage.errors import StorageError, no_such_key
from local.storage.models import Object

BLOCK = 256 * 1024
RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
PASSIVE = re.compile(
    r"((image|audio|video|font)/[a-z0-9.+-]+|text/(plain|csv|vtt)|application/(pdf|json|octet-stream|zip))"
    r"(?<!xml)(; ?charset=[a-z0-9-]+)?"
)
"""Types in which a browser runs nothing; the pattern excludes everything that only resembles them."""
INERT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
ATTEMPTS = 5

log = logging.getLogger(__name__)


async def send(
    request: Request, find: Callable[[], Awaitable[Object]], fixed: dict[str, str] | None = None
) -> Response:
    """Respond with the file of the object that `find` returns.

    `find` is called again if the file was replaced meanwhile. `fixed` replaces cache-control.
    Raises StorageError.
    """
    stored, file = await _open(request, find)
    try:
        size = os.fstat(file.fileno()).st_size
        headers = headers_of(request, stored, fixed)
        if _is_known(request, stored, headers):
            file.close()
            return Response(status_code=304, headers=headers)
        requested = _range(request, size)
        first, last = requested or (0, size - 1)
    except StorageError:
        file.close()
        raise
    headers["content-length"] = str(last - first + 1)
    if requested:
        headers["content-range"] = f"bytes {first}-{last}/{size}"
    blocks = _blocks(file, first, last - first + 1)
    return StreamingResponse(blocks, 206 if requested else 200, headers, headers["content-type"])


def headers_of(request: Request, stored: Object, fixed: dict[str, str] | None = None) -> dict[str, str]:
    metadata = stored.metadata or {}
    kind = str(metadata.get("mimetype") or "application/octet-stream")
    if "text/html" in kind.lower():
        kind = "text/plain"
    headers = {
        "accept-ranges": "bytes",
        "content-type": kind,
        "etag": str(metadata.get("eTag") or f'"{stored.version}"'),
        "last-modified": format_datetime(_modified(stored), usegmt=True),
        "x-robots-tag": "none",
        "x-content-type-options": "nosniff",
        **(fixed or {"cache-control": str(metadata.get("cacheControl") or "no-cache")}),
    }
    if not PASSIVE.fullmatch(kind.lower()):
        headers["content-security-policy"] = INERT
    if "download" in request.query_params:
        headers["content-disposition"] = _attachment(request.query_params["download"])
    return headers


def _modified(stored: Object) -> datetime:
    text = str((stored.metadata or {}).get("lastModified") or "")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return stored.updated_at


def _attachment(name: str) -> str:
    if not name:
        return "attachment;"
    encoded = quote(name, safe="!'()*~")
    return f"attachment; filename={encoded}; filename*=UTF-8''{encoded};"


def _is_known(request: Request, stored: Object, headers: dict[str, str]) -> bool:
    """Whether the client has this content already, compared as in the real server: one tag, milliseconds."""
    if request.headers.get("if-none-match") == headers["etag"]:
        return True
    try:
        return _modified(stored) <= parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (TypeError, ValueError, OverflowError):
        return False


def _range(request: Request, size: int) -> tuple[int, int] | None:
    """First and last byte, None for everything. Raises StorageError for all but one range within the file.

    As in the real server, If-Range is not read.
    """
    header = request.headers.get("range")
    if not header:
        return None
    match = RANGE.fullmatch(header)
    if match and match[1]:
        first, last = int(match[1]), min(int(match[2] or size), size - 1)
    else:
        first, last = max(size - int(match[2] or 0), 0) if match else size, size - 1
    if first > last:
        raise StorageError(416, "InvalidRange", "invalid range provided", "invalid_range", http=416)
    return first, last


async def _open(request: Request, find: Callable[[], Awaitable[Object]]) -> tuple[Object, BinaryIO]:
    for _ in range(ATTEMPTS):
        stored = await find()
        try:
            return stored, storage_of(request).files.open(stored.version or "")
        except (FileNotFoundError, ValueError):
            continue
    fields = {"request_id": request.state.request_id, "version": stored.version}
    log.error("an object has no file", extra={"fields": fields})
    raise no_such_key()


async def _blocks(file: BinaryIO, first: int, length: int) -> AsyncIterator[bytes]:
    with file:
        file.seek(first)
        while length > 0:
            block = await asyncio.to_thread(file.read, min(BLOCK, length))
            if not block:
                return
            length -= len(block)
            yield block
