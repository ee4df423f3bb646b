"""Run Supabase's command line (`supabase …`), which an npm package provides."""

import subprocess
from pathlib import Path

from tools import node
from tools.migration import ROOT

FOLDER = ROOT / "tools" / "supabase_cli"
PROGRAM = FOLDER / "node_modules" / ".bin" / "supabase"
QUIET = {"DO_NOT_TRACK": "1", "SUPABASE_NO_UPDATE_NOTIFIER": "1"}


def run(*words: str, project: Path = FOLDER) -> subprocess.CompletedProcess[str]:
    """Run a command and capture its output; the default project has no config.toml. Raises ToolError."""
    node.install(FOLDER, "Supabase's command line")
    return node.run(FOLDER, PROGRAM, *words, f"--workdir={project}", **QUIET)


def show(*words: str) -> int:
    """Run a command on this project and show its output; returns the exit code. Raises ToolError."""
    node.install(FOLDER, "Supabase's command line")
    command: list[str | Path] = [PROGRAM, *words, f"--workdir={ROOT}"]
    return subprocess.run(command, env=node.surroundings() | QUIET, check=False).returncode
