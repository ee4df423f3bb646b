"""Unix sockets of the stack's own servers, in a folder that only its owner can open."""

import hashlib
import os
import re
import stat
from pathlib import Path

import httpx

from local.settings import Settings, StackError

USUAL = re.compile(r"[A-Za-z0-9._/-]{1,60}")
"""A path that fits into a socket address of 107 bytes, without characters special in a Caddyfile."""
PREFIX = "unix:"


def folder(settings: Settings) -> Path:
    """The folder, created for its owner alone. Raises StackError if it belongs to another user."""
    place = settings.run / "sockets"
    if not USUAL.fullmatch(str(place)):
        digest = hashlib.sha256(os.fsencode(settings.directory)).hexdigest()[:16]
        place = Path("/tmp") / f"cinefluent-{os.geteuid()}-{digest}"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = place.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise StackError(f"{place} is for the stack's sockets, and another user has it: remove it")
    place.chmod(0o700)
    return place


def url(path: Path) -> str:
    return f"{PREFIX}{path}"


def is_socket(address: str) -> bool:
    return address.startswith(PREFIX)


def upstream(address: str) -> str:
    """The address in Caddy's syntax."""
    return f"unix/{address.removeprefix(PREFIX)}" if is_socket(address) else address


def transport(address: str) -> httpx.HTTPTransport:
    return httpx.HTTPTransport(uds=address.removeprefix(PREFIX) if is_socket(address) else None)


def client(address: str, path: str = "", timeout: float = 60) -> httpx.Client:
    """A client with the server's `path` as base URL."""
    base = "http://localhost" if is_socket(address) else address
    return httpx.Client(base_url=f"{base}{path}", transport=transport(address), timeout=timeout)
