"""External servers, which replace a service: their environment, and whether they are ready."""

import httpx
import psycopg

from local.config import Config
from local.gateway.routes import TENANT
from local.keys import Keys
from local.postgres import cluster
from local.rest import service as rest
from local.services import Service
from local.settings import Settings
from local.stack_plan import Plan
from local.storage.names import ROOT

HEALTH = {
    "auth": "/health",
    "storage": "/status",
    "rest": "/",
    "realtime": f"/api/tenants/{TENANT}/health",
}
"""The health check of each real server. At the root any response below 500 will do.

Realtime creates a tenant's tables at the first request for the tenant, which needs a signed token.
"""
TAKEN_OVER = (
    "; its tables in this database were made by our own part: if the server does not take them over, "
    "`make reset` makes an empty database"
)
GLOBAL_BUCKET, TENANT_ID = ROOT.split("/")
"""The server shows both in an error message: they equal those of our own Storage."""
ANSWERS_WITHIN = 2.0
SIGNED_UPLOAD_WITHIN = 7200
"""Both in seconds; signed uploads as on hosted."""


def services(settings: Settings, keys: Keys, plan: Plan) -> list[Service]:
    return [_service(settings, keys, name, url) for name, url in plan.elsewhere.items()]


def _service(settings: Settings, keys: Keys, name: str, url: str) -> Service:
    return Service(
        name=name,
        command=None,
        url=url,
        health=f"{url}{HEALTH[name]}",
        ready=lambda: lacking(settings, keys, name, url) is None,
    )


def lacking(settings: Settings, keys: Keys, name: str, url: str) -> str | None:
    """The reason why the server is not ready, None if it is."""
    try:
        missing = cluster.missing_tables(settings, keys, name)
        made_here = cluster.made_here(settings, keys, name)
    except psycopg.OperationalError:
        return "the database does not answer"
    token = keys.service_role_key if name == "realtime" else None
    if refused := _refused(f"{url}{HEALTH[name]}", 500 if HEALTH[name] == "/" else 300, token):
        return f"{refused}{TAKEN_OVER if made_here else ''}"
    if missing:
        return (
            f"{url} answers, but has not made {' and '.join(missing)}: a server makes its tables when it "
            f"starts, in the database on port {settings.postgres_port}"
        )
    return None


def _refused(address: str, limit: int, token: str | None) -> str | None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        status = httpx.get(address, headers=headers, timeout=ANSWERS_WITHIN).status_code
    except httpx.HTTPError as error:
        return f"{address} does not answer ({type(error).__name__})"
    return None if status < limit else f"{address} answers {status}"


def environment(settings: Settings, keys: Keys, config: Config, name: str, port: int) -> dict[str, str]:
    """The environment with which a service's real server serves this stack."""
    match name:
        case "auth":
            return _gotrue(settings, keys, config, port)
        case "storage":
            return _storage(settings, keys, config, port)
        case "rest":
            return rest.environment(settings, keys, config, port) | {"PGRST_ADMIN_SERVER_PORT": str(port + 1)}
        case _:
            return _realtime(settings, keys, port)


def _gotrue(settings: Settings, keys: Keys, config: Config, port: int) -> dict[str, str]:
    optional = {
        "GOTRUE_SESSIONS_INACTIVITY_TIMEOUT": config.session_inactivity_timeout,
        "GOTRUE_SESSIONS_TIMEBOX": config.session_timebox,
    }
    return {
        "GOTRUE_API_HOST": "127.0.0.1",
        "GOTRUE_API_PORT": str(port),
        "API_EXTERNAL_URL": f"{settings.url}/auth/v1",
        "GOTRUE_SITE_URL": config.site_url,
        "GOTRUE_DB_DRIVER": "postgres",
        "GOTRUE_DB_DATABASE_URL": cluster.url(settings, keys, "supabase_auth_admin"),
        "GOTRUE_JWT_SECRET": keys.jwt_secret,
        "GOTRUE_JWT_EXP": str(config.jwt_expiry),
        "GOTRUE_JWT_AUD": "authenticated",
        "GOTRUE_JWT_DEFAULT_GROUP_NAME": "authenticated",
        "GOTRUE_JWT_ADMIN_ROLES": "service_role",
        "GOTRUE_DISABLE_SIGNUP": _word(not config.enable_signup),
        "GOTRUE_EXTERNAL_EMAIL_ENABLED": "true",
        "GOTRUE_EXTERNAL_PHONE_ENABLED": "false",
        "GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED": _word(config.enable_anonymous_sign_ins),
        "GOTRUE_MAILER_AUTOCONFIRM": _word(not config.enable_confirmations),
        "GOTRUE_PASSWORD_MIN_LENGTH": str(config.minimum_password_length),
        "GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED": "true",
        "GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL": str(config.refresh_token_reuse_interval),
        "GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_ENABLED": _word(bool(config.custom_access_token_hook)),
        "GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_URI": config.custom_access_token_hook or "",
        **{name: f"{seconds}s" for name, seconds in optional.items() if seconds},
    }


def _storage(settings: Settings, keys: Keys, config: Config, port: int) -> dict[str, str]:
    """No DB_INSTALL_ROLES: the roles exist, and creating them would need a superuser."""
    return {
        "SERVER_HOST": "127.0.0.1",
        "SERVER_PORT": str(port),
        "ANON_KEY": keys.anon_key,
        "SERVICE_KEY": keys.service_role_key,
        "AUTH_JWT_SECRET": keys.jwt_secret,
        "PGRST_JWT_SECRET": keys.jwt_secret,
        "DATABASE_URL": cluster.url(settings, keys, "supabase_storage_admin"),
        "DB_INSTALL_ROLES": "false",
        "STORAGE_BACKEND": "file",
        "FILE_STORAGE_BACKEND_PATH": str(settings.directory / "elsewhere"),
        "STORAGE_FILE_BACKEND_PATH": str(settings.directory / "elsewhere"),
        "FILE_SIZE_LIMIT": str(config.file_size_limit),
        "UPLOAD_FILE_SIZE_LIMIT": str(config.file_size_limit),
        "UPLOAD_FILE_SIZE_LIMIT_STANDARD": str(config.file_size_limit),
        "UPLOAD_SIGNED_URL_EXPIRATION_TIME": str(SIGNED_UPLOAD_WITHIN),
        "TUS_URL_PATH": "/upload/resumable",
        "REQUEST_ALLOW_X_FORWARDED_PATH": "true",
        "TENANT_ID": TENANT_ID,
        "REGION": "local",
        "GLOBAL_S3_BUCKET": GLOBAL_BUCKET,
        "STORAGE_S3_BUCKET": GLOBAL_BUCKET,
    }


def _realtime(settings: Settings, keys: Keys, port: int) -> dict[str, str]:
    return {
        "PORT": str(port),
        "APP_NAME": "realtime",
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(settings.postgres_port),
        "DB_USER": cluster.SUPERUSER,
        "DB_PASSWORD": keys.database_password,
        "DB_NAME": cluster.DATABASE,
        "DB_AFTER_CONNECT_QUERY": "SET search_path TO _realtime",
        "DB_ENC_KEY": "supabaserealtime",
        "API_JWT_SECRET": keys.jwt_secret,
        "METRICS_JWT_SECRET": keys.jwt_secret,
        "SECRET_KEY_BASE": keys.jwt_secret,
        "SEED_SELF_HOST": "true",
    }


def _word(truth: bool) -> str:
    return str(truth).lower()
