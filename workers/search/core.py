"""The parameters of a search, validated, as plain data."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("movie", "tv_show", "sports", "book")
LONGEST_QUERY = 1_000
MOST_RESULTS = 200
MOST_TEXTS = 16
LONGEST_TEXT = 20_000
LONGEST_NAME = 100

ARGUMENTS = (
    *("kind", "genre", "language", "year_from", "year_to", "tier"),
    *("count", "cursor", "sort", "ignore"),
)
"""The parameters of search_content, besides the query."""
SEMANTIC = ("q", "kind", "count", "limit", "threshold")
CONTENT = ("q", *ARGUMENTS, "limit")
"""The parameters of each route. `limit` is another name of `count`, as in PostgREST."""
BROWSED = {"kind", "genre", "language", "year_from", "year_to", "tier", "sort"}
"""With one of these no query is needed."""
UNREAD = ("apikey",)
"""The gateway reads the API key in an address that is typed into a browser, and forwards it."""

WHOLE = re.compile(r"[0-9]{1,9}")
DECIMAL = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


class InvalidParameter(ValueError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownParameter(InvalidParameter):
    """An error, because a misspelt filter would be ignored silently."""

    def __init__(self, field: str, known: Iterable[str]) -> None:
        super().__init__(field, f"There is no parameter {field}: the parameters are {', '.join(known)}.")


@dataclass(frozen=True)
class Query:
    text: str
    kind: str = "movie"
    count: int = 12
    threshold: float = 0.0
    """0, the default: the nearest, however far."""


@dataclass(frozen=True)
class Search:
    text: str
    arguments: dict[str, Any]
    """The other parameters of search_content; the function validates them."""


@dataclass(frozen=True)
class Understanding:
    """What understand_query returns: the corrected query, and the part of it to embed, which may be empty."""

    corrected: str
    text: str


def once(pairs: Iterable[tuple[str, str]], known: Iterable[str]) -> dict[str, str]:
    """The parameters by name. Raises InvalidParameter for an unknown one and for one given twice."""
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name in UNREAD:
            continue
        if name not in known:
            raise UnknownParameter(name[:LONGEST_NAME], known)
        if name in parameters:
            raise InvalidParameter(name, f"{name} is given more than once.")
        parameters[name] = value
    return parameters


def _count(
    parameters: Mapping[str, str], names: Iterable[str] = ("count", "limit")
) -> tuple[str, str] | None:
    """The name and text of the page size, None without one. Raises InvalidParameter for two sizes."""
    sizes = [(name, parameters[name]) for name in names if name in parameters]
    if len({value for _, value in sizes}) > 1:
        raise InvalidParameter("limit", "limit is another name of count: give one of the two.")
    return sizes[0] if sizes else None


def read_search(parameters: Mapping[str, str]) -> Search:
    """Raises InvalidParameter for an invalid one; empty parameters count as not given."""
    arguments: dict[str, Any] = {name: value for name, value in parameters.items() if value and name != "q"}
    if size := _count(arguments):
        arguments = {name: value for name, value in arguments.items() if name != "limit"} | {"count": size[1]}
    for name, value in arguments.items():
        if "\0" in value:
            raise InvalidParameter(name, f"{name} must not hold a NUL character.")
    if "ignore" in arguments:
        arguments = {**arguments, "ignore": arguments["ignore"].split(",")}
    if parameters.get("q") or not arguments.keys() & BROWSED:
        _text(parameters.get("q", ""))
    return Search(parameters.get("q", ""), arguments)


def read_query(parameters: Mapping[str, str]) -> Query:
    """Raises InvalidParameter for the first invalid one."""
    return Query(
        text=_text(parameters.get("q", "")),
        kind=_kind(parameters.get("kind", Query.kind)),
        count=_size(*(_count(parameters) or ("count", str(Query.count)))),
        threshold=_threshold(parameters.get("threshold", str(Query.threshold))),
    )


def _text(value: str) -> str:
    text = normal(value)
    if not text:
        raise InvalidParameter("q", "q is what to search for and must not be empty.")
    if len(value) > LONGEST_QUERY:
        raise InvalidParameter("q", f"q must not be longer than {LONGEST_QUERY} characters.")
    if "\0" in value:
        raise InvalidParameter("q", "q must not hold a NUL character.")
    return text


def _kind(value: str) -> str:
    if value not in KINDS:
        raise InvalidParameter("kind", f"kind must be one of {', '.join(KINDS)}.")
    return value


def _size(name: str, value: str) -> int:
    if not WHOLE.fullmatch(value) or not 1 <= int(value) <= MOST_RESULTS:
        raise InvalidParameter(name, f"{name} must be a whole number from 1 to {MOST_RESULTS}.")
    return int(value)


def _threshold(value: str) -> float:
    if not DECIMAL.fullmatch(value) or not 0 <= float(value) <= 1:
        raise InvalidParameter("threshold", "threshold must be a number from 0 to 1.")
    return float(value)


def normal(text: str) -> str:
    """Normalize case, spaces and Unicode, so that texts with the same embedding share a cache entry."""
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


def read_texts(body: Any) -> list[str]:
    """The texts to embed. Raises InvalidParameter."""
    texts = body.get("texts") if isinstance(body, dict) else None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InvalidParameter("texts", 'The body must be {"texts": [strings]}.')
    if len(texts) > MOST_TEXTS:
        raise InvalidParameter("texts", f"texts must not hold more than {MOST_TEXTS}.")
    if any(len(text) > LONGEST_TEXT for text in texts):
        raise InvalidParameter("texts", f"A text must not be longer than {LONGEST_TEXT} characters.")
    return [text.encode(errors="replace").decode() for text in texts]
