"""Storage's settings: environment variables, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class SettingsError(Exception):
    """A setting is missing or cannot be read; the message names each of them."""


@dataclass(frozen=True)
class Settings:
    database_url: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    directory: Path
    """Where the files are."""
    file_size_limit: int
    """The largest file in bytes, whatever a bucket allows."""
    upload_url_lifetime: int = 7200
    """Seconds in which a signed upload may start."""
    resumable_lifetime: int = 24 * 3600
    """Seconds after its start in which a resumable upload may be finished."""


def read(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError naming everything that is wrong."""
    names = ("STORAGE_DATABASE_URL", "JWT_SECRET", "STORAGE_DIR", "FILE_SIZE_LIMIT")
    found = {name: environment.get(name, "").strip() for name in names}
    wrong = [f"{name} is missing" for name, value in found.items() if not value]
    limit = found["FILE_SIZE_LIMIT"]
    if limit and not limit.isdecimal():
        wrong.append("FILE_SIZE_LIMIT is not a whole number of bytes")
    if wrong:
        raise SettingsError("; ".join(wrong))
    return Settings(
        database_url=found["STORAGE_DATABASE_URL"],
        jwt_secret=found["JWT_SECRET"],
        directory=Path(found["STORAGE_DIR"]),
        file_size_limit=int(limit),
    )
