"""supabase/local.toml: what the stack must know of the project beside supabase/config.toml."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from local.settings import ROOT, StackError

QUALIFIED = re.compile(r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*")
"""schema.name, valid in SQL without quotes."""


@dataclass(frozen=True)
class Project:
    """Empty or None for what the project does not have."""

    admission: str = ""
    """The function that counts a request by role, scope and caller."""
    session_check: str = ""
    """The function that raises if the caller's session has ended."""
    rate_limits: str = ""
    """The table of limits by role and scope."""
    documents: Path | None = None
    """The folder of the documents that the landing page links."""
    client: Path | None = None
    """The folder of the web client that the gateway serves at /."""


def load(root: Path = ROOT) -> Project:
    """Raises StackError for an unreadable file, and a name that is not schema.name."""
    path = root / "supabase" / "local.toml"
    try:
        document = tomllib.loads(path.read_text()) if path.exists() else {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise StackError(f"{path} cannot be read: {error}") from error
    names = document.get("database", {})
    page = document.get("page", {})
    return Project(
        **{name: _qualified(names.get(name, "")) for name in ("admission", "session_check", "rate_limits")},
        documents=_folder(root, page.get("documents")),
        client=_folder(root, page.get("client")),
    )


def _folder(root: Path, name: str | None) -> Path | None:
    return root / name if name else None


def _qualified(name: str) -> str:
    if name and not QUALIFIED.fullmatch(name):
        raise StackError(f"a name in supabase/local.toml reads like schema.name, not {name!r}")
    return name
