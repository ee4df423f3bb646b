"""Settings of Storage: environment variables, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.environment import Variables


@dataclass(frozen=True)
class Settings:
    database_url: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    directory: Path
    """The folder of files."""
    file_size_limit: int
    """The largest file in bytes, whatever a bucket allows."""
    admission: str = ""
    """The function that counts requests, schema.name; empty for no limit."""
    signed_url_lifetime: int = 7 * 24 * 3600
    """Seconds for which a user's signed URL may be valid."""
    upload_url_lifetime: int = 7200
    """Seconds in which a signed upload may start."""
    resumable_lifetime: int = 24 * 3600
    """Seconds after its start in which a resumable upload may be finished."""


def read(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError, which lists every invalid variable."""
    variables = Variables(environment)
    settings = Settings(
        database_url=variables.text("STORAGE_DATABASE_URL"),
        jwt_secret=variables.text("JWT_SECRET"),
        directory=Path(variables.text("STORAGE_DIR")),
        file_size_limit=variables.number("FILE_SIZE_LIMIT", kind="a whole number of bytes"),
        admission=variables.text("ADMISSION_FUNCTION", ""),
        signed_url_lifetime=variables.number(
            "SIGNED_URL_LIFETIME", Settings.signed_url_lifetime, "a whole number of seconds", least=1
        ),
    )
    variables.check()
    return settings
