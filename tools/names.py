"""Keep test names readable in a list of thousands: `python -m tools.names [PATH …]`. Part of `make lint`.

A name has the form subject, expectation, condition: `test_owner_cannot_update_another_profile`. CLEAN has the
folders whose names keep the rules: at most LONGEST characters, and no beginning that hides the subject
(`test_what_is_wrong_is_named`). It grows by a folder whenever one is renamed.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLEAN = ("local/tests", "tests")
LONGEST = 70
RIDDLE = re.compile(
    r"test_(?:what|whatever|who|whoever|whom|whose|it|its|others|nobody|somebody|nor|of|so|ones)(?:_|$)"
)
"""Beginnings that name no subject."""


def main() -> int:
    lines = list(faults(sys.argv[1:] or CLEAN))
    sys.stderr.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


def faults(names: Iterable[str]) -> Iterator[str]:
    """A sentence for each fault in the files and folders. Raises FileNotFoundError for a missing one."""
    for path in (path for name in names for path in files(ROOT / name)):
        for line, fault in name_faults(path.read_text()):
            yield f"{path.relative_to(ROOT)}:{line}: {fault}"


def files(path: Path) -> list[Path]:
    if not path.exists():
        raise FileNotFoundError(f"tools/names.py: there is no file at {path}")
    candidates = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [file for file in candidates if "node_modules" not in file.parts]


def name_faults(text: str) -> Iterator[tuple[int, str]]:
    """Line and sentence for each fault of a test's name in the text of a Python file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            if len(node.name) > LONGEST:
                yield node.lineno, f"{node.name} has {len(node.name)} characters: at most {LONGEST}"
            if RIDDLE.match(node.name):
                yield node.lineno, f"{node.name} names no subject: subject, expectation, condition"


if __name__ == "__main__":
    sys.exit(main())
