"""Supabase's own database linter, out of its command line: what it warns of in a database."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

from tools import cli
from tools.exits import ToolError

PATHLESS = Path(__file__).with_suffix(".sql")


def faults(url: str) -> Iterator[str]:
    """Raises ToolError where the linter itself fails."""
    harmless = pathless(url)
    for found in findings(url):
        place = found.get("metadata") or {}
        name = f"{place.get('schema')}.{place.get('name')}"
        if not (found["name"] == "function_search_path_mutable" and name in harmless):
            yield f"Supabase's linter, {found['name']}: {found['detail']}"


def findings(url: str) -> list[Mapping[str, Any]]:
    """Warnings and errors."""
    what = ("--level=warn", "--fail-on=none", "--output-format=json")
    done = cli.ask("db", "advisors", f"--remote={url}", *what)
    try:
        return list(json.loads(done.stdout)["results"])
    except (ValueError, KeyError) as error:
        raise ToolError(f"Supabase's database linter failed:\n{done.stderr}{done.stdout}".strip()) from error


def pathless(url: str) -> set[str]:
    """Functions that need no search path: aggregates cannot have one, a body parsed when made reads none.

    With one of its own, a predicate would not be inlined into the queries that ask it.
    """
    with psycopg.connect(url, options="-c search_path=") as connection:
        return {name for (name,) in connection.execute(PATHLESS.read_bytes())}
