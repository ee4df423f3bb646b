"""Settings of the platform's services, and their errors for invalid variables."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from local.auth import settings as auth
from local.environment import SettingsError
from local.realtime import settings as realtime
from local.storage import settings as storage

AUTH = {
    "AUTH_DATABASE_URL": "postgresql://auth",
    "JWT_SECRET": 'a "secret"; 100% & +',
    "SITE_URL": "http://site",
    "API_EXTERNAL_URL": "http://api",
}
STORAGE = {
    "STORAGE_DATABASE_URL": "postgresql://storage",
    "JWT_SECRET": "s",
    "STORAGE_DIR": "/a folder; 100% שלום",
    "FILE_SIZE_LIMIT": "52428800",
}
REALTIME = {"REALTIME_DATABASE_URL": "postgresql://realtime", "JWT_SECRET": "s"}


def complaint(read: Callable[[Mapping[str, str]], object], environment: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as wrong:
        read(environment)
    return str(wrong.value)


def test_auth_does_with_little() -> None:
    settings = auth.read(AUTH)
    assert (settings.jwt_secret, settings.jwt_expiry, settings.minimum_password_length) == (
        AUTH["JWT_SECRET"],
        3600,
        6,
    )
    assert settings.reuse_interval == timedelta(seconds=10)
    assert (settings.enable_signup, settings.enable_anonymous_sign_ins) == (True, False)
    assert (settings.inactivity_timeout, settings.timebox, settings.access_token_hook) == (None, None, None)


def test_auth_reads_its_settings() -> None:
    environment = {
        "JWT_EXPIRY": " 900 ",
        "SESSION_TIMEBOX": "60",
        "SESSION_INACTIVITY_TIMEOUT": "0",
        "ENABLE_SIGNUP": "False",
        "ENABLE_ANONYMOUS_SIGN_INS": "1",
        "CUSTOM_ACCESS_TOKEN_HOOK": "pg-functions://postgres/private/hook",
    }
    settings = auth.read(AUTH | environment)
    assert (settings.jwt_expiry, settings.timebox, settings.inactivity_timeout) == (
        900,
        timedelta(minutes=1),
        None,
    )
    assert (settings.enable_signup, settings.enable_anonymous_sign_ins) == (False, True)
    assert settings.access_token_hook == ("private", "hook")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SITE_URL": "  "}, "SITE_URL is missing"),
        ({"JWT_EXPIRY": "1h"}, "JWT_EXPIRY is not a whole number"),
        ({"MINIMUM_PASSWORD_LENGTH": "-1"}, "MINIMUM_PASSWORD_LENGTH is not a whole number"),
        ({"ENABLE_SIGNUP": "yes"}, "ENABLE_SIGNUP is neither true nor false"),
        (
            {"ENABLE_CONFIRMATIONS": "true"},
            "ENABLE_CONFIRMATIONS takes mail, which this server does not send",
        ),
        (
            {"CUSTOM_ACCESS_TOKEN_HOOK": "https://example.com/hook"},
            "CUSTOM_ACCESS_TOKEN_HOOK does not read pg-functions://postgres/SCHEMA/FUNCTION",
        ),
        (
            {"JWT_SECRET": "", "SESSION_TIMEBOX": "2d"},
            "JWT_SECRET is missing; SESSION_TIMEBOX is not a whole number",
        ),
    ],
)
def test_auth_says_what_is_wrong(change: dict[str, str], message: str) -> None:
    assert complaint(auth.read, AUTH | change) == message


def test_storage_reads_its_settings() -> None:
    settings = storage.read(STORAGE)
    assert (settings.directory, settings.file_size_limit) == (Path("/a folder; 100% שלום"), 52428800)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"FILE_SIZE_LIMIT": "50MiB"}, "FILE_SIZE_LIMIT is not a whole number of bytes"),
        ({"STORAGE_DIR": "", "FILE_SIZE_LIMIT": ""}, "STORAGE_DIR is missing; FILE_SIZE_LIMIT is missing"),
    ],
)
def test_storage_says_what_is_wrong(change: dict[str, str], message: str) -> None:
    assert complaint(storage.read, STORAGE | change) == message


def test_realtime_has_default_limits() -> None:
    limits = realtime.read(REALTIME | {"REALTIME_CHANNELS": "5", "REALTIME_CONNECTIONS": " "}).limits
    assert (limits.channels, limits.connections, limits.message_bytes) == (5, 10_000, 256 * 1024)


def test_realtime_says_everything_that_is_wrong() -> None:
    environment = {"JWT_SECRET": "x", "REALTIME_CHANNELS": "many", "REALTIME_BUFFER_BYTES": "0"}
    assert complaint(realtime.read, environment) == (
        "REALTIME_DATABASE_URL is missing; REALTIME_CHANNELS is not a whole number above zero; "
        "REALTIME_BUFFER_BYTES is not a whole number above zero"
    )
