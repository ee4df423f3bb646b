"""Parse a file of sql/: its header, and its statements by PostgreSQL 17's parser."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pglast
from pglast import ast
from pglast.enums import FunctionParameterMode, RoleSpecType

SECTIONS = ("Returns", "Raises", "Roles:", "Example:", "Example response:")
NO_CONTENT = "204, no content"
"""The example response of a function that returns nothing."""
CUT = '"…"'
"""The last element of a list whose example leaves elements out."""
PARAMETER = re.compile(r" {2}(\w+) {2,}(\S.*)")
CODE = re.compile(r"\b(?:PGRST|PT\d{3}|\d[0-9A-Z]{4})\b")
REFUSED = re.compile(r"\bprivate\.refuse\(\s*\d{3},\s*'(\w+)'")
"""An error code raised through private.refuse; the sqlstate PGRST itself is not an error code of ours."""
LITERAL = re.compile(r"(?:\berrcode\s*=|\braise\s+(?:exception\s+)?sqlstate)\s*'(\w{5})'")
DONE_TRIGGER = re.compile(r"\bcreate constraint trigger (\w+)\s+after [\w ]+ on ([\w.]+)")
"""A trigger that a `do` block creates if it is missing, since a constraint trigger cannot be replaced."""
OUTPUT = (FunctionParameterMode.FUNC_PARAM_OUT, FunctionParameterMode.FUNC_PARAM_TABLE)


@dataclass(frozen=True)
class Header:
    """The header comment of an API function, parsed."""

    description: str
    parameters: dict[str, str]
    sections: dict[str, str]
    """The text of each section of SECTIONS, in the order of the file."""

    @property
    def roles(self) -> list[str]:
        return re.findall(r"\w+", self.sections.get("Roles:", ""))

    @property
    def codes(self) -> set[str]:
        return set(CODE.findall(self.sections.get("Raises", "")))


@dataclass(frozen=True)
class Source:
    path: str
    text: str
    statements: list[Any]

    @property
    def folder(self) -> str:
        """One of rpc, private, access, triggers."""
        return PurePath(self.path).parts[1]

    @property
    def domain(self) -> str:
        return PurePath(self.path).parts[2]

    @property
    def name(self) -> str:
        return PurePath(self.path).stem

    @property
    def comment(self) -> list[str]:
        """The lines of the header comment, without their dashes."""
        lines = self.text.splitlines()
        length = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
        return [line.removeprefix("--").removeprefix(" ") for line in lines[:length]]

    @property
    def function(self) -> Any:
        return next((s for s in self.statements if isinstance(s, ast.CreateFunctionStmt)), None)

    @property
    def raised(self) -> set[str]:
        """The error codes that the file's code raises."""
        return {*LITERAL.findall(self.text), *REFUSED.findall(self.text)} - {"PGRST"}


def read(path: str, text: str) -> Source:
    """The parsed file. Raises pglast.parser.ParseError."""
    return Source(path, text, [raw.stmt for raw in pglast.parse_sql(text)])


def header(source: Source) -> Header:
    """Parse description, one line a parameter, and sections; a long text continues on the next line."""
    texts: dict[str, str] = {"": ""}
    parameters: dict[str, str] = {}
    into, key = texts, ""
    for line in source.comment:
        section = next((s for s in SECTIONS if line.startswith(f"{s} ")), None)
        parameter = None if len(texts) > 1 else PARAMETER.fullmatch(line)
        if parameter:
            into, key = parameters, parameter[1]
            line = parameter[2]
        elif section:
            into, key = texts, section
            line = line.removeprefix(section)
        into[key] = f"{into.get(key, '')} {line.strip()}".strip()
    return Header(texts.pop(""), parameters, texts)


def complete(example: str) -> str:
    """The JSON of an example response, with CUT for elements left out: `[1, …]` becomes `[1, "…"]`."""
    return example.replace(", …]", f", {CUT}]")


def inputs(function: Any) -> list[str]:
    return [p.name for p in function.parameters or () if p.mode not in OUTPUT]


def option(function: Any, name: str) -> Any:
    return next((o.arg for o in function.options if o.defname == name), None)


def search_path(function: Any) -> str | None:
    """The search path that the function sets, or None."""
    settings = [o.arg for o in function.options if o.defname == "set"]
    return next((", ".join(a.val.sval for a in s.args) for s in settings if s.name == "search_path"), None)


def objects(statements: Iterable[Any]) -> set[str]:
    """The names of what statements define: functions, views, policies, triggers, and access to tables."""
    return {name for statement in statements for name in _objects(statement)}


def _objects(statement: Any) -> Iterator[str]:
    match statement:
        case ast.CreateFunctionStmt() | ast.DefineStmt():
            yield f"function {qualified(statement)}"
        case ast.ViewStmt():
            yield f"view {qualified(statement)}"
        case ast.CreatePolicyStmt():
            yield f"policy {statement.policy_name} on {_table(statement.table)}"
        case ast.CreateTrigStmt():
            yield f"trigger {statement.trigname} on {_table(statement.relation)}"
        case ast.DoStmt(args=(ast.DefElem(arg=ast.String(sval=body)), *_)):
            yield from (f"trigger {name} on {table}" for name, table in DONE_TRIGGER.findall(str(body)))
        case ast.GrantStmt(objects=things):
            yield from (
                f"access to {_table(thing)}" for thing in things or () if isinstance(thing, ast.RangeVar)
            )


def _table(relation: Any) -> str:
    return f"{relation.schemaname}.{relation.relname}"


def roles(specified: Iterable[Any]) -> list[str]:
    public = RoleSpecType.ROLESPEC_PUBLIC
    return ["public" if role.roletype == public else role.rolename for role in specified]


def qualified(statement: Any) -> str:
    """The name of the function, aggregate or view that the statement creates, with its schema."""
    if isinstance(statement, ast.ViewStmt):
        return f"{statement.view.schemaname}.{statement.view.relname}"
    parts = statement.defnames if isinstance(statement, ast.DefineStmt) else statement.funcname
    return ".".join(part.sval for part in parts)
