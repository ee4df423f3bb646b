"""Supabase's own command line, out of an npm package: `supabase …`."""

import subprocess
from pathlib import Path

from tools import node
from tools.migration import ROOT

FOLDER = ROOT / "tools" / "supabase_cli"
PROGRAM = FOLDER / "node_modules" / ".bin" / "supabase"
QUIET = {"DO_NOT_TRACK": "1", "SUPABASE_NO_UPDATE_NOTIFIER": "1"}


def ask(*words: str, project: Path = FOLDER) -> subprocess.CompletedProcess[str]:
    """Run a command on a project's folder: by default one without a config.toml. Raises ToolError."""
    node.install(FOLDER, "Supabase's command line")
    return node.run(FOLDER, PROGRAM, *words, f"--workdir={project}", **QUIET)


def show(*words: str) -> int:
    """Run a command on our own project that a person watches; its exit code. Raises ToolError."""
    node.install(FOLDER, "Supabase's command line")
    command: list[str | Path] = [PROGRAM, *words, f"--workdir={ROOT}"]
    return subprocess.run(command, env=node.surroundings() | QUIET, check=False).returncode
