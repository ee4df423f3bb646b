"""Folders and ports of the stack, read once from the environment."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 54321
PORT_FILE = "port"


class StackError(Exception):
    """An error that a person can correct; the message says how."""


@dataclass(frozen=True)
class Settings:
    directory: Path
    """State: data, logs, keys. LOCAL_DIR, by default .local in the project."""
    data: Path
    """Postgres's data directory."""
    cache: Path
    """Binaries shared by all clones and stacks of this machine."""
    port: int
    """The gateway's port; Postgres takes the next one. LOCAL_PORT, by default the port of the last start."""
    env_file: Path
    behind_proxy: bool = False
    """Whether a proxy before the gateway sets cf-ipcountry and cf-connecting-ip, as Cloudflare does."""
    connections: int = 8000
    """Connections of all clients to the gateway. LOCAL_CONNECTIONS."""
    connections_each: int = 500
    """Connections of one address, without a proxy. LOCAL_CONNECTIONS_EACH."""
    functions: Path = ROOT / "supabase" / "functions"
    """The folder of functions. FUNCTIONS_DIR names another than the project's."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def postgres_port(self) -> int:
        return self.port + 1

    @property
    def files(self) -> Path:
        """The folder of Storage."""
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

    @property
    def port_file(self) -> Path:
        """The file with the port of the last start."""
        return self.directory / PORT_FILE

    def log(self, service: str) -> Path:
        return self.logs / f"{service}.log"

    def relative_log(self, service: str) -> str:
        """The path of the log relative to the present folder."""
        return os.path.relpath(self.log(service))


def as_root() -> bool:
    return os.geteuid() == 0


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises StackError if LOCAL_PORT is not a port, or a number is not positive."""
    default = ROOT / ".local"
    directory = Path(environment.get("LOCAL_DIR") or default).resolve()
    port = environment.get("LOCAL_PORT") or last_port(directory) or DEFAULT_PORT
    return Settings(
        directory=directory,
        data=_data(directory),
        cache=cache_folder(),
        port=_port(str(port)),
        env_file=(ROOT if directory == default else directory) / ".env.local",
        behind_proxy=environment.get("LOCAL_BEHIND_PROXY") == "1",
        connections=_number(environment, "LOCAL_CONNECTIONS", Settings.connections),
        connections_each=_number(environment, "LOCAL_CONNECTIONS_EACH", Settings.connections_each),
        functions=Path(environment.get("FUNCTIONS_DIR") or Settings.functions).resolve(),
    )


def last_port(directory: Path) -> int | None:
    """The port of the last start in this folder, None without one."""
    try:
        return int((directory / PORT_FILE).read_text())
    except (OSError, ValueError):
        return None


def _port(text: str) -> int:
    if text.isdecimal() and text.isascii() and 1024 <= int(text) <= 65534:
        return int(text)
    raise StackError(f"LOCAL_PORT must be a port from 1024 to 65534, not {text!r}")


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise StackError(f"{name} must be a whole number above zero, not {text!r}")


def cache_folder() -> Path:
    """The cache that all clones share: CINEFLUENT_CACHE, or in the user's home."""
    if path := os.environ.get("CINEFLUENT_CACHE"):
        return Path(path).resolve()
    return Path("/var/cache/cinefluent") if as_root() else Path.home() / ".cache" / "cinefluent"


def _data(directory: Path) -> Path:
    """Postgres refuses root; its system user may not be able to open the clone's folder."""
    existing = next(parent for parent in (directory, *directory.parents) if parent.exists())
    if not as_root() or all(p.stat().st_mode & 0o001 for p in (existing, *existing.parents)):
        return directory / "data"
    return Path("/var/lib/cinefluent") / hashlib.sha256(bytes(directory)).hexdigest()[:16] / "data"
