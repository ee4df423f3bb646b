"""Render reference rows, the rows of a new database, as insert statements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tools.schema.words import WIDTH, literal

FILLED = r"\m(now|clock_timestamp|gen_random_uuid|uuidv7|random|nextval)\("
"""Defaults with which the database fills a column itself."""
COLUMNS = """
    select a.attname, format_type(a.atttypid, a.atttypmod), coalesce(pg_get_expr(d.adbin, d.adrelid), 'null')
    from pg_catalog.pg_attribute as a
    left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
    where
        a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped and a.attidentity = ''
        and a.attgenerated = '' and coalesce(pg_get_expr(d.adbin, d.adrelid), '') !~ %s
    order by a.attnum
"""
BARE = ("smallint", "integer", "bigint", "real", "double precision", "numeric", "boolean")


@dataclass(frozen=True)
class Row:
    columns: tuple[str, ...]
    """Columns without those left to their default."""
    values: tuple[str, ...]


def inserts(connection: psycopg.Connection, relation: str) -> Iterator[str]:
    """A statement for each set of columns that rows fill. The connection has no search path."""
    rows = list(_rows(connection, relation))
    for columns in dict.fromkeys(row.columns for row in sorted(rows, key=lambda row: len(row.columns))):
        yield _insert(relation, columns, [row.values for row in rows if row.columns == columns])


def _rows(connection: psycopg.Connection, relation: str) -> Iterator[Row]:
    """In the order of their texts, without nulls and without columns that have the default in all rows."""
    columns = connection.execute(COLUMNS, [relation, FILLED]).fetchall()
    query = sql.SQL("select {} from {}").format(
        sql.SQL(", ").join(_compared(name, default) for name, _, default in columns), sql.SQL(relation)
    )
    stored = connection.execute(query).fetchall()
    filled = [any(row[2 * n + 1] for row in stored) for n in range(len(columns))]
    for row in sorted(stored, key=lambda row: [text or "" for text in row[::2]]):
        used = [
            (name, _value(text, kind))
            for (name, kind, default), text, is_filled in zip(columns, row[::2], filled, strict=True)
            if is_filled and not (text is None and default == "null")
        ]
        yield Row(tuple(name for name, _ in used), tuple(value for _, value in used))


def _compared(name: str, default: str) -> sql.Composed:
    """A column's text, and whether it differs from the default."""
    parts = {"column": sql.Identifier(name), "default": sql.SQL(default)}
    return sql.SQL("{column}::text, {column}::text is distinct from ({default})::text").format(**parts)


def _value(text: str | None, kind: str) -> str:
    if text is None:
        return "null"
    if kind in BARE:
        return text
    return f"interval {literal(text)}" if kind == "interval" else literal(text, "    ")


def _insert(relation: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not columns:
        return f"insert into {relation} default values;"
    head = f"insert into {relation} ({', '.join(columns)}) values"
    if len(head) > WIDTH:
        head = f"insert into {relation} (\n{_wrapped(columns)}\n) values"
    if len(columns) == 1 and len(rows) > 5:
        return f"{head}\n{_wrapped([_tuple(values) for values in rows], '')};"
    return f"{head}\n" + ",\n".join(_tuple(values) for values in rows) + ";"


def _tuple(values: tuple[str, ...]) -> str:
    line = f"({', '.join(values)})"
    return line if len(line) <= WIDTH and "\n" not in line else f"(\n{_wrapped(values)}\n)"


def _wrapped(values: Sequence[str], indent: str = "    ") -> str:
    """Values in lines of at most WIDTH characters."""
    lines: list[str] = []
    for number, value in enumerate(values):
        text = value + ("," if number < len(values) - 1 else "")
        if lines and len(lines[-1]) + len(text) < WIDTH and "\n" not in lines[-1] + text:
            lines[-1] += f" {text}"
        else:
            lines.append(f"{indent}{text}")
    return "\n".join(lines)
