"""Format SQL for readers: short spellings of expressions, wrapped literals and comments."""

import re
import textwrap
from collections.abc import Iterator

WIDTH = 116
QUOTED = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""")
IN_LIST = re.compile(r"= any \(array\[([^\]]*)\]\)")
CAST = re.compile(r"('(?:[^']|'')*')::text\b(?!\[)")
NUMBER = re.compile(r"\b(\d+(?:\.\d+)?)::(?:double precision|numeric|real|bigint|smallint)\b")
RANGE = re.compile(r"(?<!\S)(\(?)([\w.]+(?:\([\w.]+(?:\([\w.]+\))?\))?) >= (\S+) and \2 <= ([\w.]+)")
SHORT = (
    (re.compile(r"timestamp with time zone"), "timestamptz"),
    (re.compile(r'"(left|right)"\('), r"\1("),
    (re.compile(r" using btree\b"), ""),
    (re.compile(r"\breferences (\S+)\("), r"references \1 ("),
    (re.compile(r"\b(\w+)='?(\w+)'?(?=[,)])"), r"\1 = \2"),
)
GAP = re.compile(
    r"(?<=,) | (?=(?:and|or|case|when|else|references|on delete|on update|not valid|using|where|with) )"
)


def readable(sql: str) -> str:
    """PostgreSQL's own spelling of an expression in lower case, without the casts it adds to constants."""
    text = CAST.sub(r"\1", re.sub(r"\s*\n\s*", " ", lowered(sql)))
    text = NUMBER.sub(r"\1", IN_LIST.sub(r"in (\1)", text))
    for pattern, short in SHORT:
        text = pattern.sub(short, text)
    return RANGE.sub(r"\1\2 between \3 and \4", text)


def lowered(sql: str) -> str:
    """In lower case, except in quotes."""
    pieces = QUOTED.split(sql)
    return "".join(piece if number % 2 else piece.lower() for number, piece in enumerate(pieces))


def query(sql: str) -> str:
    """A view's query with one line for each column."""
    lines = (re.sub(r"^ {1,3}(?=\S)", "", line) for line in CAST.sub(r"\1", lowered(sql)).splitlines())
    return re.sub(r"^(select) (?=\S)", r"\1\n    ", "\n".join(lines), flags=re.MULTILINE).strip()


def broken(text: str, indent: str = "") -> list[str]:
    """Lines of an expression, broken at a comma or before a clause, never inside quotes."""
    lines = [""]
    for word in _words(text):
        if lines[-1] and len(lines[-1]) + len(word) + len(indent) >= WIDTH:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def _words(text: str) -> Iterator[str]:
    word = ""
    for number, piece in enumerate(QUOTED.split(text)):
        first, *others = [piece] if number % 2 else GAP.split(piece)
        word += first
        for other in others:
            yield word
            word = other
    yield word


def literal(text: str, indent: str = "") -> str:
    """A string literal, in several pieces if it is long."""
    return f"\n{indent}".join(f"'{piece}'" for piece in _pieces(text.replace("'", "''"), WIDTH - len(indent)))


def _pieces(text: str, width: int) -> Iterator[str]:
    """Pieces that end after a space or comma, so that no doubled quote is split."""
    while len(text) > width and (at := max(text.rfind(" ", 0, width), text.rfind(",", 0, width)) + 1):
        yield text[:at]
        text = text[at:]
    yield text


def comment(text: str | None, indent: str = "") -> Iterator[str]:
    """Lines of a comment."""
    for line in textwrap.wrap(
        text or "", WIDTH - len(indent), break_on_hyphens=False, break_long_words=False
    ):
        yield f"-- {line}"
