"""The processes of the stack as data: command, environment, and check for readiness."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from local import sockets
from local.config import Config
from local.gateway import service as gateway
from local.keys import Keys
from local.ports import free_port, hold
from local.postgres import binaries, cluster
from local.rest import service as rest
from local.settings import ROOT, Settings
from local.stack_plan import Plan

SERVED = ("auth", "storage", "realtime")
"""Services of our own platform process."""
PUBLIC = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY")
"""Variables that a client may have."""
SECRET = ("SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_JWT_SECRET", "DATABASE_URL")
INTERNAL = ("rest", "rest_admin", "platform")
"""Servers on sockets that only the owner can open: they need no key, or trust the gateway."""
PROCFILE = ROOT / "Procfile"
PATH = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
"""Programs of this Python environment first."""


WEBSOCKETS = [
    *("--ws", "local.realtime.protocol:Protocol", "--ws-max-size", "1048576"),
    *("--ws-per-message-deflate", "false"),
]
"""Larger frames close the connection; compression would need more memory per socket than all the rest."""
PATIENT = ["--timeout-keep-alive", "130"]
"""Seconds: longer than the gateway keeps idle connections, so that none closes when it is reused."""


@dataclass(frozen=True)
class Service:
    name: str
    command: list[str] | None
    """None for an external server."""
    ready: Callable[[], bool]
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    prepare: Callable[[], None] = lambda: None
    """Runs when the service is ready, before later services start."""
    user: str | None = None
    url: str | None = None
    health: str | None = None
    stop_signal: str = "SIGTERM"
    recovers: Callable[[], bool] = lambda: False
    """Whether it is not ready because it recovers from a crash, which may take long."""


def answers(url: str, *statuses: int, at: str = "") -> Callable[[], bool]:
    """A check that the URL responds with 200, or with one of the statuses, if any are given.

    `at` is the address of a socket, empty for a port.
    """

    def ready() -> bool:
        try:
            with httpx.Client(transport=sockets.transport(at), timeout=2) as client:
                return client.get(url).status_code in (statuses or (httpx.codes.OK,))
        except httpx.HTTPError:
            return False

    return ready


def gateway_answers(url: str, status: int) -> Callable[[], bool]:
    """A check of the gateway, which answers 429 where other clients of this address have all connections."""
    return answers(url, status, httpx.codes.TOO_MANY_REQUESTS)


def local_url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def environment(settings: Settings, keys: Keys) -> dict[str, str]:
    """The variables for clients and workers: the content of .env.local."""
    return {
        "SUPABASE_URL": settings.url,
        "SUPABASE_PUBLISHABLE_KEY": keys.publishable_key,
        "SUPABASE_SECRET_KEY": keys.secret_key,
        "SUPABASE_ANON_KEY": keys.anon_key,
        "SUPABASE_SERVICE_ROLE_KEY": keys.service_role_key,
        "SUPABASE_JWT_SECRET": keys.jwt_secret,
        "DATABASE_URL": cluster.url(settings, keys),
        "METRICS_TOKEN": keys.metrics_token,
    }


def summary_lines(environment: Mapping[str, str], env_file: Path) -> Iterator[str]:
    """Lines for the terminal: public values, the names of secrets, and the file that contains them."""
    yield ""
    yield from (f"{name}={value}" for name, value in environment.items() if name in PUBLIC)
    secret = [name for name in SECRET if name in environment]
    yield f"\n{os.path.relpath(env_file)} holds these and the secrets: {', '.join(secret)}"


def postgres(settings: Settings, keys: Keys, programs: Path, prepare: Callable[[], None]) -> Service:
    return Service(
        name="postgres",
        command=cluster.command(settings, programs),
        ready=lambda: cluster.answers(settings, keys),
        prepare=prepare,
        user=binaries.system_user(),
        stop_signal="SIGINT",
        recovers=lambda: cluster.recovers(settings, keys),
    )


def own_services(
    settings: Settings, keys: Keys, config: Config, plan: Plan, rest_binary: Path
) -> list[Service]:
    """Our services that need the database: REST, platform, the Procfile's, gateway."""
    # Held, because the gateway does not listen there yet.
    hold(settings.port)
    ports = {name: free_port() for name in ("rest", *procfile())}
    internal = {name: sockets.url(sockets.folder(settings) / f"{name}.sock") for name in INTERNAL}
    addresses = {name: local_url(port) for name, port in ports.items()} | internal | plan.elsewhere
    rest_url = local_url(ports["rest"])
    direct = {"rest": rest_url + rest.path_of_callers(keys.jwt_secret)} | plan.elsewhere
    variables = environment(settings, keys) | model_environment(settings) | plan.variables
    served = [name for name in SERVED if name not in plan.elsewhere and name not in config.off]
    auth_answers = "auth" in served or "auth" in plan.elsewhere
    health = f"{settings.url}/auth/v1/health"
    return [
        Service(
            name="counter" if "rest" in plan.elsewhere else "rest",
            command=[str(rest_binary)],
            environment=rest.own_environment(settings, keys, config, ports["rest"]),
            ready=answers("http://localhost/ready", at=internal["rest_admin"]),
            url=rest_url,
        ),
        Service(
            name="platform",
            command=uvicorn(internal["platform"]),
            environment=platform_environment(settings, keys, config, served)
            | {"SEARCH_URL": addresses["search"]},
            ready=answers("http://localhost/health", at=internal["platform"]),
            url=internal["platform"],
        ),
        *products(addresses | direct, variables),
        Service(
            name="gateway",
            command=gateway.command(settings, addresses, plan.elsewhere),
            environment=gateway.environment(settings, keys),
            ready=gateway_answers(health, 200 if auth_answers else 404),
            url=settings.url,
            health=health,
        ),
    ]


