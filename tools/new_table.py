"""Write the skeleton of a table that belongs to accounts: migration, access, triggers, tests and sample row.

    python -m tools.new_table NAME DOMAIN

Every file passes lint, drift and its tests as written; each TODO in it is a sentence for you to write. An
invalid or existing name is refused with a sentence and exit status 2.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from string import Template

from tools import exits, migration
from tools.schema import domains

ROOT = migration.ROOT
TEMPLATES = Path(__file__).parent / "templates"
ROWS = "tools/access/rows.py"
DOMAINS = "tools/schema/domains.py"
SAMPLE = """def {table}(db: psycopg.Connection, who: Person) -> Row:
    return {{"account_id": who.id, "title": letters()}}


"""
NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")


def files(table: str, domain: str, stamp: str) -> dict[str, str]:
    """Path and text of each new file."""
    access, triggers = (f"sql/{folder}/{table}.sql" for folder in ("access", "triggers"))
    texts = {access: filled("access.sql.txt", table), triggers: filled("triggers.sql.txt", table)}
    carried = "".join(f"\n-- source: {path}\n{texts[path]}" for path in (triggers, access))
    return texts | {
        f"supabase/migrations/{stamp}_{table}.sql": filled("table.sql.txt", table) + carried,
        f"tests/sql/{domain}/test_{table}.py": filled("test.py.txt", table),
    }


def filled(template: str, table: str) -> str:
    return Template((TEMPLATES / template).read_text()).substitute(table=table)


def with_sample(rows: str, table: str) -> str:
    """The module of sample rows with a sample for the table, which the access matrix tests."""
    head, start, rest = rows.partition("\nROWS: ")
    entries, end, tail = rest.partition("\n}\n")
    entry = f'\n    "public.{table}": {table},'
    return f"{head}\n{SAMPLE.format(table=table)}{start.lstrip()}{entries}{entry}{end}{tail}"


def with_domain(text: str, table: str, domain: str) -> str:
    """The module that assigns tables to domains, with the table at the end of its domain."""
    head, start, rest = text.partition(f'    "{domain}": """')
    names, end, tail = rest.partition('\n    """')
    return f"{head}{start}{names}\n        public.{table}{end}{tail}"


def refusal(table: str, domain: str) -> str | None:
    if not NAME.fullmatch(table):
        return (
            "a table's name has 2 to 41 lower-case letters, digits and _, as in `make table name=watchlists`"
        )
    if domain not in domains.RELATIONS:
        return f"domain is one of {', '.join(domains.RELATIONS)}, as in `make table name=… domain=catalog`"
    if (ROOT / f"sql/access/{table}.sql").exists():
        return f"there is a table {table}: see sql/access/{table}.sql"
    return None


def main() -> int:
    table, domain = sys.argv[1:] if len(sys.argv) == 3 else ("", "")
    if reason := refusal(table, domain):
        sys.stderr.write(reason + "\n")
        return 2
    changed = {
        ROWS: with_sample((ROOT / ROWS).read_text(), table),
        DOMAINS: with_domain((ROOT / DOMAINS).read_text(), table, domain),
    }
    for path, text in (files(table, domain, migration.next_stamp(datetime.now(UTC))) | changed).items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text)
        sys.stdout.write(f"{path}\n")
    sys.stdout.write("replace each TODO, then run `make docs` and `make check`\n")
    return 0


if __name__ == "__main__":
    sys.exit(exits.exit_status(main))
