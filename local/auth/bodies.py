"""Request bodies: read up to a limit, decoded into a dataclass as strictly as Go decodes JSON."""

import json
import math
from dataclasses import fields
from typing import Any, TypeVar

from starlette.requests import Request

from local import documents
from local.auth.errors import AuthError

Json = dict[str, Any]
Parameters = TypeVar("Parameters")

LIMIT = 1024 * 1024
DEPTH = 100
GO_KINDS = {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}
FIELDS: dict[object, tuple[type, str]] = {
    str: (str, "string"),
    str | None: (str, "string"),
    bool: (bool, "bool"),
    Json | None: (dict, "map[string]interface {}"),
}
"""The JSON type of a field of a dataclass, and Go's name for it."""


async def body(request: Request, cls: type[Parameters]) -> Parameters:
    return decode(await read_body(request), cls)


async def read_body(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LIMIT:
            raise _too_large(f"{LIMIT} bytes")
    return bytes(content)


def decode(content: bytes, cls: type[Parameters]) -> Parameters:
    """Raises AuthError bad_json. Unknown fields are ignored, null leaves a field at its default."""
    document = _parse(content)
    if document is None:
        document = {}
    if not isinstance(document, dict):
        kind = GO_KINDS[type(document)]
        raise _refusal(f"json: cannot unmarshal {kind} into Go value of type api.{cls.__name__}")
    present = [field for field in fields(cls) if document.get(field.name) is not None]  # type: ignore[arg-type]
    for field in present:
        expected, go_type = FIELDS[field.type]
        actual = type(document[field.name])
        if actual is not expected:
            place = f"{cls.__name__}.{field.name} of type {go_type}"
            raise _refusal(f"json: cannot unmarshal {GO_KINDS[actual]} into Go struct field {place}")
    return cls(**{field.name: document[field.name] for field in present})


def number(text: str) -> int | float:
    """Parse a number as Go does: 64 bits, and an integer if it has no fraction."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def loads(text: str | bytes) -> Any:
    """Parse JSON from the database."""
    return json.loads(text, parse_int=number, parse_float=number)


def _parse(content: bytes) -> Any:
    if documents.has_more_values(content, documents.MOST_VALUES):
        raise _too_large(f"{documents.MOST_VALUES} values")
    text = content.decode(errors="replace")
    try:
        document = json.loads(text, parse_int=number, parse_float=number, parse_constant=_refuse_constant)
        return _storable(document)
    except json.JSONDecodeError as error:
        raise _refusal(_syntax(text, error)) from error
    except (ValueError, RecursionError) as error:
        raise _refusal(str(error)) from error


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "unexpected end of JSON input"
    where = "after top-level value" if error.msg == "Extra data" else "looking for beginning of value"
    return f"invalid character '{text[error.pos]}' {where}"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"invalid character '{name[0]}' looking for beginning of value")


def _storable(value: Any, depth: int = 0) -> Any:
    """The value as Postgres can store it: half a surrogate pair becomes U+FFFD, as in Go; NUL is refused."""
    if depth > DEPTH:
        raise ValueError("exceeded max depth")
    if isinstance(value, dict):
        return {_storable(name): _storable(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a string holds the character U+0000")
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float) and math.isinf(value):
        raise ValueError("json: cannot unmarshal number into Go value of type float64")
    return value


def _too_large(most: str) -> AuthError:
    return AuthError(413, "request_entity_too_large", f"Request body too large (max {most})")


def _refusal(reason: str) -> AuthError:
    return AuthError(400, "bad_json", f"Could not parse request body as JSON: {reason}")
