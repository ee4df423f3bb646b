"""The stack's secrets, created once: JWT secret, API keys, database password."""

import base64
import hashlib
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import jwt

from local.settings import StackError

TEN_YEARS = 10 * 365 * 24 * 3600


@dataclass(frozen=True)
class Keys:
    jwt_secret: str = field(repr=False)
    anon_key: str = field(repr=False)
    service_role_key: str = field(repr=False)
    database_password: str = field(repr=False)
    """The password of every login role; the server listens on 127.0.0.1 only."""
    publishable_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    """Opaque API keys are not tokens: the gateway exchanges them for one."""
    metrics_token: str = field(default="", repr=False)
    """The token for /metrics of the workers."""


def load(directory: Path) -> Keys:
    """The keys in `directory`; missing ones are created."""
    path = directory / "keys.json"
    kept = _stored(path) if path.exists() else _signed()
    keys = Keys(**(_opaque() | kept))
    if asdict(keys) != kept or not path.exists():
        _keep(keys, path)
    return keys


def _stored(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text())
        Keys(**(_opaque() | kept))
    except (ValueError, TypeError) as error:
        raise StackError(
            f"{path} cannot be read: restore it, or delete it and give `make reset` for new keys and an "
            "empty database"
        ) from error
    return dict(kept)


def _keep(keys: Keys, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half_written = path.with_suffix(".new")
    with os.fdopen(os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(keys), file)
    half_written.replace(path)


def _signed() -> dict[str, str]:
    secret = secrets.token_urlsafe(48)
    return {
        "jwt_secret": secret,
        "anon_key": _token("anon", secret),
        "service_role_key": _token("service_role", secret),
        "database_password": secrets.token_urlsafe(24),
    }


def _token(role: str, secret: str) -> str:
    now = int(time.time())
    claims = {"iss": "supabase", "role": role, "iat": now, "exp": now + TEN_YEARS}
    return jwt.encode(claims, secret, algorithm="HS256")


def _opaque() -> dict[str, str]:
    return {
        "publishable_key": _key("sb_publishable_"),
        "secret_key": _key("sb_secret_"),
        "metrics_token": secrets.token_urlsafe(24),
    }


def _key(prefix: str) -> str:
    """A key in self-hosted Supabase's form: 22 random characters and a checksum of 8."""
    body = prefix + secrets.token_urlsafe(17)[:22]
    digest = hashlib.sha256(f"supabase-self-hosted|{body}".encode()).digest()
    return f"{body}_{base64.urlsafe_b64encode(digest).decode()[:8]}"
