"""Settings: one frozen dataclass per process, read once from the environment.

A field `search_url: str` is read from SEARCH_URL; a field with a default is optional.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from workers.common.errors import WorkerError

T = TypeVar("T")


class SettingsError(WorkerError):
    """The environment does not hold what is needed."""


class Secret(str):
    """A text whose repr is masked, so that logs and tracebacks do not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def load(kind: type[T], environment: Mapping[str, str]) -> T:
    """Settings of a dataclass. Raises SettingsError with every variable that is missing or invalid."""
    types = get_type_hints(kind)
    values: dict[str, object] = {}
    complaints: list[str] = []
    for field in fields(kind):  # type: ignore[arg-type]
        name = field.name.upper()
        text = environment.get(name, "").strip()
        if text:
            try:
                values[field.name] = _plain(types[field.name])(text)
            except ValueError:
                complaints.append(f"{name} cannot be read")
        elif _required(field):
            complaints.append(f"{name} is missing")
    if complaints:
        raise SettingsError(", ".join(complaints))
    return kind(**values)


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _plain(hint: Any) -> Any:
    """The type of a field, without `| None`."""
    if get_origin(hint) is UnionType:
        return next(member for member in get_args(hint) if member is not type(None))
    return hint
