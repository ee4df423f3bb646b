"""Settings from environment variables; one error lists all invalid variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class SettingsError(Exception):
    """Settings are missing or invalid; the message names each."""


@dataclass
class Variables:
    """Reads variables without surrounding spaces. An empty variable counts as unset."""

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
        """A number of at least `least`. `kind` describes it in the error."""
        value = self.text(name, None if default is None else str(default))
        if value.isdecimal() and int(value) >= least:
            return int(value)
        if value:
            self.wrong.append(f"{name} is not {kind}")
        return least

    def check(self) -> None:
        """Raises SettingsError, which lists every invalid variable so far."""
        if self.wrong:
            raise SettingsError("; ".join(self.wrong))
