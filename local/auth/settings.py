"""Auth's settings: environment variables, read once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

WORDS = {"true": True, "1": True, "false": False, "0": False}
HOOK = re.compile(r"pg-functions://[^/]+/([A-Za-z_][A-Za-z0-9_]{0,62})/([A-Za-z_][A-Za-z0-9_]{0,62})")


class SettingsError(Exception):
    """A setting is missing or cannot be read; the message names each of them."""


class Function(NamedTuple):
    schema: str
    name: str

    def __str__(self) -> str:
        return f"pg-functions://postgres/{self.schema}/{self.name}"


@dataclass(frozen=True)
class Settings:
    database_url: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    site_url: str
    api_external_url: str
    jwt_expiry: int
    reuse_interval: timedelta
    """For how long a refresh token may be shown again after it was exchanged."""
    inactivity_timeout: timedelta | None
    """How long after its last refresh a session ends."""
    timebox: timedelta | None
    """How long after its start a session ends, whatever its use."""
    enable_signup: bool
    enable_anonymous_sign_ins: bool
    minimum_password_length: int
    access_token_hook: Function | None


def read(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError naming everything that is wrong."""
    wrong: list[str] = []

    def text(name: str, default: str | None = None) -> str:
        value = environment.get(name, "").strip() or default
        if value is None:
            wrong.append(f"{name} is missing")
        return value or ""

    def number(name: str, default: int) -> int:
        value = text(name, str(default))
        if not value.isdecimal():
            wrong.append(f"{name} is not a whole number")
            return default
        return int(value)

    def flag(name: str, default: bool) -> bool:
        value = text(name, str(default)).lower()
        if value not in WORDS:
            wrong.append(f"{name} is neither true nor false")
        return WORDS.get(value, default)

    def limit(name: str) -> timedelta | None:
        return timedelta(seconds=number(name, 0)) or None

    def function(name: str) -> Function | None:
        value = text(name, "")
        match = HOOK.fullmatch(value)
        if value and not match:
            wrong.append(f"{name} does not read pg-functions://postgres/SCHEMA/FUNCTION")
        return Function(*match.groups()) if match else None

    if flag("ENABLE_CONFIRMATIONS", False):
        wrong.append("ENABLE_CONFIRMATIONS takes mail, which this server does not send")
    settings = Settings(
        database_url=text("AUTH_DATABASE_URL"),
        jwt_secret=text("JWT_SECRET"),
        site_url=text("SITE_URL"),
        api_external_url=text("API_EXTERNAL_URL"),
        jwt_expiry=number("JWT_EXPIRY", 3600),
        reuse_interval=timedelta(seconds=number("REFRESH_TOKEN_REUSE_INTERVAL", 10)),
        inactivity_timeout=limit("SESSION_INACTIVITY_TIMEOUT"),
        timebox=limit("SESSION_TIMEBOX"),
        enable_signup=flag("ENABLE_SIGNUP", True),
        enable_anonymous_sign_ins=flag("ENABLE_ANONYMOUS_SIGN_INS", False),
        minimum_password_length=number("MINIMUM_PASSWORD_LENGTH", 6),
        access_token_hook=function("CUSTOM_ACCESS_TOKEN_HOOK"),
    )
    if wrong:
        raise SettingsError("; ".join(wrong))
    return settings
