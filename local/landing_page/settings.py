"""Settings of the landing page: environment variables, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Settings:
    url: str
    anon_key: str
    publishable_key: str
    env_file: str
    """The file with the keys, which the page names but does not show."""
    state: Path
    schemas: tuple[str, ...]
    """The schemas of the API, whose tables are counted."""
    database_url: str = field(repr=False)
    documents: Path | None = None
    """The folder of the documents that the page links to."""
    client: Path | None = None
    """The folder of the web client; None: the status page is at / too."""

    @property
    def hosts(self) -> tuple[str, str]:
        port = urlsplit(self.url).port
        return f"127.0.0.1:{port}", f"localhost:{port}"


def read(environment: Mapping[str, str]) -> Settings:
    return Settings(
        url=environment["SUPABASE_URL"],
        anon_key=environment["SUPABASE_ANON_KEY"],
        publishable_key=environment["SUPABASE_PUBLISHABLE_KEY"],
        env_file=environment["FRONT_ENV_FILE"],
        state=Path(environment["FRONT_STATE"]),
        schemas=tuple(environment["FRONT_SCHEMAS"].split(",")),
        database_url=environment["SUPABASE_DB_URL"],
        documents=_folder(environment.get("FRONT_DOCUMENTS")),
        client=_folder(environment.get("FRONT_CLIENT")),
    )


def _folder(name: str | None) -> Path | None:
    return Path(name) if name else None
