"""Compare a recording of a local server with the recording of the real one.

usage: compare.py EXPECTED.jsonl ACTUAL.jsonl [CASE ...]    (all cases, or those named; exit 1 if one differs)

A case matches when the status is equal, JSON bodies have the same keys and kinds of value all the way down,
and error bodies (status 400 and up) are equal. Texts that are not JSON are not compared, nor are the keys in
LOOSE.
"""

import json
import sys
from pathlib import Path
from typing import Any

LOOSE = {
    *("version", "description", "external", "msg_detail", "qr_code", "uri", "secret", "ip", "user_agent"),
    *("eTag", "cacheControl", "lastModified", "x-robots-tag"),
}
KINDS = {dict: "object", list: "list", str: "text", bool: "bool", type(None): "null"}


def kind(value: Any) -> str:
    return KINDS.get(type(value), "number")


def difference(want: Any, got: Any, exact: bool, path: str = "") -> str | None:
    """What differs, and where; None: nothing. `exact` compares the values too."""
    where = path or "body"
    if kind(want) != kind(got) and "null" not in (kind(want), kind(got)):
        return f"{where}: {kind(want)} expected, {kind(got)} found"
    if isinstance(want, dict) and isinstance(got, dict):
        return _difference_of_objects(want, got, exact, path)
    if isinstance(want, list) and isinstance(got, list):
        if want and got:
            return difference(want[0], got[0], exact, f"{path}[0]")
        return None if bool(want) == bool(got) else f"{path}: {len(want)} rows expected, {len(got)} found"
    if exact and want != got:
        return f"{where}: {want!r} expected, {got!r} found"
    return None


def _difference_of_objects(want: dict[str, Any], got: dict[str, Any], exact: bool, path: str) -> str | None:
    missing, extra = sorted(want.keys() - got.keys() - LOOSE), sorted(got.keys() - want.keys() - LOOSE)
    if missing or extra:
        return f"{path or 'body'}: missing {missing}, extra {extra}"
    shared = (name for name in want if name in got and name not in LOOSE)
    found = (difference(want[name], got[name], exact, f"{path}.{name}") for name in shared)
    return next((what for what in found if what), None)


def difference_of_cases(want: dict[str, Any], got: dict[str, Any] | None) -> str | None:
    if got is None:
        return "not recorded"
    if "claims" in want:
        # Hooks may put into app_metadata what they like.
        return difference(want["claims"] | {"app_metadata": {}}, got["claims"] | {"app_metadata": {}}, False)
    expected, found = want["response"], got["response"]
    if expected["status"] != found["status"]:
        shown = json.dumps(found["body"])[:120]
        return f"status {expected['status']} expected, {found['status']} found: {shown}"
    if isinstance(expected["body"], str):
        return None
    return difference(expected["body"], found["body"], exact=expected["status"] >= 400)


def cases(path: str) -> dict[str, dict[str, Any]]:
    return {row["case"]: row for row in map(json.loads, Path(path).read_text().splitlines())}


def main(expected: str, actual: str, *names: str) -> int:
    want, got = cases(expected), cases(actual)
    found = {name: difference_of_cases(want[name], got.get(name)) for name in names or want}
    differing = {name: what for name, what in found.items() if what}
    for name, what in differing.items():
        sys.stdout.write(f"differs: {name}: {what}\n")
    sys.stdout.write(f"{len(found) - len(differing)} of {len(found)} cases match\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
