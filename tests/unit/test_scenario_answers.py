"""Which responses meet the expectation of a scenario's step."""

from typing import Any

import pytest

from tests.clients.scenarios.answers import Answer, fault, filled
from tests.clients.scenarios.language import ABSENT, ANY, Actor, Contains, File, Keep, Step

ann = Actor("ann")


def gives(expected: Any, count: int | None = None) -> Step:
    return ann.from_("films").select("id").gives(expected, count)


@pytest.mark.parametrize(
    ("expected", "answered"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ([{"a": 1}], [{"a": 1, "b": 2}]),
        ([], []),
        (None, None),
        (1, 1.0),
        ({"a": Contains("+ &")}, {"a": "1 + & 2"}),
        ({"a": ABSENT, "b": ANY}, {"b": None}),
        (b"\x00", b"\x00"),
    ],
)
def test_scenario_response_may_have_more_fields_than_expected(expected: Any, answered: Any) -> None:
    assert fault(gives(expected), Answer(answered), {}) is None


@pytest.mark.parametrize(
    ("expected", "answered", "path"),
    [
        ({"a": 1}, {"a": 2}, "data.a"),
        ({"a": 1}, {}, "data.a"),
        ({"a": 1}, [{"a": 1}], "data"),
        ({"a": ABSENT}, {"a": None}, "data.a"),
        ([{"a": 1}], [], "data"),
        ([], [1], "data"),
        ([1, 2], [2, 1], "data[0]"),
        (None, [], "data"),
        (1, True, "data"),
        ("a", "a ", "data"),
        ({"a": [{"b": Contains("x")}]}, {"a": [{"b": None}]}, "data.a[0].b"),
        ({"a": Keep("a")}, {"a": None}, "data.a"),
        (b"a", "a", "data"),
    ],
)
def test_scenario_mismatch_names_the_path_of_the_value(expected: Any, answered: Any, path: str) -> None:
    message = fault(gives(expected), Answer(answered), {})
    assert message and message.startswith(f"{path} is")


def test_expected_refusal_matches_only_an_error_with_its_code() -> None:
    step = ann.rpc("f").refused(code="42501")
    assert fault(step, Answer(error={"code": "42501", "message": "no"}), {}) is None
    assert fault(step, Answer(error={"code": "22023"}), {})
    assert fault(step, Answer([]), {})
    assert fault(gives(ANY), Answer(error={"code": "42501"}), {})


def test_scenario_count_is_compared_only_if_expected() -> None:
    assert fault(gives([], 2), Answer([], 2), {}) is None
    assert fault(gives([], 2), Answer([], None), {})
    assert fault(gives([]), Answer([], 3), {}) is None


def test_kept_value_fills_later_steps_and_keeps_its_type() -> None:
    kept: dict[str, Any] = {}
    assert fault(gives([{"id": Keep("first")}]), Answer([{"id": 7}]), kept) is None
    template = {"n": "{{first}}", "{{first}}": ["a {{first}} b", File(b"<{{first}}>")], "braces": "{first}"}
    assert filled(template, kept) == {"n": 7, "7": ["a 7 b", File(b"<7>")], "braces": "{first}"}
    with pytest.raises(KeyError):
        filled("{{second}}", kept)
