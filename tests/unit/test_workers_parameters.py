"""What a search may ask for."""

import pytest

from workers.search.core import InvalidParameter, Query, normal, read_query, read_texts

WRONG_LIMITS = ("", "0", "201", "-1", "1.5", "1e2", " 5", "1_0", "٣", "ten", "9" * 30)
WRONG_THRESHOLDS = ("", "-0.1", "1.01", "nan", "NaN", "inf", "-inf", "1_0", "0,5", "٣")


def test_a_query_alone_has_defaults() -> None:
    assert read_query({"q": "robots"}) == Query("robots", "movie", 12, 0.4)


def test_parameters_are_read_and_unknown_ones_ignored() -> None:
    given = {"q": "robots", "kind": "tv_show", "limit": "200", "threshold": "0.25", "page": "2"}
    assert read_query(given) == Query("robots", "tv_show", 200, 0.25)


@pytest.mark.parametrize("threshold", ["0", "1", "1.0", ".5", "1e-3", "0."])
def test_thresholds_from_0_to_1_are_taken(threshold: str) -> None:
    assert read_query({"q": "robots", "threshold": threshold}).threshold == float(threshold)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("q", ""),
        ("q", "   "),
        ("q", "\u2003\t\n"),
        ("q", "x" * 1001),
        ("q", "nul\0l"),
        ("kind", ""),
        ("kind", "film"),
        ("kind", "Movie"),
        ("kind", "movie; drop table"),
        *(("limit", value) for value in WRONG_LIMITS),
        *(("threshold", value) for value in WRONG_THRESHOLDS),
    ],
)
def test_what_is_wrong_is_named(field: str, value: str) -> None:
    with pytest.raises(InvalidParameter) as raised:
        read_query({"q": "robots", field: value})
    assert raised.value.field == field
    assert field in str(raised.value)


def test_a_missing_query_is_named() -> None:
    with pytest.raises(InvalidParameter, match="q is what to search for"):
        read_query({"kind": "book"})


def test_a_thousand_characters_are_taken() -> None:
    assert read_query({"q": "😀" * 1000}).text == "😀" * 1000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Lonely\t ROBOT\n", "lonely robot"),
        ("cafe\u0301", "caf\u00e9"),
        ("1+1 = 2; 100% & \"more\", 'less'", "1+1 = 2; 100% & \"more\", 'less'"),
        ("مرحبا  بالعالم", "مرحبا بالعالم"),
        ("Naïve 😀", "naïve 😀"),
    ],
)
def test_queries_that_mean_the_same_are_one(text: str, expected: str) -> None:
    assert normal(text) == expected == normal(expected)


def test_texts_are_read() -> None:
    assert read_texts({"texts": ["one", "", "😀"]}) == ["one", "", "😀"]
    assert read_texts({"texts": []}) == []
    assert len(read_texts({"texts": ["x" * 20_000] * 16})) == 16


def test_half_a_character_is_replaced() -> None:
    assert read_texts({"texts": ["half \ud83d"]}) == ["half ?"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "texts",
        {},
        {"texts": "one"},
        {"texts": [1]},
        {"texts": [None]},
        {"texts": ["x"] * 17},
        {"texts": ["x" * 20_001]},
    ],
)
def test_other_texts_are_refused(body: object) -> None:
    with pytest.raises(InvalidParameter) as raised:
        read_texts(body)
    assert raised.value.field == "texts"
