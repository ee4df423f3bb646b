"""Settings of the command."""

from dataclasses import dataclass

from workers.common.settings import Secret


@dataclass(frozen=True)
class Settings:
    database_url: Secret
    search_url: str
    supabase_service_role_key: Secret
