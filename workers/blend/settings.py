"""What fitting needs to know."""

from dataclasses import dataclass

from workers.common.settings import Secret


@dataclass(frozen=True)
class Settings:
    database_url: Secret
