"""Filters of changes in the clients' syntax: `column=operator.value`, separated by commas."""

import json
import re
from typing import NamedTuple

PATTERNS = ("like", "ilike", "match", "imatch")
OPERATORS = ("eq", "neq", "lt", "lte", "gt", "gte", "in", "is", "isdistinct", *PATTERNS)
LONGEST_PATTERN = 256
"""Characters."""


REFERENCE_BACK = re.compile(r"(?:[^\\]|\\[^1-9])*\\[1-9]", re.DOTALL)
"""Postgres tries a pattern with a back-reference with every match of the group: REST refuses them too."""


class FilterError(Exception):
    """The filter is invalid; the message is for the client."""


class Filter(NamedTuple):
    column: str
    operator: str
    value: str
    """For `in`, an array in Postgres's syntax."""
    negated: bool


def read(text: str) -> tuple[Filter, ...]:
    """Parse filters; none for an empty text. Raises FilterError."""
    return tuple(_one(part.strip()) for part in split(text.strip())) if text.strip() else ()


def split(text: str) -> list[str]:
    """Split at commas outside parentheses and quotes. A quote opens only at the start of a value."""
    parts, depth, quoted, before = list[list[str]]([[]]), 0, False, ""
    characters = iter(text)
    for character in characters:
        if quoted:
            quoted = character != '"'
            if character == "\\":
                character += next(characters, "")
        elif character == '"' and before in (".", "(", ","):
            quoted = True
        elif character == "," and not depth:
            parts.append([])
            before = ""
            continue
        else:
            depth = max(0, depth + (character == "(") - (character == ")"))
        parts[-1].append(character)
        before = character
    return ["".join(part) for part in parts]


def _one(text: str) -> Filter:
    if not text:
        raise FilterError("filter must not contain empty segments (check for extra commas)")
    column, *rest = text.split("=", 1)
    if not rest:
        raise FilterError(_listed([column]))
    negated = rest[0].startswith("not.")
    operator, *values = rest[0].removeprefix("not.").split(".", 1)
    if operator not in OPERATORS or not values:
        raise FilterError(_listed([operator, *values]))
    value = values[0]
    if operator == "in":
        if not (value.startswith("(") and value.endswith(")")):
            raise FilterError("`in` filter value must be wrapped by parentheses")
        return Filter(column, operator, "{" + value[1:-1] + "}", negated)
    value = _unquoted(value)
    if operator in PATTERNS and len(value) > LONGEST_PATTERN:
        raise FilterError(f"a pattern has at most {LONGEST_PATTERN} characters")
    if operator in ("match", "imatch") and REFERENCE_BACK.match(value):
        raise FilterError("a pattern has no references back")
    return Filter(column, operator, value, negated)


def _listed(parts: list[str]) -> str:
    """The unexpected text, in the real server's notation."""
    return json.dumps(parts, ensure_ascii=False)


def _unquoted(value: str) -> str:
    if not re.fullmatch(r'"(?:[^"\\]|\\.)*"', value, re.DOTALL):
        return value
    return re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL)
