"""What the search worker needs to know."""

from dataclasses import dataclass
from pathlib import Path

from workers.common.settings import Secret


@dataclass(frozen=True)
class Settings:
    supabase_url: str
    supabase_anon_key: Secret
    supabase_service_role_key: Secret
    supabase_jwt_secret: Secret | None = None
    """Where tokens are signed by a secret; else the project's public keys are fetched."""
    rest_url: str | None = None
    """Where the REST server is reached past the gateway, which has counted the search; else through it."""
    metrics_token: Secret | None = None
    """What /metrics takes as a bearer token; without one it answers nobody."""
    embedding_model_dir: Path | None = None
    """A folder with the model; without one FastEmbed downloads its own."""
