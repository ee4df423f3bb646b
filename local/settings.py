"""Where the stack keeps its things and which ports it takes; read once, from the environment."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 54321


class StackError(Exception):
    """Something a person must put right; the message says what and how."""


@dataclass(frozen=True)
class Settings:
    directory: Path
    """State: data, logs, keys. LOCAL_DIR, by default .local in the project."""
    data: Path
    """Postgres's data directory."""
    cache: Path
    """Binaries shared by all clones and stacks of this machine."""
    port: int
    """The gateway's port; Postgres takes the next one."""
    env_file: Path
    behind_proxy: bool = False
    """Whether a proxy before the gateway sets cf-ipcountry and cf-connecting-ip, as Cloudflare does."""
    connections: int = 8000
    """To the gateway, of all clients. LOCAL_CONNECTIONS."""
    connections_each: int = 500
    """Of one address, where no proxy is everybody's. LOCAL_CONNECTIONS_EACH."""
    functions: Path = ROOT / "supabase" / "functions"
    """What is served at /functions/v1. FUNCTIONS_DIR names another folder than the project's."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def postgres_port(self) -> int:
        return self.port + 1

    @property
    def files(self) -> Path:
        """Storage's folder."""
        return self.directory / "storage"

    @property
    def logs(self) -> Path:
        return self.directory / "logs"

    @property
    def run(self) -> Path:
        return self.directory / "run"

    @property
    def state(self) -> Path:
        return self.directory / "state.json"

    @property
    def plan(self) -> Path:
        return self.directory / "plan.json"

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def shown(self, part: str) -> str:
        """The log's path as a person in this folder would type it."""
        return os.path.relpath(self.log(part))


def as_root() -> bool:
    return os.geteuid() == 0


def load() -> Settings:
    """Raises StackError when LOCAL_PORT is not a port, or a number is none."""
    default = ROOT / ".local"
    directory = Path(os.environ.get("LOCAL_DIR") or default).resolve()
    return Settings(
        directory=directory,
        data=_data(directory),
        cache=_cache(),
        port=_port(os.environ.get("LOCAL_PORT") or str(DEFAULT_PORT)),
        env_file=(ROOT if directory == default else directory) / ".env.local",
        behind_proxy=os.environ.get("LOCAL_BEHIND_PROXY") == "1",
        connections=_number("LOCAL_CONNECTIONS", Settings.connections),
        connections_each=_number("LOCAL_CONNECTIONS_EACH", Settings.connections_each),
        functions=Path(os.environ.get("FUNCTIONS_DIR") or Settings.functions).resolve(),
    )


def _port(text: str) -> int:
    if text.isdigit() and 1024 <= int(text) <= 65534:
        return int(text)
    raise StackError(f"LOCAL_PORT must be a port from 1024 to 65534, not {text!r}")


def _number(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise StackError(f"{name} must be a whole number above zero, not {text!r}")


def _cache() -> Path:
    if path := os.environ.get("CINEFLUENT_CACHE"):
        return Path(path).resolve()
    return Path("/var/cache/cinefluent") if as_root() else Path.home() / ".cache" / "cinefluent"


def _data(directory: Path) -> Path:
    """Postgres refuses root and runs as a system user, who may be unable to enter the clone's folder."""
    existing = next(parent for parent in (directory, *directory.parents) if parent.exists())
    if not as_root() or all(p.stat().st_mode & 0o001 for p in (existing, *existing.parents)):
        return directory / "data"
    return Path("/var/lib/cinefluent") / hashlib.sha256(bytes(directory)).hexdigest()[:16] / "data"
