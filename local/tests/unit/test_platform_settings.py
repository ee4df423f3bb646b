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
    found = auth.read(AUTH)
    assert (found.jwt_secret, found.jwt_expiry, found.minimum_password_length) == (
        AUTH["JWT_SECRET"],
        3600,
        6,
    )
    assert found.reuse_interval == timedelta(seconds=10)
    assert (found.enable_signup, found.enable_anonymous_sign_ins) == (True, False)
    assert (found.inactivity_timeout, found.timebox, found.access_token_hook) == (None, None, None)


def test_auth_reads_its_settings() -> None:
    told = {
        "JWT_EXPIRY": " 900 ",
        "SESSION_TIMEBOX": "60",
        "SESSION_INACTIVITY_TIMEOUT": "0",
        "ENABLE_SIGNUP": "False",
        "ENABLE_ANONYMOUS_SIGN_INS": "1",
        "CUSTOM_ACCESS_TOKEN_HOOK": "pg-functions://postgres/private/hook",
    }
    found = auth.read(AUTH | told)
    assert (found.jwt_expiry, found.timebox, found.inactivity_timeout) == (900, timedelta(minutes=1), None)
    assert (found.enable_signup, found.enable_anonymous_sign_ins) == (False, True)
    assert found.access_token_hook == ("private", "hook")


@pytest.mark.parametrize(
    ("told", "said"),
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
def test_auth_says_what_is_wrong(told: dict[str, str], said: str) -> None:
    assert complaint(auth.read, AUTH | told) == said


def test_storage_reads_its_settings() -> None:
    found = storage.read(STORAGE)
    assert (found.directory, found.file_size_limit) == (Path("/a folder; 100% שלום"), 52428800)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"FILE_SIZE_LIMIT": "50MiB"}, "FILE_SIZE_LIMIT is not a whole number of bytes"),
        ({"STORAGE_DIR": "", "FILE_SIZE_LIMIT": ""}, "STORAGE_DIR is missing; FILE_SIZE_LIMIT is missing"),
    ],
)
def test_storage_says_what_is_wrong(told: dict[str, str], said: str) -> None:
    assert complaint(storage.read, STORAGE | told) == said


def test_realtime_has_default_limits() -> None:
    limits = realtime.read(REALTIME | {"REALTIME_CHANNELS": "5", "REALTIME_CONNECTIONS": " "}).limits
    assert (limits.channels, limits.connections, limits.message_bytes) == (5, 10_000, 256 * 1024)


def test_realtime_says_everything_that_is_wrong() -> None:
    told = {"JWT_SECRET": "x", "REALTIME_CHANNELS": "many", "REALTIME_BUFFER_BYTES": "0"}
    assert complaint(realtime.read, told) == (
        "REALTIME_DATABASE_URL is missing; REALTIME_CHANNELS is not a whole number above zero; "
        "REALTIME_BUFFER_BYTES is not a whole number above zero"
    )
