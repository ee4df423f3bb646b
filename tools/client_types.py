"""Generate the API's types for clients in TypeScript and Python, with Supabase's command line."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools import cli
from tools.exits import ToolError
from tools.migration import ROOT

FOLDER = ROOT / "client_types"
FILES = {"typescript": FOLDER / "database.ts", "python": FOLDER / "database.py"}
FORMAT = [str(Path(sys.executable).with_name("deno")), "fmt", "--quiet", "--line-width=110", "--ext=ts", "-"]
VECTOR = "list[Any]", "str"
"""The Python type that the command line gives a vector, and the type of REST's response; lists are `List`."""
PLATFORM = re.compile(r"^(?!Public)\w+: TypeAlias = .*\n\n", re.MULTILINE)
"""Enumerations of schemas that are not exposed to clients."""


def write(url: str) -> None:
    for language, path in FILES.items():
        path.write_text(generated(url, language))


def faults(url: str) -> Iterator[str]:
    for language, path in FILES.items():
        if path.read_text() != generated(url, language):
            yield f"client_types/{path.name} is not what the migrations make: run `make docs`"


def generated(url: str, language: str) -> str:
    """The text of the language's file. Raises ToolError."""
    database = f"--remote={url}?sslmode=disable"
    done = cli.run("gen", "types", f"--lang={language}", "--schema=public", database)
    if done.returncode:
        raise ToolError(f"Supabase's command line could not make the types:\n{done.stderr.strip()}")
    return _typescript(done.stdout) if language == "typescript" else _python(done.stdout)


def _typescript(text: str) -> str:
    done = subprocess.run(FORMAT, input=text, capture_output=True, text=True, check=True)
    return f"// Written by `make docs`.\n\n{done.stdout}"


def _python(text: str) -> str:
    return f"# Written by `make docs`.\n{PLATFORM.sub('', text).replace(*VECTOR).strip()}\n"
