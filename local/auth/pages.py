"""Pagination: ?page= and ?per_page=, with the response headers Link and X-Total-Count."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from local.auth.errors import AuthError

PER_PAGE = 50
LARGEST = 2**31


@dataclass(frozen=True)
class Page:
    number: int
    size: int

    @property
    def offset(self) -> int:
        return (max(self.number, 1) - 1) * self.size


def page_of(query: Mapping[str, str]) -> Page:
    size = _number(query.get("per_page") or str(PER_PAGE))
    if size == 0:
        raise _refusal("per_page must be greater than 0")
    return Page(_number(query.get("page") or "1"), size)


def ascends(sort: Sequence[str]) -> bool:
    """Whether `?sort=created_at asc` is set; by default the newest come first."""
    for words in (text.split() for text in sort):
        if words[:1] != ["created_at"]:
            message = f"Bad Sort Parameters: bad field for sort '{words[0] if words else ''}'"
            raise AuthError(400, "validation_failed", message)
        if len(words) > 1 and words[1].lower() not in ("asc", "desc"):
            reason = f"bad direction for sort '{words[1]}', only 'asc' and 'desc' allowed"
            raise AuthError(400, "validation_failed", f"Bad Sort Parameters: {reason}")
    return bool(sort) and sort[0].lower().endswith(" asc")


def headers(path: str, query: str, page: Page, total: int) -> dict[str, str]:
    last = -(-total // page.size)
    links = [(page.number + 1, "next")] if last > page.number else []
    shown = (f'<{_address(path, query, number)}>; rel="{name}"' for number, name in [*links, (last, "last")])
    return {"Link": ", ".join(shown), "X-Total-Count": str(total)}


def _address(path: str, query: str, page: int) -> str:
    parameters = parse_qs(query, keep_blank_values=True) | {"page": [str(page)]}
    return f"{path}?{urlencode(sorted(parameters.items()), doseq=True)}"


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]+", text):
        raise _refusal(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    if len(text) > 10 or int(text) > LARGEST:
        raise _refusal(f'strconv.ParseUint: parsing "{text}": value out of range')
    return int(text)


def _refusal(reason: str) -> AuthError:
    return AuthError(400, "validation_failed", f"Bad Pagination Parameters: {reason}")
