"""Request bodies that are files: raw, or one part of a form. Never more than a block of one is in memory."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email.message import Message

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser
from starlette.requests import Request

from local.storage.contents import OCTETS
from local.storage.errors import StorageError, invalid_request, too_large
from local.storage.files import Sink
from local.storage.models import Json
from local.storage.names import checked_header, is_type

FIELD_LIMIT = 1024 * 1024
DRAINED = 32 * 1024 * 1024


@dataclass
class Described:
    """What came with a file."""

    kind: str
    cache_control: str
    user_metadata: Json = field(default_factory=dict)


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


class Raw:
    """A body that is the file and nothing else."""

    def __init__(self, request: Request) -> None:
        self.request = request

    async def description(self) -> Described:
        headers = self.request.headers
        kind = checked_header(headers.get("content-type", OCTETS), "content-type")
        if not is_type(kind):
            raise StorageError(415, "InvalidMimeType", "Invalid Content-Type header", "invalid_mime_type")
        cache_control = checked_header(headers.get("cache-control") or "no-cache", "cache-control")
        try:
            text = base64.b64decode(headers.get("x-metadata", ""), validate=True).decode()
        except ValueError:
            text = ""
        return Described(kind, cache_control, json_object(text))

    async def receive(self, sink: Sink) -> None:
        """Raises StorageError for what the sink does not take."""
        declared = self.request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > sink.limit:
            raise too_large()
        async for piece in self.request.stream():
            await sink.write(piece)
        sink.end()


class Form:
    """A multipart form whose one file goes to a sink. Fields are read up to the file and after it."""

    def __init__(self, request: Request) -> None:
        header = Message()
        header["content-type"] = request.headers["content-type"]
        boundary = header.get_boundary("")
        if not boundary:
            raise invalid_request("Multipart: Boundary not found")
        self.fields: dict[str, str] = {}
        self.file_kind: str | None = None
        self._events: list[tuple[str, bytes]] = []
        self._pieces = self._read(request, self._parser(boundary))
        self._first: bytes | None = None

    async def description(self) -> Described:
        """Read up to the file's first byte. Raises StorageError if no file comes."""
        async for piece in self._pieces:
            self._first = piece
            break
        if self.file_kind is None:
            raise StorageError(400, "InvalidRequest", "No content provided")
        kind = self.fields.get("contentType") or self.file_kind
        seconds = self.fields.get("cacheControl")
        cache_control = f"max-age={seconds}" if seconds else "no-cache"
        text = self.fields.get("metadata") or self.fields.get("userMetadata") or ""
        return Described(
            checked_header(kind, "content-type"),
            checked_header(cache_control, "cacheControl"),
            json_object(text),
        )

    async def receive(self, sink: Sink) -> None:
        if self._first is not None:
            await sink.write(self._first)
        async for piece in self._pieces:
            await sink.write(piece)
        sink.end()

    def _parser(self, boundary: str) -> MultipartParser:
        def note(kind: str) -> object:
            return lambda data, start, end: self._events.append((kind, data[start:end]))

        def mark(kind: str) -> object:
            return lambda: self._events.append((kind, b""))

        spans = ("header_field", "header_value", "part_data")
        marks = ("part_begin", "header_end", "headers_finished", "part_end", "end")
        callbacks = {f"on_{name}": note(name) for name in spans} | {
            f"on_{name}": mark(name) for name in marks
        }
        return MultipartParser(boundary, callbacks)  # type: ignore[arg-type]

    async def _read(self, request: Request, parser: MultipartParser) -> AsyncIterator[bytes]:
        """The file's bytes; an empty piece first, so that its type is known before them."""
        part, whole = Part(), False
        try:
            async for piece in request.stream():
                parser.write(piece)
                events, self._events = self._events, []
                whole = whole or ("end", b"") in events
                for found in part.take(events, self):
                    yield found
        except MultipartParseError as error:
            raise invalid_request("Multipart: the form is malformed") from error
        if not whole:
            raise invalid_request("Multipart: the form is cut off")


class Part:
    """The part of a form that is being read."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.name, self.value = b"", b""
        self.header = Message()
        self.content = bytearray()
        self.field: str | None = None
        self.is_file = False

    def take(self, events: list[tuple[str, bytes]], form: Form) -> Iterator[bytes]:
        for kind, data in events:
            match kind:
                case "part_begin":
                    self.begin()
                case "header_field":
                    self.name += data
                case "header_value":
                    self.value += data
                case "header_end":
                    self.header[self.name.decode("latin-1")] = self.value.decode("utf-8", "replace")
                    self.name, self.value = b"", b""
                case "headers_finished":
                    yield from self._started(form)
                case "part_data" if self.is_file:
                    yield data
                case "part_data" if self.field is not None:
                    self.content += data
                    if len(self.content) > FIELD_LIMIT:
                        raise StorageError(413, "EntityTooLarge", "A field of the form is too large")
                case "part_end" if self.field is not None:
                    form.fields[self.field] = self.content.decode("utf-8", "replace")

    def _started(self, form: Form) -> Iterator[bytes]:
        parameter = self.header.get_param("name", None, "content-disposition")
        filename = self.header.get_filename()
        if filename is None:
            self.field = str(parameter or "")
        elif form.file_kind is None:
            self.is_file = True
            form.file_kind = _bare(self.header.get("content-type")) or OCTETS
            yield b""


def _bare(kind: str | None) -> str:
    """The type of a form's part, which loses its parameters."""
    return (kind or "").split(";")[0].strip().lower()


async def drain(request: Request) -> None:
    """Read a refused body, within reason, so that the client comes to read the answer."""
    left = DRAINED
    if not request._stream_consumed:
        async for piece in request.stream():
            left -= len(piece)
            if left < 0:
                return


def json_object(text: str) -> Json:
    try:
        document = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
