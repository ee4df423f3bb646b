"""The settings of supabase/config.toml that the stack uses, with the Supabase CLI's defaults."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from local import project
from local.project import Project
from local.settings import StackError

UNITS = {"h": 3600, "m": 60, "s": 1}
SIZES = {
    "": 1,
    "K": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "KI": 2**10,
    "MI": 2**20,
    "GI": 2**30,
    "TI": 2**40,
}


SWITCHED = ("auth", "storage", "realtime")


@dataclass(frozen=True)
class Config:
    schemas: tuple[str, ...]
    extra_search_path: tuple[str, ...]
    max_rows: int
    site_url: str
    jwt_expiry: int
    refresh_token_reuse_interval: int
    session_inactivity_timeout: int | None
    session_timebox: int | None
    enable_signup: bool
    enable_anonymous_sign_ins: bool
    enable_confirmations: bool
    minimum_password_length: int
    custom_access_token_hook: str | None
    file_size_limit: int
    """Bytes."""
    unverified_functions: tuple[str, ...]
    """Functions with verify_jwt = false."""
    off: frozenset[str] = frozenset()
    """Services of SWITCHED with enabled = false."""
    project: Project = field(default_factory=Project)
    """supabase/local.toml."""


def load(root: Path) -> Config:
    """Read the file. Raises StackError if the Supabase CLI could not read it."""
    path = root / "supabase" / "config.toml"
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise StackError(f"{path} cannot be read: {error}") from error
    api, auth = document.get("api", {}), document.get("auth", {})
    email, sessions = auth.get("email", {}), auth.get("sessions", {})
    hook = auth.get("hook", {}).get("custom_access_token", {})
    return Config(
        schemas=tuple(api.get("schemas", ["public"])),
        extra_search_path=tuple(api.get("extra_search_path", ["public", "extensions"])),
        max_rows=api.get("max_rows", 1000),
        site_url=auth.get("site_url", "http://127.0.0.1:3000"),
        jwt_expiry=auth.get("jwt_expiry", 3600),
        refresh_token_reuse_interval=auth.get("refresh_token_reuse_interval", 10),
        session_inactivity_timeout=seconds(sessions.get("inactivity_timeout")),
        session_timebox=seconds(sessions.get("timebox")),
        enable_signup=auth.get("enable_signup", True),
        enable_anonymous_sign_ins=auth.get("enable_anonymous_sign_ins", False),
        enable_confirmations=email.get("enable_confirmations", False),
        minimum_password_length=auth.get("minimum_password_length", 6),
        custom_access_token_hook=hook.get("uri") if hook.get("enabled") else None,
        unverified_functions=tuple(
            name for name, table in document.get("functions", {}).items() if table.get("verify_jwt") is False
        ),
        off=frozenset(service for service in SWITCHED if document.get(service, {}).get("enabled") is False),
        project=project.load(root),
        file_size_limit=size(document.get("storage", {}).get("file_size_limit", "50MiB")),
    )


def seconds(duration: str | None) -> int | None:
    """A Go duration of whole seconds, as in `168h` or `1h30m`; None and zero mean no limit."""
    if duration is None:
        return None
    if not re.fullmatch(r"(\d+[hms])+", duration):
        raise StackError(f"a duration in supabase/config.toml reads like 168h or 1h30m, not {duration!r}")
    return sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)([hms])", duration)) or None


def size(text: str | int) -> int:
    """A size in bytes, as in `50MiB`, `5GB` or a number."""
    match = re.fullmatch(r"(\d+)\s*([KMGT]?I?)B?", str(text).strip().upper())
    if not match or match[2] not in SIZES:
        raise StackError(f"a size in supabase/config.toml reads like 50MiB or 5GB, not {text!r}")
    return int(match[1]) * SIZES[match[2]]
