"""Values for a parameter: valid, nearly valid, and invalid."""

from collections.abc import Mapping

from hypothesis import strategies as st

FRAGMENTS = (
    "",
    " ",
    "null",
    "'",
    '"',
    "\\",
    "%",
    "_",
    "*",
    "$$",
    "--",
    "';drop table accounts;--",
    "' or '1'='1",
    "1); delete from ratings; --",
    "(select email from accounts)",
    "a,b",
    "a)b(c",
    "+1+2",
    "a&b;c=d#e?f",
    "{}",
    "[]",
    '{"a":',
    "{1,2",
    "[1,2",
    "\x00",
    "\x01\x1b\x7f",
    "\ud800",
    "\u202e\u05e9\u05dc\u05d5\u05dd",
    "👩‍👩‍👧",
    "e\u0301" * 50,
    "a" * 9_000,
    "9" * 400,
    "-1",
    "0",
    "NaN",
    "infinity",
    "1e400",
    "2026-13-45",
    "9999999-01-01",
    "-4713-01-01 BC",
    "00000000-0000-0000-0000-000000000000",
    "../../etc/passwd",
    "movie",
)
NUMBERS = (0, -1, 1, 2**31, -(2**31) - 1, 2**63, -(2**63) - 1, 10**400, 0.1, -0.0, 1e308, 5e-324, 1e400)
"""The last is written Infinity, which is no JSON: a body that cannot be read."""


def deep(levels: int) -> object:
    value: object = []
    for _ in range(levels):
        value = {"a": [value]}
    return value


def plausible(kind: str, ids: Mapping[str, str]) -> st.SearchStrategy[object]:
    """Of a type as format_type names it."""
    named = st.sampled_from(sorted(ids.values()))
    if kind.endswith("[]"):
        return st.lists(plausible(kind[:-2], ids), max_size=3)
    return {
        "uuid": named,
        "boolean": st.booleans(),
        "integer": st.integers(-2, 300),
        "smallint": st.integers(-2, 3000),
        "bigint": st.integers(-2, 2**40),
        "real": st.floats(0, 5, width=32),
        "double precision": st.floats(-1, 2),
        "numeric": st.integers(0, 10),
        "jsonb": st.recursive(
            st.none() | st.booleans() | st.integers() | named | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
            ),
        ),
        "extensions.vector": st.sampled_from([384, 3]).map(lambda n: str([1.0] + [0.0] * (n - 1))),
        "date": st.dates().map(str),
        "timestamp with time zone": st.datetimes().map(str),
    }.get(
        kind, st.sampled_from(["movie", "book", "en", "AT", "free", "a robot learns"]) | st.text(max_size=30)
    )


def absurd(ids: Mapping[str, str]) -> st.SearchStrategy[object]:
    return st.one_of(
        st.none(),
        st.sampled_from(FRAGMENTS),
        st.sampled_from(NUMBERS),
        st.booleans(),
        st.text(max_size=40),
        st.sampled_from(sorted(ids.values())),
        st.sampled_from([10, 100, 200]).map(deep),
        st.lists(st.none() | st.integers() | st.text(max_size=5), max_size=3),
        st.dictionaries(st.sampled_from(["a", "$", "", "sql"]), st.integers(), max_size=2),
    )
