"""Compare a recording of a local server with the recording of the real one.

usage: compare.py EXPECTED.jsonl ACTUAL.jsonl [CASE ...]    (all cases, or those named; exit 1 if one differs)

A case matches when status, headers and body are equal: keys, kinds of value, values, lists in their order and
with their length; null is a value like any other. The recorders replace what differs from run to run (ids,
tokens, times) by its kind. What else may differ is in TOLERATED, each with its reason.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ABSENT = object()


@dataclass(frozen=True)
class Tolerance:
    """An allowed difference: patterns of the case and of the path in its response."""

    case: str
    path: str
    reason: str
    only_extra: bool = False
    """Only what the actual server has and the expected one lacks."""

    def covers(self, case: str, path: str, want: Any) -> bool:
        is_compared = want is ABSENT or not self.only_extra
        return is_compared and bool(re.fullmatch(self.case, case) and re.fullmatch(self.path, path))


TOLERATED = (
    Tolerance("health", r"response\.body\.version", "each server names its own version"),
    Tolerance(
        "access token claims",
        r"claims\.app_metadata\.\w+",
        "an access token hook adds claims: ours roles and tier",
        only_extra=True,
    ),
    Tolerance(
        "upload traversal",
        r"response\.body\.message",
        "the gateway refuses the path before Storage can complete it to the name of its file",
    ),
    Tolerance("access token claims", r"claims\.amr\[0\]\.timestamp", "a moment, as a number"),
    Tolerance(
        ".*",
        r"response\.headers\.content-length",
        "a server sends an empty body with its length, or without",
        only_extra=True,
    ),
)


@dataclass(frozen=True)
class Difference:
    path: str
    want: Any
    got: Any

    def __str__(self) -> str:
        if self.want is ABSENT:
            return f"{self.path}: not expected, {_shortened(self.got)} found"
        if self.got is ABSENT:
            return f"{self.path}: {_shortened(self.want)} expected, nothing found"
        return f"{self.path}: {_shortened(self.want)} expected, {_shortened(self.got)} found"


def differences(want: Any, got: Any, path: str) -> Iterator[Difference]:
    if isinstance(want, dict) and isinstance(got, dict):
        for name in (*want, *(name for name in got if name not in want)):
            yield from differences(want.get(name, ABSENT), got.get(name, ABSENT), f"{path}.{name}")
    elif isinstance(want, list) and isinstance(got, list):
        for index in range(max(len(want), len(got))):
            yield from differences(_item(want, index), _item(got, index), f"{path}[{index}]")
    elif (want is not ABSENT or got is not ABSENT) and _comparable(want) != _comparable(got):
        yield Difference(path, want, got)


def _item(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else ABSENT


def _comparable(value: Any) -> tuple[type, Any]:
    """Python takes True for 1."""
    return bool if isinstance(value, bool) else object, value


def _shortened(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:120]


def difference_of_cases(want: dict[str, Any], got: dict[str, Any] | None) -> str | None:
    """The first difference that is not tolerated; None: the case matches."""
    if got is None:
        return "not recorded"
    case = want["case"]
    for part in ("response", "claims", "header"):
        for difference in differences(want.get(part, ABSENT), got.get(part, ABSENT), part):
            if not any(tolerance.covers(case, difference.path, difference.want) for tolerance in TOLERATED):
                return str(difference)
    return None


def cases(path: str) -> dict[str, dict[str, Any]]:
    return {row["case"]: row for row in map(json.loads, Path(path).read_text().splitlines())}


def main(expected: str, actual: str, *names: str) -> int:
    want, got = cases(expected), cases(actual)
    results = {name: difference_of_cases(want[name], got.get(name)) for name in names or want}
    differing = {name: what for name, what in results.items() if what}
    for name, what in differing.items():
        sys.stdout.write(f"differs: {name}: {what}\n")
    sys.stdout.write(f"{len(results) - len(differing)} of {len(results)} cases match\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
