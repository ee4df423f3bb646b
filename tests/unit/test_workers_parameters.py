"""The parameters of the search routes."""

from collections.abc import Callable

import pytest

from workers.search.core import (
    CONTENT,
    SEMANTIC,
    InvalidParameter,
    Query,
    UnknownParameter,
    normal,
    once,
    read_query,
    read_search,
    read_texts,
)

WRONG_LIMITS = ("", "0", "201", "-1", "1.5", "1e2", " 5", "1_0", "٣", "ten", "9" * 30)
WRONG_THRESHOLDS = ("", "-0.1", "1.01", "nan", "NaN", "inf", "-inf", "1_0", "0,5", "٣")


def test_search_query_alone_has_defaults() -> None:
    assert read_query({"q": "robots"}) == Query("robots", "movie", 12, 0.0)


@pytest.mark.parametrize("name", ["count", "limit"])
def test_search_parameters_are_parsed(name: str) -> None:
    parameters = {"q": "robots", "kind": "tv_show", name: "200", "threshold": "0.25"}
    assert read_query(parameters) == Query("robots", "tv_show", 200, 0.25)
    assert read_search({"q": "Robots", name: "3", "genre": "drama", "kind": ""}).arguments == {
        "count": "3",
        "genre": "drama",
    }


def test_count_and_limit_may_both_be_given_if_equal() -> None:
    both = {"q": "robots", "count": "3", "limit": "3"}
    assert read_query(both).count == 3
    assert read_search(both).arguments == {"count": "3"}


@pytest.mark.parametrize("read", [read_query, read_search])
def test_count_and_limit_that_differ_are_refused(read: Callable[[dict[str, str]], object]) -> None:
    with pytest.raises(InvalidParameter, match="give one of the two") as raised:
        read({"q": "robots", "count": "3", "limit": "4"})
    assert raised.value.field == "limit"


@pytest.mark.parametrize("known", [SEMANTIC, CONTENT], ids=["semantic", "content"])
@pytest.mark.parametrize(
    "name", ["page", "limits", "Count", "count ", "offset", "select", "", "q\0", "é" * 200]
)
def test_unknown_search_parameter_is_named(known: tuple[str, ...], name: str) -> None:
    with pytest.raises(UnknownParameter) as raised:
        once([("q", "robots"), (name, "1")], known)
    assert raised.value.field == name[:100]


def test_search_route_refuses_parameters_of_the_other_route() -> None:
    with pytest.raises(UnknownParameter):
        once([("threshold", "0.5")], CONTENT)
    with pytest.raises(UnknownParameter):
        once([("genre", "drama")], SEMANTIC)


def test_repeated_search_parameter_is_refused_except_apikey() -> None:
    assert once([("q", "a"), ("apikey", "x"), ("apikey", "y")], SEMANTIC) == {"q": "a"}
    with pytest.raises(InvalidParameter, match="q is given more than once"):
        once([("q", "a"), ("q", "a")], SEMANTIC)


@pytest.mark.parametrize("threshold", ["0", "1", "1.0", ".5", "1e-3", "0."])
def test_thresholds_from_0_to_1_are_accepted(threshold: str) -> None:
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
        *(("count", value) for value in WRONG_LIMITS),
        *(("limit", value) for value in WRONG_LIMITS),
        *(("threshold", value) for value in WRONG_THRESHOLDS),
    ],
)
def test_invalid_search_parameter_value_is_named(field: str, value: str) -> None:
    with pytest.raises(InvalidParameter) as raised:
        read_query({"q": "robots", field: value})
    assert raised.value.field == field
    assert field in str(raised.value)


def test_missing_search_query_is_named() -> None:
    with pytest.raises(InvalidParameter, match="q is what to search for"):
        read_query({"kind": "book"})


def test_query_of_a_thousand_characters_is_accepted() -> None:
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
def test_equivalent_queries_have_one_normal_form(text: str, expected: str) -> None:
    assert normal(text) == expected == normal(expected)


def test_texts_to_embed_are_read() -> None:
    assert read_texts({"texts": ["one", "", "😀"]}) == ["one", "", "😀"]
    assert read_texts({"texts": []}) == []
    assert len(read_texts({"texts": ["x" * 20_000] * 16})) == 16


def test_lone_surrogate_in_a_text_is_replaced() -> None:
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
def test_malformed_texts_to_embed_are_refused(body: object) -> None:
    with pytest.raises(InvalidParameter) as raised:
        read_texts(body)
    assert raised.value.field == "texts"
