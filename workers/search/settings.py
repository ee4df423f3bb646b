"""Settings of the search worker."""

from dataclasses import dataclass
from pathlib import Path

from workers.common.settings import Secret


@dataclass(frozen=True)
class Settings:
    supabase_url: str
    supabase_anon_key: Secret
    supabase_service_role_key: Secret
    supabase_jwt_secret: Secret | None = None
    """The secret that signs tokens; without one the project's public keys are fetched."""
    rest_url: str | None = None
    """The REST server without the gateway, which has counted the search already; by default through it."""
    metrics_token: Secret | None = None
    """The bearer token for /metrics; without one every request is refused."""
    embedding_model_dir: Path | None = None
    """The folder of the model; without one FastEmbed downloads it."""
