"""Write the record of personal data, its purpose and retention as Markdown, from private.data_inventory."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import class_row

QUERY = Path(__file__).with_suffix(".sql")
ERASURE = {"delete": "deleted", "keep_pseudonymous": "kept, pseudonymised"}


@dataclass(frozen=True)
class Entry:
    relation: str
    holds: str
    is_personal: bool
    purpose: str | None
    retention: str | None
    retention_column: str | None
    on_erasure: str


def markdown(url: str) -> str:
    with psycopg.connect(url, row_factory=class_row(Entry)) as connection:
        tables = connection.execute(QUERY.read_bytes()).fetchall()
    lines = [
        "| table | content | purpose | retention | when the account is deleted |",
        "|---|---|---|---|---|",
    ]
    lines += [_row(table) for table in tables if table.is_personal]
    others = ", ".join(f"`{table.relation}`" for table in tables if not table.is_personal)
    return "\n".join([*lines, "", f"These tables hold no personal data: {others}.", ""])


def _row(table: Entry) -> str:
    cells = (f"`{table.relation}`", table.holds, table.purpose, _period(table), ERASURE[table.on_erasure])
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _period(table: Entry) -> str:
    if table.retention:
        return f"{table.retention} from `{table.retention_column}`"
    return "as long as the account" if table.on_erasure == "delete" else "without limit"
