"""Document a database's tables, views and types as Markdown, from its comments."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import psycopg
from psycopg.rows import class_row

QUERY = Path(__file__).with_suffix(".sql")


@dataclass(frozen=True)
class Column:
    relation: str
    kind: str
    relation_comment: str | None
    name: str
    type: str
    comment: str | None
    constraints: list[str]


def markdown(url: str) -> str:
    with psycopg.connect(url, options="-c search_path=", row_factory=class_row(Column)) as connection:
        columns = connection.execute(QUERY.read_bytes()).fetchall()
    relations = [list(group) for _, group in groupby(columns, lambda c: c.relation)]
    lines = [line for relation in relations for line in _relation(relation)]
    return "\n".join([contents([relation[0].relation for relation in relations]), *lines])


def contents(relations: list[str]) -> str:
    """The table of contents: a link to each heading, with the anchors that GitHub generates."""
    links = (f"[{name}](#{name.replace('.', '')})" for name in relations)
    return f"{', '.join(links)}\n"


def _relation(columns: list[Column]) -> Iterator[str]:
    first = columns[0]
    yield f"## {first.relation}\n"
    yield f"{first.kind}. {first.relation_comment}\n"
    if first.kind in ("View", "Type"):
        yield ", ".join(f"`{column.name}` {column.type}" for column in columns)
    else:
        yield "| column | type | meaning |\n|---|---|---|"
        yield from (f"| `{c.name}` | {c.type} | {_cell(c.comment)} |" for c in columns)
    yield ""
    if first.constraints:
        yield from (f"- `{constraint}`" for constraint in first.constraints)
        yield ""


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("\n", " ")
