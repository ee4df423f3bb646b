"""Check every SQL file and the documents generated from sql/, without a database: `python -m tools.lint_sql`.

PostgreSQL 17's parser reads all files; sql/ follows the rules of tools/rules.py; sqlfluff checks the style;
squawk finds migrations that would lock a table or break running clients. Landed migrations are unchanged.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pglast

from tools import docs, exits, landed, migration, rules, schema, source

ROOT = migration.ROOT
FOLDERS = ("sql", "supabase", "local", "seed", "workers", "webhooks", "tools", "tests", "bench")
STYLED = ("sql", "supabase/migrations", "tools")
VENDORED = "_queue.sql"
"""How the name of the migration with Procrastinate's own schema ends."""
PLACEHOLDER = re.compile(r"%(\(\w+\))?s\b")


def main() -> int:
    faults = [*landed.check(), *(list(unparsable()) or list(broken_rules()) or list(docs.faults()))]
    sys.stderr.writelines(f"{line}\n" for line in faults)
    styled = [path for folder in STYLED for path in files(folder) if not _copied(path)]
    migrations = [path for path in files("supabase/migrations") if not path.name.endswith(VENDORED)]
    return max(
        1 if faults else 0,
        _tool("sqlfluff", "lint", "--disable-progress-bar", *map(_relative, styled)),
        _tool("squawk", "--reporter=gcc", *map(_relative, migrations)),
    )


def files(folder: str) -> list[Path]:
    return [p for p in sorted((ROOT / folder).rglob("*.sql")) if "node_modules" not in p.parts]


def unparsable() -> Iterator[str]:
    for path in (path for folder in FOLDERS for path in files(folder)):
        if fault := grammar(path.read_text()):
            yield f"{_relative(path)}: {fault}"


def grammar(text: str) -> str | None:
    """The error of PostgreSQL 17's parser, or None. Psycopg's placeholders stand for any value."""
    sql = PLACEHOLDER.sub("$1", text)
    try:
        pglast.parse_sql(sql)
    except pglast.parser.ParseError as error:
        message, index = error.args
        return f"line {sql.count(chr(10), 0, index) + 1}: {message}"
    return None


def broken_rules() -> Iterator[str]:
    sources = [source.read(path, text) for path, text in migration.sources().items()]
    for one in sources:
        for fault in rules.faults(one, sources):
            yield f"{one.path}: {fault}"


def _copied(path: Path) -> bool:
    """Whether the file is vendored, generated or carries files of sql/, which are checked themselves."""
    if schema.folder() in path.parents or path.name.endswith(VENDORED):
        return True
    return migration.MARK.search(path.read_text()) is not None


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tool(name: str, *arguments: str) -> int:
    """Run a linter; print its output only if it fails. Returns 0 or 1."""
    done = subprocess.run(
        [Path(sys.executable).with_name(name), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
    return min(done.returncode, 1)


if __name__ == "__main__":
    sys.exit(exits.exit_status(main))
