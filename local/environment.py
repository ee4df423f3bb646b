"""Settings read from environment variables: whatever is wrong with any of them is said at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class SettingsError(Exception):
    """A setting is missing or cannot be read; the message names each of them."""


@dataclass
class Variables:
    """Each is read without the spaces around it; an empty one is as one that is not there."""

    environment: Mapping[str, str]
    wrong: list[str] = field(default_factory=list)

    def text(self, name: str, default: str | None = None) -> str:
        value = self.environment.get(name, "").strip() or default
        if value is None:
            self.wrong.append(f"{name} is missing")
        return value or ""

    def number(
        self, name: str, default: int | None = None, kind: str = "a whole number", least: int = 0
    ) -> int:
        """`kind` says to a person what it must be."""
        value = self.text(name, None if default is None else str(default))
        if value.isdecimal() and int(value) >= least:
            return int(value)
        if value:
            self.wrong.append(f"{name} is not {kind}")
        return least

    def check(self) -> None:
        """Raises SettingsError naming everything that was wrong so far."""
        if self.wrong:
            raise SettingsError("; ".join(self.wrong))
