"""Run Supabase's database linter (`supabase db advisors`) on a database."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

from tools import cli
from tools.exits import ToolError

PATHLESS = Path(__file__).with_suffix(".sql")


def faults(url: str) -> Iterator[str]:
    """A sentence for each finding that applies. Raises ToolError if the linter itself fails."""
    harmless = pathless(url)
    for finding in findings(url):
        metadata = finding.get("metadata") or {}
        name = f"{metadata.get('schema')}.{metadata.get('name')}"
        if not (finding["name"] == "function_search_path_mutable" and name in harmless):
            yield f"Supabase's linter, {finding['name']}: {finding['detail']}"


def findings(url: str) -> list[Mapping[str, Any]]:
    """Warnings and errors as the linter reports them. Raises ToolError."""
    options = ("--level=warn", "--fail-on=none", "--output-format=json")
    done = cli.run("db", "advisors", f"--remote={url}", *options)
    try:
        return list(json.loads(done.stdout)["results"])
    except (ValueError, KeyError) as error:
        raise ToolError(f"Supabase's database linter failed:\n{done.stderr}{done.stdout}".strip()) from error


def pathless(url: str) -> set[str]:
    """Names of functions that need no search path.

    An aggregate cannot have one. A body of the form `return …` is parsed at creation and uses none; with a
    search path of its own, a predicate would not be inlined into the queries that call it.
    """
    with psycopg.connect(url, options="-c search_path=") as connection:
        return {name for (name,) in connection.execute(PATHLESS.read_bytes())}
