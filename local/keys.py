"""The stack's secrets, made once and kept: JWT secret, API keys, database passwords."""

import json
import os
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import jwt

TEN_YEARS = 10 * 365 * 24 * 3600


@dataclass(frozen=True)
class Keys:
    jwt_secret: str = field(repr=False)
    anon_key: str = field(repr=False)
    service_role_key: str = field(repr=False)
    database_password: str = field(repr=False)
    """The password of every role that signs in; the server listens on 127.0.0.1 only."""


def load(directory: Path) -> Keys:
    """The keys kept in `directory`, made if there are none."""
    path = directory / "keys.json"
    if path.exists():
        return Keys(**json.loads(path.read_text()))
    keys = _make()
    directory.mkdir(parents=True, exist_ok=True)
    half_written = path.with_suffix(".new")
    with os.fdopen(os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(keys), file)
    half_written.replace(path)
    return keys


def _make() -> Keys:
    secret = secrets.token_urlsafe(48)
    return Keys(secret, _key("anon", secret), _key("service_role", secret), secrets.token_urlsafe(24))


def _key(role: str, secret: str) -> str:
    now = int(time.time())
    claims = {"iss": "supabase", "role": role, "iat": now, "exp": now + TEN_YEARS}
    return jwt.encode(claims, secret, algorithm="HS256")
