"""Filters of changes, as clients write them: `column=operator.value`, with commas between several."""

import re
from typing import NamedTuple

OPERATORS = ("eq", "neq", "lt", "lte", "gt", "gte", "in", "is", "isdistinct")
"""Hosted has patterns too. A pattern of one client's would hold up what all others hear."""


class FilterError(Exception):
    """The filter cannot be read; the message is for the client."""


class Filter(NamedTuple):
    column: str
    operator: str
    value: str
    """For `in`, an array as Postgres reads it."""
    negated: bool


def read(text: str) -> tuple[Filter, ...]:
    """Raises FilterError. An empty text is no filter."""
    return tuple(_one(part.strip()) for part in split(text.strip())) if text.strip() else ()


def split(text: str) -> list[str]:
    """At commas outside of parentheses and quotes. A quote opens only where a value starts."""
    parts, depth, quoted, before = [""], 0, False, ""
    characters = iter(text)
    for character in characters:
        if quoted:
            quoted = character != '"'
            if character == "\\":
                character += next(characters, "")
        elif character == '"' and before in (".", "(", ","):
            quoted = True
        elif character == "," and not depth:
            parts.append("")
            before = ""
            continue
        else:
            depth = max(0, depth + (character == "(") - (character == ")"))
        parts[-1] += character
        before = character
    return parts


def _one(text: str) -> Filter:
    if not text:
        raise FilterError("filter must not contain empty segments (check for extra commas)")
    column, _, rest = text.partition("=")
    negated = rest.startswith("not.")
    operator, dot, value = rest.removeprefix("not.").partition(".")
    if operator not in OPERATORS or not dot:
        raise FilterError(f"{text!r} is not column=operator.value")
    if operator == "in":
        if not (value.startswith("(") and value.endswith(")")):
            raise FilterError("`in` filter value must be wrapped by parentheses")
        return Filter(column, operator, "{" + value[1:-1] + "}", negated)
    return Filter(column, operator, _unquoted(value), negated)


def _unquoted(value: str) -> str:
    if not re.fullmatch(r'"(?:[^"\\]|\\.)*"', value, re.DOTALL):
        return value
    return re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL)
