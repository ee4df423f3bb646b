"""Rules for every file of sql/, checked on its text alone; each fault is a sentence."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

import pglast
from pglast import ast

from tools.source import (
    NO_CONTENT,
    SECTIONS,
    Header,
    Source,
    complete,
    header,
    inputs,
    option,
    qualified,
    roles,
    search_path,
)

MAKERS = (ast.CreateFunctionStmt, ast.ViewStmt, ast.DefineStmt)
SCHEMAS = {"rpc": "public", "private": "private"}
ORDERS = {
    "rpc": r"create comment revoke grant",
    "private": r"(load )?create comment revoke( grant)?",
    "view": r"create comment( revoke)?( grant)?",
}
QUEUE = ("private.enqueue", "private.delete_jobs_naming")
"""Functions with the queue's search path: the queue's own functions use unqualified names."""
CODELESS = re.compile(r"\braise exception(?! sqlstate)(?:'[^']*'|(?!\berrcode\b)[^;'])*;")
LONGEST = 150
FULLEST = 20
"""Files of a folder that a reader takes in at a glance."""
KIND = re.compile(r"(?:Trigger|Hook|Worker|Policy predicate|Helper)\. ")


def faults(source: Source, sources: list[Source]) -> Iterator[str]:
    """Faults of `source`, one of `sources`."""
    yield from _direction(source, sources)
    if source.folder == "private":
        yield from room(source, sources)
    if source.folder == "access":
        yield from policies(source)
    if source.folder in SCHEMAS:
        yield from statements(source)
        if source.function:
            yield from attributes(source)
            yield from body(source)
    if source.folder == "rpc" and source.function:
        yield from described(source, header(source))
        yield from _raises(source, sources)


def room(source: Source, sources: list[Source]) -> Iterator[str]:
    """A private function is in a folder by subject with few files, and its header begins with its kind."""
    folder = PurePath(source.path).parent
    if len(folder.parts) != 4:
        yield "a private function is in sql/private/DOMAIN/SUBJECT/"
    neighbours = sum(PurePath(other.path).parent == folder for other in sources)
    if neighbours > FULLEST:
        yield f"its folder has {neighbours} files, more than {FULLEST}: divide it by subject"
    if source.function and not KIND.match(" ".join(source.comment)):
        yield "the header begins with its kind: Trigger., Hook., Worker., Policy predicate. or Helper."


def statements(source: Source) -> Iterator[str]:
    """A file creates one object, named like the file, with its other statements in a fixed order."""
    creations = [s for s in source.statements if isinstance(s, MAKERS)]
    if len(creations) != 1:
        yield f"a file makes one function or view, this one {len(creations)}"
        return
    name = f"{SCHEMAS[source.folder]}.{source.name}"
    if qualified(creations[0]) != name:
        yield f"makes {qualified(creations[0])}: by its path it should make {name}"
    if not creations[0].replace:
        yield "must say create or replace"
    words = " ".join(_word(s) for s in source.statements)
    kind = "view" if isinstance(creations[0], ast.ViewStmt) else source.folder
    if not re.fullmatch(ORDERS[kind], words):
        yield f"statements are in the order {ORDERS[kind]}, here: {words}"
    if len(source.text.splitlines()) > LONGEST:
        yield f"is longer than {LONGEST} lines"


def attributes(source: Source) -> Iterator[str]:
    """A definer function has a reason and the right folder; every function has its search path."""
    definer = option(source.function, "security")
    explained = any(line.startswith("Definer: ") for line in source.comment)
    if definer and source.folder != "private":
        yield "a security definer function lives in sql/private"
    if definer and not explained:
        yield "says security definer, but no line of its header begins with `-- Definer:` and says why"
    if explained and not definer:
        yield "is explained as a definer, but is none"
    wanted = "procrastinate" if qualified(source.function) in QUEUE else ""
    if not source.function.sql_body and search_path(source.function) != wanted:
        yield f"must have set search_path = '{wanted}'"


def body(source: Source) -> Iterator[str]:
    """The function's body, which PostgreSQL's parser reads as a string: its syntax and its error codes."""
    try:
        if source.function.sql_body:
            return
        if option(source.function, "language").sval == "sql":
            pglast.parse_sql(option(source.function, "as")[0].sval)
        else:
            pglast.parse_plpgsql(source.text)
    except pglast.parser.ParseError as error:
        yield f"body: {error}"
    if CODELESS.search(source.text):
        yield "raises an exception without an errcode, which clients cannot distinguish from others"


def described(source: Source, head: Header) -> Iterator[str]:
    """The header has all that the API page shows, and agrees with the function."""
    if not re.search(r"\w[^.]*\.", head.description):
        yield "the header begins with a sentence that says what the function does for its caller"
    names = inputs(source.function)
    if list(head.parameters) != names:
        yield f"the header names the parameters {_list(head.parameters)}, the function has {_list(names)}"
    if tuple(head.sections) != SECTIONS:
        yield f"the header has the lines {', '.join(SECTIONS)} in that order, here: {_list(head.sections)}"
    granted = [role for s in source.statements if _word(s) == "grant" for role in roles(s.grantees)]
    if head.roles != granted:
        yield f"the header names the roles {_list(head.roles)}, the grant {_list(granted)}"
    yield from _example(source.name, head.sections.get("Example:", ""), names)
    yield from _response(source.function, head.sections.get("Example response:", ""))


def policies(source: Source) -> Iterator[str]:
    for statement in source.statements:
        if isinstance(statement, ast.CreatePolicyStmt):
            name, start = statement.policy_name, f"{statement.table.relname}_{statement.cmd_name}_"
            if not name.startswith(start):
                yield f"policy {name} should be called {start}… and whom it is for"
            if "public" in roles(statement.roles):
                yield f"policy {name} must say to whom it applies"


def _example(name: str, text: str, parameters: list[str]) -> Iterator[str]:
    call = re.fullmatch(rf"rpc/{name} (\{{.*\}})", text)
    try:
        arguments = json.loads(call[1].replace(", …", "")) if call else None
    except ValueError:
        arguments = None
    if arguments is None:
        yield f"the example reads: rpc/{name} {{JSON}}"
    elif unknown := arguments.keys() - set(parameters):
        yield f"the example sends {_list(sorted(unknown))}, which the function does not have"


def _response(function: Any, text: str) -> Iterator[str]:
    """The example response is JSON; of a void function the text NO_CONTENT."""
    is_void = function.returnType is not None and function.returnType.names[-1].sval == "void"
    if is_void != (text == NO_CONTENT):
        yield f"the example response of a void function, and of no other, reads: {NO_CONTENT}"
    elif not is_void:
        try:
            json.loads(complete(text))
        except ValueError:
            yield "the example response is not JSON (a list that leaves elements out ends with `, …]`)"


def _raises(source: Source, sources: list[Source]) -> Iterator[str]:
    helpers = {s.name: s for s in sources if s.folder == "private"}
    raises = header(source).sections.get("Raises", "")
    missing = {code for code in _reachable(source, helpers) if code not in raises}
    if missing:
        yield f"can raise {_list(sorted(missing))}: the header's Raises does not say when"


def _reachable(source: Source, helpers: dict[str, Source]) -> set[str]:
    """The error codes that a function and all helpers it calls can raise."""
    seen, left = set[str](), [source]
    codes = set[str]()
    while left:
        current = left.pop()
        codes |= current.raised
        called = set(re.findall(r"\bprivate\.(\w+)\(", current.text)) & helpers.keys() - seen
        seen |= called
        left += [helpers[name] for name in called]
    return codes


def _direction(source: Source, sources: list[Source]) -> Iterator[str]:
    api = {s.name for s in sources if s.folder == "rpc"}
    if source.folder != "rpc":
        for name in sorted(api & set(re.findall(r"\bpublic\.(\w+)\(", source.text))):
            yield f"calls public.{name}: helpers, policies and triggers call sql/private only"


def _word(statement: Any) -> str:
    """The kind of a statement, as the patterns of ORDERS name it."""
    if isinstance(statement, MAKERS):
        return "create"
    if isinstance(statement, ast.CommentStmt):
        return "comment"
    if isinstance(statement, ast.SelectStmt):
        return "load"
    if isinstance(statement, ast.GrantStmt):
        if statement.is_grant:
            return "grant"
        return "revoke" if "public" in roles(statement.grantees) else "revoke from others"
    return type(statement).__name__


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
