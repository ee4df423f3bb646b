"""What of the platform is to run here, and which parts are servers that run elsewhere.

AUTH_URL, STORAGE_URL, REST_URL and REALTIME_URL name a server that works on the stack's own database with its
JWT secret: the gateway leads to it, our own part stays off, and the part's tables are that server's to make.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from urllib.parse import SplitResult, urlsplit

from local.settings import Settings, StackError

PARTS = ("auth", "storage", "rest", "realtime")
VARIABLES = {part: f"{part.upper()}_URL" for part in PARTS}


@dataclass(frozen=True)
class Plan:
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Part: the address of its server, as in http://127.0.0.1:5000, without a slash at its end."""
    database_only: bool = False
    """Postgres alone for now: the servers elsewhere are yet to be started on it."""


def read(environment: Mapping[str, str], *, database_only: bool = False) -> Plan:
    """Raises StackError when an address is none, and when the database alone is wanted for nobody."""
    given = {part: environment.get(name, "").strip() for part, name in VARIABLES.items()}
    elsewhere = {part: _address(VARIABLES[part], text) for part, text in given.items() if text}
    if database_only and not elsewhere:
        raise StackError(
            f"a database alone is for servers elsewhere: name them by {', '.join(VARIABLES.values())}"
        )
    return Plan(elsewhere, database_only)


def take(environment: dict[str, str] | os._Environ[str]) -> dict[str, str]:
    """Take the variables out of an environment, so that what is started from it runs its own parts."""
    return {name: environment.pop(name) for name in VARIABLES.values() if environment.get(name)}


def save(settings: Settings, plan: Plan) -> None:
    """For the supervisor, which reads it at its start and when it is told to."""
    half_written = settings.plan.with_suffix(".new")
    half_written.write_text(json.dumps(asdict(plan)))
    half_written.replace(settings.plan)


def load(settings: Settings) -> Plan:
    try:
        return Plan(**json.loads(settings.plan.read_text()))
    except FileNotFoundError:
        return Plan()


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
