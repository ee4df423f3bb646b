"""Parsing of clients' JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import documents

SCALARS = st.none() | st.booleans() | st.integers() | st.text(alphabet='a,[{"\\é')
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='a,[{"\\'), inner)
)


def size(value: object) -> int:
    """Values of a document, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(size, inner))


@given(VALUES, st.booleans())
def test_counted_values_are_never_fewer_than_there_are(value: object, as_bytes: bool) -> None:
    text = json.dumps(value)
    counted = documents.count_values(text.encode() if as_bytes else text, enough=0)
    assert size(value) <= counted <= 2 * size(value)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1", 1),
        ("[]", 2),
        ("[1,2]", 3),
        ('{"a":1,"b":[1]}', 4),
        ('"a,b,[{"', 1),
        (r'["\",[\\", 1]', 3),
        ('"never ends,\\",\\",[', 1),
    ],
)
def test_characters_of_strings_are_no_values(text: str, count: int) -> None:
    assert documents.count_values(text, enough=0) == count
    assert documents.has_more_values(text, count - 1)
    assert not documents.has_more_values(text, count)
