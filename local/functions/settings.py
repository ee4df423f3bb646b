"""Settings of Functions: environment variables, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PASSED_ON = (
    *("PATH", "HOME", "LANG", "TMPDIR", "DENO_DIR", "DENO_CERT", "DENO_TLS_CA_STORE", "SSL_CERT_FILE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "NPM_CONFIG_REGISTRY", "NODE_EXTRA_CA_CERTS"),
)
"""Our variables that a function's process gets: Deno needs them to run and to fetch npm packages."""
GIVEN = (
    *("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_DB_URL"),
    *("SUPABASE_PUBLISHABLE_KEYS", "SUPABASE_SECRET_KEYS", "SEARCH_URL"),
)
"""Variables of the stack for functions. Hosted sets all but SEARCH_URL, which is a secret there."""


@dataclass(frozen=True)
class Settings:
    jwt_secret: str = field(repr=False)
    database_url: str = field(repr=False)
    """The database as the role authenticator, for the session check."""
    folder: Path
    logs: Path
    sockets: Path
    """The folder of the functions' sockets, which only its owner can open."""
    unverified: frozenset[str]
    """Functions that can be called without a token: verify_jwt = false in config.toml."""
    environment: Mapping[str, str] = field(repr=False)
    session_check: str = ""
    """The database function that raises if a session has ended, schema.name; empty for no check."""


def read(environment: Mapping[str, str]) -> Settings:
    return Settings(
        jwt_secret=environment["JWT_SECRET"],
        database_url=environment["FUNCTIONS_DATABASE_URL"],
        folder=Path(environment["FUNCTIONS_DIR"]),
        logs=Path(environment["FUNCTIONS_LOGS"]),
        sockets=Path(environment["FUNCTIONS_SOCKETS"]),
        unverified=frozenset(environment["FUNCTIONS_UNVERIFIED"].split()),
        environment={name: environment[name] for name in (*PASSED_ON, *GIVEN) if name in environment},
        session_check=environment.get("FUNCTIONS_SESSION_CHECK", ""),
    )
