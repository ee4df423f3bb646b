"""Realtime's settings: environment variables, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.realtime.limits import Limits

LIMITS = {
    "REALTIME_MESSAGE_BYTES": "message_bytes",
    "REALTIME_CONNECTIONS": "connections",
    "REALTIME_CHANNELS": "channels",
    "REALTIME_JOINS_PER_SECOND": "joins_per_second",
    "REALTIME_PROJECT_JOINS_PER_SECOND": "project_joins_per_second",
    "REALTIME_MESSAGES_PER_SECOND": "messages_per_second",
    "REALTIME_BUFFER_BYTES": "buffer_bytes",
}


class SettingsError(Exception):
    """A setting is missing or cannot be read; the message names each of them."""


@dataclass(frozen=True)
class Settings:
    database_url: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    limits: Limits


def read(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError naming everything that is wrong."""
    required = {name: environment.get(name, "").strip() for name in ("REALTIME_DATABASE_URL", "JWT_SECRET")}
    given = {name: environment[name].strip() for name in LIMITS if environment.get(name, "").strip()}
    wrong = [f"{name} is missing" for name, value in required.items() if not value]
    wrong += [
        f"{name} is not a whole number above zero"
        for name, value in given.items()
        if not value.isdecimal() or not int(value)
    ]
    if wrong:
        raise SettingsError("; ".join(wrong))
    limits = Limits(**{LIMITS[name]: int(value) for name, value in given.items()})
    return Settings(required["REALTIME_DATABASE_URL"], required["JWT_SECRET"], limits)
