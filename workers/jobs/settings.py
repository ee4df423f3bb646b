"""What the jobs process needs to know."""

from dataclasses import dataclass
from enum import StrEnum

from workers.common.settings import Secret


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


@dataclass(frozen=True)
class Settings:
    database_url: Secret
    search_url: str
    supabase_url: str
    supabase_service_role_key: Secret
    port: int
    metrics_token: Secret | None = None
    """What /metrics takes as a bearer token; without one it answers nobody."""
    periodic_jobs: Switch = Switch.ON
    """Off: nothing is done by the clock but that the jobs of workers that died are put back."""
