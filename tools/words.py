"""Keep retired words out of documents, comments and docstrings: `python -m tools.words [PATH …]`.

Each of these words once stood for several terms of the field, so that a reader had to guess which. CLEAN has
the files and folders that are free of them and stay so; it grows by a folder whenever one is rewritten. Only
prose is read: Markdown without code and link targets, comments of SQL and its `comment on`,
docstrings and comments of Python, comments of Rust. Part of `make lint`.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLEAN = (
    "CHANGELOG.md",
    "README.md",
    "bench",
    "conftest.py",
    "docs",
    "local",
    "seed",
    "sql",
    "tests/clients",
    "tests/conftest.py",
    "tests/project.py",
    "tests/security",
    "tests/sql",
    "tests/tools",
    "tests/unit",
    "tests/workers",
    "tools",
    "workers",
)
NEVER = ("supabase/migrations",)
"""Landed migrations are not edited."""
CODE = "CODE"
"""Stands for inline code, so that a sentence keeps its words in order."""
RETIRED = {
    r"told|tells?|telling": "return, report, send, log",
    r"ask(?:s|ed|ing)?": "call, query, request, require",
    r"nobody|somebody|anybody|whoever": "name the actor: user, client, caller",
    r"elsewhere": "external",
    r"anew": "again; rebuild",
    r"by the clock": "scheduled",
    r"(?<!there.)(?:is|are|was|were|be) none(?! of)": "does not exist; is invalid",
    r"hears?|heard": "receive",
    r"speaks?|spoken|spoke": "send; of a protocol: implement",
    r"brings?|brought": "upload, add, contain",
    r"meant": "semantic; corrected spelling; intended",
    r"unnamed(?!(?: CODE)? parameter)": "pseudonymised; pseudonymous",
    r"in(?:to)? (?:the|its|their) place(?: of)?": "instead of; replaces",
    r"tak(?:es?|ing) (?:its|their|the) place": "replaces",
    r"(?:fallen|failed|real|other|own|each other) parts?": "service; source",
    r"parts? of (?:the|a) (?:stack|lists?)": "service (of a stack); source (of a list)",
    r"monthly parts?": "partition",
    r"forgets?": "delete",
    r"heed(?:s|ed)?": "apply, read",
    r"rid of": "remove",
    r"of late": "recently",
    r"for want of": "because there is no",
    r"address(?:es)? of mail": "e-mail address",
    r"tr(?:y|ies) of (?:a|one|the) (?:password|PIN)|tries of passwords": "attempt",
}
"""Words that have retired, and the words to use."""
PATTERNS = [
    (re.compile(rf"\b(?:{words})\b".replace(" ", r"\s+"), re.IGNORECASE), instead)
    for words, instead in RETIRED.items()
]
FENCED = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
TARGET = re.compile(r"\]\([^)]*\)|<https?:[^>]*>")
QUOTED = re.compile(r"'(?:[^']|'')*'")
COMMENT_ON = re.compile(r"\bcomment on [^;']*? is\s+('(?:[^']|'')*')", re.IGNORECASE)
RUST = re.compile(
    r'(?P<comment>//[^\n]*)|r(?P<hashes>#*)".*?"(?P=hashes)|"(?:[^"\\]|\\.)*"|\'(?:\\.|[^\\])\'', re.DOTALL
)
SQL_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
Prose = Iterator[tuple[int, str]]
"""Texts, each with the line of the file at which it begins."""


def main() -> int:
    lines = [fault for path in files(sys.argv[1:] or CLEAN) for fault in faults(path)]
    sys.stderr.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


def files(names: Iterable[str]) -> Iterator[Path]:
    """The files of the names that git does not ignore. Raises FileNotFoundError for a missing name."""
    for name in names:
        listed = _listed(name)
        if not listed:
            raise FileNotFoundError(f"tools/words.py: there is no file at {name}")
        yield from (
            ROOT / path
            for path in listed
            if Path(path).suffix in READERS and not path.startswith(NEVER) and (ROOT / path).exists()
        )


def _listed(name: str) -> list[str]:
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", name]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(set(done.stdout.splitlines()))


def faults(path: Path) -> Iterator[str]:
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    for line, word, instead in retired(path.suffix, path.read_text()):
        yield f"{shown}:{line}: “{word}” is retired: {instead}"


def retired(suffix: str, text: str) -> Iterator[tuple[int, str, str]]:
    """Line, word and replacement of each retired word in the prose of a text."""
    for first, prose in READERS[suffix](text):
        for pattern, instead in PATTERNS:
            for match in pattern.finditer(prose):
                yield first + prose.count("\n", 0, match.start()), match[0], instead


def markdown(text: str) -> Prose:
    for pattern, instead in ((FENCED, ""), (INLINE, CODE), (TARGET, "]")):
        text = pattern.sub(lambda found, put=instead: put + "\n" * found[0].count("\n"), text)  # type: ignore[misc]
    yield 1, text


def sql(text: str) -> Prose:
    """Comments and the texts of `comment on`. A `--` in a quoted text is not a comment."""
    for match in re.finditer(
        f"{SQL_COMMENT.pattern}|{COMMENT_ON.pattern}|{QUOTED.pattern}", text, re.DOTALL | re.I
    ):
        if match[0].startswith("'"):
            continue
        prose = match[1] if match[1] else match[0]
        yield text.count("\n", 0, match.end() - len(prose)) + 1, INLINE.sub(CODE, prose)


def python(text: str) -> Prose:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], INLINE.sub(CODE, token.string)
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.lineno, INLINE.sub(CODE, node.value.value)


def rust(text: str) -> Prose:
    """Line comments. A `//` in a text is not a comment."""
    for match in RUST.finditer(text):
        if match["comment"]:
            yield text.count("\n", 0, match.start()) + 1, INLINE.sub(CODE, match["comment"])


READERS: dict[str, Callable[[str], Prose]] = {".md": markdown, ".sql": sql, ".py": python, ".rs": rust}

if __name__ == "__main__":
    sys.exit(main())
