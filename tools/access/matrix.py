"""Write the access matrix as Markdown for docs/access-matrix.md."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from tools.access.trials import ANON, SERVICE, SIGNED_IN, WITH_ROLES, Access, Relation, Rights, matrix

FUNCTIONS = Path(__file__).with_name("functions.sql")
NOTHING = "-"


@dataclass(frozen=True)
class Function:
    name: str
    is_definer: bool
    roles: list[str]
    others: list[str]


def document(url: str) -> str:
    """The document for the database at the URL; trials are rolled back. Raises LookupError as rows.new."""
    with psycopg.connect(url) as db:
        rights = matrix(db)
        functions = functions_of(db)
        db.rollback()
    return "\n".join([*tables(rights), *app_roles(rights), *executable(functions)])


def functions_of(db: psycopg.Connection) -> list[Function]:
    with db.cursor(row_factory=class_row(Function)) as cursor:
        return cursor.execute(FUNCTIONS.read_bytes()).fetchall()


def tables(all_rights: Iterable[Rights]) -> Iterator[str]:
    yield "## Tables and views\n"
    yield "| | anon | signed in, own row | signed in, another's | service_role |\n|---|---|---|---|---|"
    for rights in all_rights:
        accesses = (
            rights.others[ANON],
            rights.own[SIGNED_IN],
            rights.others[SIGNED_IN],
            rights.others[SERVICE],
        )
        yield _row(f"`{rights.relation.name}`", *(cell(rights.relation, one) for one in accesses))
    yield ""


def app_roles(all_rights: Iterable[Rights]) -> Iterator[str]:
    yield "## What app roles may do in addition\n"
    lines = [line for rights in all_rights for line in _beyond(rights)]
    if lines:
        yield "| | role | own row | another's |\n|---|---|---|---|"
        yield from lines
    else:
        yield "No app role may do more, or less, than any signed-in user."
    yield ""


def _beyond(rights: Rights) -> Iterator[str]:
    for actor in WITH_ROLES:
        own, others = rights.own[actor], rights.others[actor]
        if (own, others) != (rights.own[SIGNED_IN], rights.others[SIGNED_IN]):
            cells = cell(rights.relation, own), cell(rights.relation, others)
            yield _row(f"`{rights.relation.name}`", actor.name, *cells)


def cell(relation: Relation, access: Access) -> str:
    """The allowed commands as SQL names them, with columns if not all of them may be used."""
    acts = [
        _act("select", access.select, relation.columns),
        _act("insert", access.insert, relation.written),
        _act("update", access.update, relation.written),
        "delete" if access.delete else "",
    ]
    if acts == ["select", "insert", "update", "delete"]:
        return "all"
    return "; ".join(filter(None, acts)) or NOTHING


def _act(verb: str, columns: tuple[str, ...], every: list[str]) -> str:
    return verb if list(columns) == every else f"{verb} ({', '.join(columns)})" if columns else ""


def executable(functions: list[Function]) -> Iterator[str]:
    yield "## Who may execute functions\n"
    yield "| | who | runs as |\n|---|---|---|"
    for function in functions:
        if who := [*function.roles, *function.others]:
            yield _row(
                f"`{function.name}`", ", ".join(who), "its owner" if function.is_definer else "its caller"
            )
    yield ""
    unreached = [function for function in functions if not function.roles and not function.others]
    for title, definer in (("as their owner", True), ("as their caller", False)):
        names = ", ".join(f"`{f.name}`" for f in unreached if f.is_definer is definer)
        yield f"Executable only by triggers, jobs and other functions, running {title}: {names or 'none'}.\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
