"""JSON bodies: the fields of an endpoint are validated as leniently as by the real server."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from local import documents
from local.storage.errors import StorageError, invalid_request

LIMIT = 1024 * 1024
LARGEST = 2**31 - 1
INTEGER = "integer"
STRING = "string"
BOOLEAN = "boolean"
OBJECT = "object"
STRINGS = "array"
SIZE = "size"
"""A number of bytes, or a text such as 20MB."""
WORDS = {"true": True, "false": False}


@dataclass(frozen=True)
class Field:
    kind: str
    required: bool = False
    minimum: int | None = None
    """The least number, or the least number of items."""
    choices: tuple[str, ...] = ()
    nullable: bool = False


async def body(request: Request, fields: dict[str, Field], *, optional: bool = False) -> dict[str, Any]:
    """The known fields of the body; unknown ones are ignored. Raises StorageError."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LIMIT:
            raise StorageError(413, "EntityTooLarge", "Request body is too large")
    if not content and optional:
        return {}
    return checked(_parsed(bytes(content)), fields)


def checked(document: Any, fields: dict[str, Field], path: str = "body") -> dict[str, Any]:
    if not isinstance(document, dict):
        raise invalid_request(f"{path} must be object")
    for name, field in fields.items():
        if field.required and name not in document:
            raise invalid_request(f"{path} must have required property '{name}'")
    present = {name: field for name, field in fields.items() if name in document}
    return {name: _value(document[name], field, f"{path}/{name}") for name, field in present.items()}


def _parsed(content: bytes) -> Any:
    if documents.has_more_values(content, documents.MOST_VALUES):
        raise StorageError(
            413, "EntityTooLarge", f"Request body has more than {documents.MOST_VALUES} values"
        )
    try:
        return documents.parse_unicode(content or b"null")
    except ValueError as error:
        message = "Body is not valid JSON but content-type is set to 'application/json'"
        raise invalid_request(message) from error


def _value(value: Any, field: Field, path: str) -> Any:
    if value is None and field.nullable:
        return None
    converted = _converted(value, field.kind)
    if converted is None:
        kind = "integer" if field.kind == SIZE else field.kind
        raise invalid_request(f"{path} must be {kind}")
    if field.kind == STRINGS:
        _check_items(converted, field, path)
    elif field.minimum is not None and isinstance(converted, int) and converted < field.minimum:
        raise invalid_request(f"{path} must be >= {field.minimum}")
    if field.kind == INTEGER and converted > LARGEST:
        raise invalid_request(f"{path} must be <= {LARGEST}")
    if field.choices and converted not in field.choices:
        raise invalid_request(f"{path} must be equal to one of the allowed values")
    return converted


def _converted(value: Any, kind: str) -> Any:
    """The value converted to the kind, None if it cannot be: text of a number becomes a number."""
    match kind, value:
        case ("string", str()) | ("boolean", bool()) | ("object", dict()) | ("array", list()):
            return value
        case "string", bool():
            return str(value).lower()
        case "string", int() | float():
            return str(value)
        case "string", None:
            return ""
        case "boolean", str():
            return WORDS.get(value)
        case "integer" | "size", int() if not isinstance(value, bool):
            return value
        case "integer", float() if value.is_integer():
            return int(value)
        case "integer", str() if value.strip().removeprefix("-").isdecimal() and len(value) < 20:
            return int(value)
        case "size", str():
            return value
    return None


def _check_items(items: list[Any], field: Field, path: str) -> None:
    if field.minimum is not None and len(items) < field.minimum:
        raise invalid_request(f"{path} must NOT have fewer than {field.minimum} items")
    for number, item in enumerate(items):
        items[number] = _converted(item, STRING)
        if items[number] is None:
            raise invalid_request(f"{path}/{number} must be string")
