"""Settings of Auth: environment variables, read once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from local.environment import Variables

WORDS = {"true": True, "1": True, "false": False, "0": False}
HOOK = re.compile(r"pg-functions://[^/]+/([A-Za-z_][A-Za-z0-9_]{0,62})/([A-Za-z_][A-Za-z0-9_]{0,62})")


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
    """For how long after its exchange a refresh token may be sent again."""
    inactivity_timeout: timedelta | None
    """Time from the last refresh to the end of a session."""
    timebox: timedelta | None
    """Time from the start to the end of a session, used or not."""
    enable_signup: bool
    enable_anonymous_sign_ins: bool
    minimum_password_length: int
    access_token_hook: Function | None
    admission: str = ""
    """The function that counts requests, schema.name; empty for no limit."""


def read(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError, which lists every invalid variable."""
    variables = Variables(environment)

    def flag(name: str, default: bool) -> bool:
        value = variables.text(name, str(default)).lower()
        if value not in WORDS:
            variables.wrong.append(f"{name} is neither true nor false")
        return WORDS.get(value, default)

    def limit(name: str) -> timedelta | None:
        return timedelta(seconds=variables.number(name, 0)) or None

    def function(name: str) -> Function | None:
        value = variables.text(name, "")
        match = HOOK.fullmatch(value)
        if value and not match:
            variables.wrong.append(f"{name} does not read pg-functions://postgres/SCHEMA/FUNCTION")
        return Function(*match.groups()) if match else None

    if flag("ENABLE_CONFIRMATIONS", False):
        variables.wrong.append("ENABLE_CONFIRMATIONS takes mail, which this server does not send")
    settings = Settings(
        database_url=variables.text("AUTH_DATABASE_URL"),
        jwt_secret=variables.text("JWT_SECRET"),
        site_url=variables.text("SITE_URL"),
        api_external_url=variables.text("API_EXTERNAL_URL"),
        jwt_expiry=variables.number("JWT_EXPIRY", 3600),
        reuse_interval=timedelta(seconds=variables.number("REFRESH_TOKEN_REUSE_INTERVAL", 10)),
        inactivity_timeout=limit("SESSION_INACTIVITY_TIMEOUT"),
        timebox=limit("SESSION_TIMEBOX"),
        enable_signup=flag("ENABLE_SIGNUP", True),
        enable_anonymous_sign_ins=flag("ENABLE_ANONYMOUS_SIGN_INS", False),
        minimum_password_length=variables.number("MINIMUM_PASSWORD_LENGTH", 6),
        access_token_hook=function("CUSTOM_ACCESS_TOKEN_HOOK"),
        admission=variables.text("ADMISSION_FUNCTION", ""),
    )
    variables.check()
    return settings
