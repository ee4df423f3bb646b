"""What training needs to know."""

from dataclasses import dataclass

from workers.common.engine import Address
from workers.common.settings import Secret


@dataclass(frozen=True)
class Settings:
    database_url: Secret
    engine: Address | None = None
    """Where to train if the command does not say; None: in this process."""