def uvicorn(address: str) -> list[str]:
    """The command of the platform, listening on a socket or a port."""
    if sockets.is_socket(address):
        where = ["--uds", address.removeprefix(sockets.PREFIX)]
    else:
        where = ["--host", "127.0.0.1", "--port", str(urlsplit(address).port)]
    options = [*where, "--no-access-log", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", "local.platform:app", *options, *PATIENT, *WEBSOCKETS]


def platform_environment(
    settings: Settings, keys: Keys, config: Config, served: Sequence[str] = SERVED
) -> dict[str, str]:
    optional = {
        "SESSION_INACTIVITY_TIMEOUT": config.session_inactivity_timeout,
        "SESSION_TIMEBOX": config.session_timebox,
        "CUSTOM_ACCESS_TOKEN_HOOK": config.custom_access_token_hook,
        "ADMISSION_FUNCTION": config.project.admission or None,
    }
    return {
        "PLATFORM_PARTS": ",".join(served),
        "AUTH_DATABASE_URL": cluster.url(settings, keys, "supabase_auth_admin"),
        "JWT_SECRET": keys.jwt_secret,
        "SITE_URL": config.site_url,
        "API_EXTERNAL_URL": f"{settings.url}/auth/v1",
        "JWT_EXPIRY": str(config.jwt_expiry),
        "REFRESH_TOKEN_REUSE_INTERVAL": str(config.refresh_token_reuse_interval),
        "ENABLE_SIGNUP": str(config.enable_signup).lower(),
        "ENABLE_ANONYMOUS_SIGN_INS": str(config.enable_anonymous_sign_ins).lower(),
        "ENABLE_CONFIRMATIONS": str(config.enable_confirmations).lower(),
        "MINIMUM_PASSWORD_LENGTH": str(config.minimum_password_length),
        "STORAGE_DATABASE_URL": cluster.url(settings, keys, "supabase_storage_admin"),
        "STORAGE_DIR": str(settings.files),
        "FILE_SIZE_LIMIT": str(config.file_size_limit),
        "REALTIME_DATABASE_URL": cluster.url(settings, keys, "supabase_realtime_admin"),
        "REALTIME_SESSION_CHECK": config.project.session_check,
        **{name: str(value) for name, value in optional.items() if value is not None},
        **functions_environment(settings, keys, config),
        **landing_page_environment(settings, keys, config),
    }


def functions_environment(settings: Settings, keys: Keys, config: Config) -> dict[str, str]:
    client = environment(settings, keys)
    names = ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY")
    opaque = {
        "SUPABASE_PUBLISHABLE_KEYS": keys.publishable_key,
        "SUPABASE_SECRET_KEYS": keys.secret_key,
    }
    return {
        "FUNCTIONS_SOCKETS": str(sockets.folder(settings)),
        "FUNCTIONS_DATABASE_URL": cluster.url(settings, keys, "authenticator"),
        "FUNCTIONS_DIR": str(settings.functions),
        "FUNCTIONS_LOGS": str(settings.logs),
        "FUNCTIONS_UNVERIFIED": " ".join(config.unverified_functions),
        "FUNCTIONS_SESSION_CHECK": config.project.session_check,
        **{name: client[name] for name in names},
        **{name: json.dumps({"default": key}) for name, key in opaque.items()},
        "SUPABASE_DB_URL": client["DATABASE_URL"],
    }


def landing_page_environment(settings: Settings, keys: Keys, config: Config) -> dict[str, str]:
    """In addition to the environment of functions."""
    return {
        "SUPABASE_PUBLISHABLE_KEY": keys.publishable_key,
        "FRONT_ENV_FILE": str(settings.env_file),
        "FRONT_STATE": str(settings.state),
        "FRONT_SCHEMAS": ",".join(config.schemas),
        "FRONT_DOCUMENTS": str(config.project.documents or ""),
        "FRONT_CLIENT": str(config.project.client or ""),
    }


def procfile() -> dict[str, str]:
    """The project's own processes, name: command; each listens on $PORT and serves /healthz."""
    lines = PROCFILE.read_text().splitlines() if PROCFILE.exists() else []
    pairs = (line.split(":", 1) for line in lines if line.strip() and not line.startswith("#"))
    return {name.strip(): command.strip() for name, command in pairs}


def products(addresses: Mapping[str, str], variables: dict[str, str]) -> list[Service]:
    """The Procfile's processes, with their port, each other's addresses, and the stack's variables."""
    urls = {f"{name.upper()}_URL": addresses[name] for name in ("rest", *procfile()) if name in addresses}
    return [
        _product(name, command, addresses[name], urls | variables) for name, command in procfile().items()
    ]


def _product(name: str, command: str, address: str, variables: Mapping[str, str]) -> Service:
    port = str(urlsplit(address).port)
    return Service(
        name=name,
        command=[word.replace("$PORT", port) for word in shlex.split(command)],
        environment={"PORT": port, "PATH": PATH, **variables},
        ready=answers(f"{address}/healthz"),
        url=address,
        health=f"{address}/healthz",
    )


def model_environment(settings: Settings) -> dict[str, str]:
    folder = Path(os.environ.get("EMBEDDING_MODEL_DIR") or settings.cache / "models" / "all-MiniLM-L6-v2")
    return {"EMBEDDING_MODEL_DIR": str(folder)} if folder.exists() else {}
