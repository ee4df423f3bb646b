"""What of the platform is to run here, and which parts are servers that run elsewhere.

`make up` saves it, and the supervisor reads it: a stack runs as the last `make up` says.

AUTH_URL, STORAGE_URL, REST_URL and REALTIME_URL name a server that works on the stack's own database with its
JWT secret: the gateway leads to it, our own part stays off, and the part's tables are that server's to make.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from local.settings import Settings, StackError

PARTS = ("auth", "storage", "rest", "realtime")
VARIABLES = {part: f"{part.upper()}_URL" for part in PARTS}
STARTED_WITH = ("FUNCTIONS_DIR", "LOCAL_BEHIND_PROXY", "PERIODIC_JOBS")


@dataclass(frozen=True)
class Plan:
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Service: the address of its server, as in http://127.0.0.1:5000, without a slash at its end."""
    database_only: bool = False
    """Postgres alone for now: the servers elsewhere are yet to be started on it."""
    variables: dict[str, str] = field(default_factory=dict)
    """Those of STARTED_WITH that are set, for what the supervisor starts."""


def read(environment: Mapping[str, str], *, database_only: bool = False) -> Plan:
    """Raises StackError for an invalid address, a missing folder, and a database alone without a server."""
    given = {part: environment.get(name, "").strip() for part, name in VARIABLES.items()}
    elsewhere = {part: _address(VARIABLES[part], text) for part, text in given.items() if text}
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
    """Take the variables out of an environment, so that what is started from it runs its own parts."""
    return {name: environment.pop(name) for name in VARIABLES.values() if environment.get(name)}


def save(settings: Settings, plan: Plan) -> None:
    """For the supervisor, which reads it at its start and on SIGHUP."""
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
    """Nothing in it means something in the gateway's configuration. Raises ValueError for no port."""
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
