"""Compare an answer with the expectation of a step, and store the values that later steps need."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.clients.scenarios.language import ABSENT, Contains, File, Is, Keep, Step

NAME = re.compile(r"\{\{([\w.]+)\}\}")


@dataclass(frozen=True)
class Answer:
    """A client's answer in supabase-js's form: data with its count, or an error."""

    data: Any = None
    count: int | None = None
    error: Mapping[str, Any] | None = None


def fault(step: Step, answer: Answer, kept: dict[str, Any]) -> str | None:
    """Why the answer does not meet the step's expectation; None if it does."""
    if step.refusal is not None:
        if answer.error is None:
            return f"was not refused: {answer.data!r}"
        return difference(filled(dict(step.refusal), kept), answer.error, kept, "error")
    if answer.error is not None:
        return f"was refused: {dict(answer.error)}"
    if step.count is not None and step.count != answer.count:
        return f"count is {answer.count}, not {step.count}"
    return difference(filled(step.data, kept), answer.data, kept, "data")


def difference(expected: Any, actual: Any, kept: dict[str, Any], path: str) -> str | None:
    match expected:
        case Keep():
            kept[expected.name] = actual
            return f"{path} is null" if actual is None else None
        case Contains():
            is_there = isinstance(actual, str) and expected.text in actual
            return None if is_there else f"{path} is {actual!r}, without {expected.text!r}"
        case Is():
            return None if expected.true(actual) else f"{path} is {actual!r}, not {expected!r}"
        case Mapping() if isinstance(actual, Mapping):
            return _of_names(expected, actual, kept, path)
        case list() if isinstance(actual, list) and len(actual) == len(expected):
            pairs = enumerate(zip(expected, actual, strict=True))
            faults = (difference(one, other, kept, f"{path}[{number}]") for number, (one, other) in pairs)
            return next((fault for fault in faults if fault), None)
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return None if same else f"{path} is {_short(actual)}, not {_short(expected)}"


def _of_names(
    expected: Mapping[str, Any], actual: Mapping[str, Any], kept: dict[str, Any], path: str
) -> str | None:
    for name, value in expected.items():
        if value is ABSENT:
            if name in actual:
                return f"{path}.{name} is there"
        elif name not in actual:
            return f"{path}.{name} is not there"
        elif fault := difference(value, actual[name], kept, f"{path}.{name}"):
            return fault
    return None


def filled(value: Any, kept: Mapping[str, Any]) -> Any:
    """Replace each `{{name}}` by the kept value; a text of only a name becomes the value with its type."""
    match value:
        case str():
            whole = NAME.fullmatch(value)
            return kept[whole[1]] if whole else NAME.sub(lambda match: str(kept[match[1]]), value)
        case dict():
            return {str(filled(name, kept)): filled(item, kept) for name, item in value.items()}
        case list() | tuple():
            return type(value)(filled(item, kept) for item in value)
        case Contains():
            return Contains(filled(value.text, kept))
        case File() if b"{{" in value.content:
            return replace(value, content=filled(value.content.decode(), kept).encode())
    return value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 400 else f"{text[:200]} … {text[-100:]}"
