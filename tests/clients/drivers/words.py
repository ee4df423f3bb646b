"""Convert supabase-js's names and options to supabase-py's, and supabase-py's answers back."""

import re
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from pydantic import BaseModel

KEYWORDS = {
    "ascending": "desc",
    "nullsFirst": "nullsfirst",
    "referencedTable": "foreign_table",
}
ARGUMENTS = {
    "insert": 1,
    "upsert": 1,
    "update": 1,
    "match": 1,
    "contains": 2,
    "containedBy": 2,
    "rpc": 2,
    "textSearch": 3,
}
HEADERS = {"contentType": "content-type", "cacheControl": "cache-control", "upsert": "upsert"}


def plain(value: Any) -> Any:
    """Models of any library as the JSON from which they were created."""
    match value:
        case BaseModel():
            return value.model_dump(mode="json")
        case list():
            return [plain(item) for item in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def takes_options(name: str, words: list[Any]) -> bool:
    """Whether the last argument is a dict of options, not the data of the call."""
    is_dict = bool(words) and isinstance(words[-1], dict)
    return is_dict and len(words) > ARGUMENTS.get(name, 0)


def keywords(method: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """supabase-js's options as supabase-py's keyword arguments."""
    named = {KEYWORDS.get(name) or snake(name): value for name, value in options.items()}
    if "ascending" in options:
        named["desc"] = not options["ascending"]
    if method == "or":
        named = {"reference_table": options["referencedTable"]}
    return named


def header(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def snake(name: str) -> str:
    if name in ("from", "in", "is", "or"):
        return f"{name}_"
    return re.sub(r"(?<=[a-z])([A-Z])|(?<=v)(\d)", lambda match: f"_{match[0].lower()}", name)


def camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)
