"""Request bodies that are files: raw, or one part of a form. At most a block of the file is in memory."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from local import documents
from local.storage.errors import StorageError, invalid_request, too_large
from local.storage.file_store import Sink
from local.storage.file_types import OCTETS
from local.storage.models import Json
from local.storage.names import checked_header, is_type

FIELD_LIMIT, MOST_PARTS = 1024 * 1024, 100
"""Bytes of all fields of a form together, and parts, the file among them."""
LONGEST_HEADER = 1024
"""Bytes of a header of a part: the time to parse one grows faster than its length."""
DRAINED = 32 * 1024 * 1024


@dataclass
class Description:
    """What the client states about a file."""

    kind: str
    cache_control: str
    user_metadata: Json = field(default_factory=dict)


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


class Raw:
    """A body that is only the file."""

    def __init__(self, request: Request) -> None:
        self.request = request

    async def description(self) -> Description:
        headers = self.request.headers
        kind = checked_header(headers.get("content-type", OCTETS), "content-type")
        if not is_type(kind):
            raise StorageError(415, "InvalidMimeType", "Invalid Content-Type header", "invalid_mime_type")
        cache_control = checked_header(headers.get("cache-control") or "no-cache", "cache-control")
        try:
            text = base64.b64decode(headers.get("x-metadata", ""), validate=True).decode()
        except ValueError:
            text = ""
        return Description(kind, cache_control, json_object(text))

    async def receive(self, sink: Sink) -> None:
        """Write the body into the sink. Raises StorageError if the sink refuses it."""
        declared = self.request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > sink.limit:
            raise too_large()
        async for chunk in self.request.stream():
            await sink.write(chunk)
        sink.end()


class Form:
    """A multipart form with one file, which is written into a sink. Fields may surround the file."""

    def __init__(self, request: Request) -> None:
        _, options = parse_options_header(request.headers["content-type"])
        if b"boundary" not in options:
            raise invalid_request("Multipart: Boundary not found")
        self.fields: dict[str, str] = {}
        self.file_kind: str | None = None
        self._events: list[tuple[str, bytes]] = []
        self._chunks = self._read(request, self._parser(options[b"boundary"]))
        self._first: bytes | None = None

    async def description(self) -> Description:
        """Read up to the file's first byte. Raises StorageError for a form without a file."""
        async for chunk in self._chunks:
            self._first = chunk
            break
        if self.file_kind is None:
            raise StorageError(400, "InvalidRequest", "No content provided")
        kind = self.fields.get("contentType") or self.file_kind
        seconds = self.fields.get("cacheControl")
        cache_control = f"max-age={seconds}" if seconds else "no-cache"
        text = self.fields.get("metadata") or self.fields.get("userMetadata") or ""
        return Description(
            checked_header(kind, "content-type"),
            checked_header(cache_control, "cacheControl"),
            json_object(text),
        )

    async def receive(self, sink: Sink) -> None:
        if self._first is not None:
            await sink.write(self._first)
        async for chunk in self._chunks:
            await sink.write(chunk)
        sink.end()

    def _parser(self, boundary: bytes) -> MultipartParser:
        def note(kind: str) -> object:
            return lambda data, start, end: self._events.append((kind, data[start:end]))

        def mark(kind: str) -> object:
            return lambda: self._events.append((kind, b""))

        spans = ("header_field", "header_value", "part_data")
        marks = ("part_begin", "header_end", "headers_finished", "part_end", "end")
        callbacks = {f"on_{name}": note(name) for name in spans} | {
            f"on_{name}": mark(name) for name in marks
        }
        try:
            return MultipartParser(boundary, callbacks, max_header_size=LONGEST_HEADER)  # type: ignore[arg-type]
        except FormParserError as error:
            raise invalid_request("Multipart: the boundary is too long") from error

    async def _read(self, request: Request, parser: MultipartParser) -> AsyncIterator[bytes]:
        """The file's bytes; an empty chunk first, so that its type is known before them."""
        part, whole = Part(), False
        try:
            async for chunk in request.stream():
                parser.write(chunk)
                events, self._events = self._events, []
                whole = whole or ("end", b"") in events
                for data in part.take(events, self):
                    yield data
        except FormParserError as error:
            raise invalid_request("Multipart: the form is malformed") from error
        if not whole:
            raise invalid_request("Multipart: the form is cut off")


class Part:
    """The current part of a form. All parts before the file are in memory."""

    def __init__(self) -> None:
        self.count = self.field_bytes = 0
        self.begin()

    def begin(self) -> None:
        self.name, self.value = b"", b""
        self.headers: dict[bytes, bytes] = {}
        self.content = bytearray()
        self.field: str | None = None
        self.is_file = False

    def take(self, events: list[tuple[str, bytes]], form: Form) -> Iterator[bytes]:
        for kind, data in events:
            match kind:
                case "part_begin":
                    self._count()
                    self.begin()
                case "header_field":
                    self.name += data
                case "header_value":
                    self.value += data
                case "header_end":
                    self.headers[self.name.lower()] = self.value
                    self.name, self.value = b"", b""
                case "headers_finished":
                    yield from self._started(form)
                case "part_data" if self.is_file:
                    yield data
                case "part_data" if self.field is not None:
                    self._keep(data)
                case "part_end" if self.field is not None:
                    form.fields[self.field] = self.content.decode("utf-8", "replace")

    def _count(self) -> None:
        self.count += 1
        if self.count > MOST_PARTS:
            raise StorageError(413, "EntityTooLarge", f"A form has at most {MOST_PARTS} parts")

    def _keep(self, data: bytes) -> None:
        self.field_bytes += len(data)
        if self.field_bytes > FIELD_LIMIT:
            raise StorageError(413, "EntityTooLarge", "The fields of the form are too large")
        self.content += data

    def _started(self, form: Form) -> Iterator[bytes]:
        disposition = self.headers.get(b"content-disposition", b"")
        _, parameters = parse_options_header(disposition)
        if b"filename" not in parameters and b"filename*" not in disposition.lower():
            self.field = parameters.get(b"name", b"").decode("utf-8", "replace")
        elif form.file_kind is None:
            self.is_file = True
            kind = self.headers.get(b"content-type", b"").decode("utf-8", "replace")
            form.file_kind = _bare(kind) or OCTETS
            yield b""


def _bare(kind: str) -> str:
    """The type of a form's part, without its parameters."""
    return kind.split(";")[0].strip().lower()


async def drain(request: Request) -> None:
    """Read at most DRAINED bytes of a refused body: clients read the response after they sent it."""
    left = DRAINED
    if not request._stream_consumed:
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                return


def json_object(text: str) -> Json:
    """The user metadata of a file; empty for text that is not a JSON object, as in the real server.

    Raises StorageError for an object that Postgres cannot store.
    """
    if documents.has_more_values(text, documents.MOST_VALUES):
        raise _not_storable()
    try:
        document = json.loads(text or "{}")
    except RecursionError as error:
        raise _not_storable() from error
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    try:
        storable: Json = documents.parse_unicode(text or "{}")
    except ValueError as error:
        raise _not_storable() from error
    if any("\0" in text for text in documents.texts(storable)):
        raise _not_storable()
    return storable


def _not_storable() -> StorageError:
    return StorageError(
        400,
        "InvalidParameter",
        "The metadata holds text, numbers, levels or so many values that cannot be stored",
    )
