"""Settings of the jobs process."""

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
    """The bearer token for /metrics; without one every request is refused."""
    periodic_jobs: Switch = Switch.ON
    """Off: of the scheduled jobs only retry_stalled runs."""
