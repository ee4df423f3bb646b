"""Where the stack's own servers listen: sockets in a folder that only its owner enters."""

import hashlib
import os
import re
import stat
from pathlib import Path

import httpx

from local.settings import Settings, StackError

USUAL = re.compile(r"[A-Za-z0-9._/-]{1,60}")
"""A folder's path that fits into a socket's address of 107 bytes, and means nothing in a configuration."""
PREFIX = "unix:"


def folder(settings: Settings) -> Path:
    """Made if it is not there, for its owner alone. Raises StackError for one that is another user's."""
    place = settings.run / "sockets"
    if not USUAL.fullmatch(str(place)):
        digest = hashlib.sha256(os.fsencode(settings.directory)).hexdigest()[:16]
        place = Path("/tmp") / f"cinefluent-{os.geteuid()}-{digest}"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StackError(f"{place} is for the stack's sockets, and another user has it: remove it")
    place.chmod(0o700)
    return place


def url(path: Path) -> str:
    return f"{PREFIX}{path}"


def is_socket(address: str) -> bool:
    return address.startswith(PREFIX)


def upstream(address: str) -> str:
    """As Caddy names what it passes requests on to."""
    return f"unix/{address.removeprefix(PREFIX)}" if is_socket(address) else address


def transport(address: str) -> httpx.HTTPTransport:
    return httpx.HTTPTransport(uds=address.removeprefix(PREFIX) if is_socket(address) else None)


def client(address: str, path: str = "", timeout: float = 60) -> httpx.Client:
    """A client whose URLs begin at the server's root, and at `path` of it."""
    base = "http://localhost" if is_socket(address) else address
    return httpx.Client(base_url=f"{base}{path}", transport=transport(address), timeout=timeout)
