"""Settings of Realtime: environment variables, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.environment import Variables
from local.realtime.limits import Limits

LIMITS = {
    "REALTIME_MESSAGE_BYTES": "message_bytes",
    "REALTIME_CONNECTIONS": "connections",
    "REALTIME_CONNECTIONS_EACH": "connections_each",
    "REALTIME_CHANNELS": "channels",
    "REALTIME_ALL_CHANNELS": "all_channels",
    "REALTIME_SUBSCRIPTIONS": "subscriptions",
    "REALTIME_PRESENCE_BYTES": "presence_bytes",
    "REALTIME_PRESENCES": "presences",
    "REALTIME_DELIVERIES_PER_SECOND": "deliveries_per_second",
    "REALTIME_JOINS_PER_SECOND": "joins_per_second",
    "REALTIME_PROJECT_JOINS_PER_SECOND": "project_joins_per_second",
    "REALTIME_MESSAGES_PER_SECOND": "messages_per_second",
    "REALTIME_MESSAGES_EACH": "messages_each",
    "REALTIME_BUFFER_BYTES": "buffer_bytes",
}


@dataclass(frozen=True)
class Settings:
    database_url: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    limits: Limits
    session_check: str = ""
    """The database function that raises if a session has ended, schema.name; empty for no check."""


def read(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError, which lists every invalid variable."""
    variables = Variables(environment)
    database_url, jwt_secret = variables.text("REALTIME_DATABASE_URL"), variables.text("JWT_SECRET")
    limits = {
        limit: variables.number(name, getattr(Limits, limit), "a whole number above zero", least=1)
        for name, limit in LIMITS.items()
    }
    variables.check()
    session_check = environment.get("REALTIME_SESSION_CHECK", "")
    return Settings(database_url, jwt_secret, Limits(**limits), session_check)
