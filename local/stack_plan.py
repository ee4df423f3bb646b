"""The plan of a stack: which services run here, and which are external servers.

`make up` saves the plan, and the supervisor reads it.

AUTH_URL, STORAGE_URL, REST_URL and REALTIME_URL name a server that uses the stack's own database and JWT
secret: the gateway forwards to it, our own service is off, and that server creates the service's tables.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from local.settings import Settings, StackError

SERVICES = ("auth", "storage", "rest", "realtime")
VARIABLES = {service: f"{service.upper()}_URL" for service in SERVICES}
STARTED_WITH = ("FUNCTIONS_DIR", "LOCAL_BEHIND_PROXY", "PERIODIC_JOBS")


@dataclass(frozen=True)
class Plan:
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Service: URL of its external server, such as http://127.0.0.1:5000, without a final slash."""
    database_only: bool = False
    """Only Postgres runs, so that external servers can be started on it."""
    variables: dict[str, str] = field(default_factory=dict)
    """The set variables of STARTED_WITH, for the services that the supervisor starts."""


def read(environment: Mapping[str, str], *, database_only: bool = False) -> Plan:
    """Raises StackError for an invalid URL, a missing folder, and a database alone without servers."""
    urls = {service: environment.get(name, "").strip() for service, name in VARIABLES.items()}
    elsewhere = {service: _address(VARIABLES[service], text) for service, text in urls.items() if text}
    if database_only and not elsewhere:
        raise StackError(
            f"a database alone is for servers elsewhere: name them by {', '.join(VARIABLES.values())}"
        )
    variables = {
        name: environment[name].strip() for name in STARTED_WITH if environment.get(name, "").strip()
    }
    if folder := variables.get("FUNCTIONS_DIR"):
        variables["FUNCTIONS_DIR"] = str(_folder(folder))
    return Plan(elsewhere, database_only, variables)


def take(environment: dict[str, str] | os._Environ[str]) -> dict[str, str]:
    """Remove the variables from an environment, so that stacks started with it run their own services."""
    return {name: environment.pop(name) for name in VARIABLES.values() if environment.get(name)}


def save(settings: Settings, plan: Plan) -> None:
    """Save the plan for the supervisor, which reads it at its start and on SIGHUP."""
    half_written = settings.plan.with_suffix(".new")
    half_written.write_text(json.dumps(asdict(plan)))
    half_written.replace(settings.plan)


def load(settings: Settings) -> Plan:
    try:
        return Plan(**json.loads(settings.plan.read_text()))
    except FileNotFoundError:
        return Plan()
    except (ValueError, TypeError) as error:
        raise StackError(f"{settings.plan} cannot be read: delete it, then `make up` writes it") from error


def _folder(text: str) -> Path:
    folder = Path(text).resolve()
    if not folder.is_dir():
        raise StackError(f"FUNCTIONS_DIR={text} is not a folder")
    return folder


def _address(name: str, text: str) -> str:
    try:
        url = urlsplit(text)
        good = _is_address(url)
    except ValueError:
        good = False
    if not good:
        raise StackError(f"{name} must be a server's address such as http://127.0.0.1:5000, not {text!r}")
    return text.rstrip("/")


def _is_address(url: SplitResult) -> bool:
    """Whether the URL has no characters special in a Caddyfile. Raises ValueError for its port."""
    path_is_plain = all(character.isalnum() or character in "/-._~" for character in url.path)
    host_is_plain = all(character.isalnum() or character in "-._:" for character in url.hostname or "")
    rest = url.username or url.password or url.query or url.fragment
    return (
        url.scheme in ("http", "https")
        and bool(url.hostname)
        and (url.port is None or url.port > 0)
        and host_is_plain
        and path_is_plain
        and not rest
    )
