"""Settings of the commands."""

from dataclasses import dataclass

from workers.common.engine import Address
from workers.common.settings import Secret


@dataclass(frozen=True)
class Settings:
    """Of item_model and user_similarity."""

    database_url: Secret
    engine: Address | None = None
    """Where to compute unless the command names an engine; None: in this process."""


@dataclass(frozen=True)
class BlendSettings:
    database_url: Secret
