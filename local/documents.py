"""Parsing of clients' JSON, so that every service can encode it again."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

DEEPEST = 100
"""Levels of lists and objects. Python's decoder and encoder fail at 1,000 stack frames, and the stack can be
deeper when a value is encoded than it was when the value was decoded."""
MOST_VALUES = 10_000
"""Values of a body with parameters: a hundred times as many take as long as all other work of a request."""
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A string, also one without an end: otherwise each of its escaped quotes would be tried as a start."""


def parse(text: str | bytes) -> Any:
    """Parse JSON. Raises ValueError, also for numbers that JSON cannot express and too many levels."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError as error:
        raise _too_deep() from error
    for _ in levels(value):
        pass
    return value


def has_more_values(text: str | bytes, most: int) -> bool:
    """Whether parsing the text would create more values than `most`. The text is not parsed."""
    return count_values(text, most) > most


def count_values(text: str | bytes, enough: int) -> int:
    """About the number of values that parsing the text would create, never fewer; the text is not parsed.

    Each value follows a comma or the start of a list or object. Those inside strings count too as long as the
    number is at most `enough`.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    count = _separators(content)
    return count if count <= enough else _separators(STRING.sub(b"", content))


def _separators(content: bytes) -> int:
    return 1 + sum(content.count(character) for character in (b",", b"[", b"{"))


def parse_unicode(text: str | bytes) -> Any:
    """As `parse`; half surrogate pairs, valid in JSON but not in UTF-8, raise ValueError too."""
    value = parse(text)
    for text in texts(value):
        text.encode()
    return value


def texts(value: Any) -> Iterator[str]:
    """All strings of a value, with the keys of objects."""
    for level in levels(value):
        yield from (item for item in level if isinstance(item, str))


def levels(value: Any) -> Iterator[list[Any]]:
    """The values of each level, with the keys of objects. Raises ValueError."""
    level, depth = [value], 0
    while level:
        if depth > DEEPEST:
            raise _too_deep()
        yield level
        level = [item for outer in level if isinstance(outer, dict | list) for item in _items(outer)]
        depth += 1


def _items(outer: dict[str, Any] | list[Any]) -> list[Any]:
    return [*outer, *outer.values()] if isinstance(outer, dict) else outer


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is beyond the numbers that JSON readers know")
    return number


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _too_deep() -> ValueError:
    return ValueError(f"more than {DEEPEST} levels")
