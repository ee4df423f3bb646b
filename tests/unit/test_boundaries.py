"""Imports and text keep the boundaries: product and embedded stack are independent, only tests use tests."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.settings import ROOT

MAY_IMPORT: dict[str, set[str]] = {
    # The product.
    "workers": set(),
    "seed": set(),
    "webhooks": {"workers"},
    "client_types": set(),
    # What runs, builds and measures it.
    "local": set(),
    "tools": {"local"},
    "bench": {"local", "tools", "seed", "workers"},
    "tests": {"bench", "client_types", "local", "tools", "seed", "webhooks", "workers"},
}
"""The packages that each package may import besides itself."""
DOOR = "tools/stack.py"
"""The one module of tools/ that imports local."""
LINT = "tools.lint_sql"
PRODUCT = r"workers|seed|webhooks|supabase/functions|client_types"
TEXT = (
    (r"local/(?!tests/).*", r"\bprivate\.\w", "supabase/local.toml names what the stack must know"),
    (r"local/(?!tests/).*(?<!\.md)", r"\blocal[./]tests\b", "the stack does not need its tests"),
    (
        rf"({PRODUCT})/.*",
        r"\b(import|from) local\b|\blocal\.\w+ import|-m local\b",
        "the product runs on any Supabase",
    ),
    (r"tools/(?!new_table\.py|names\.py|words\.py|templates/).*", r"\btests[./]\w", "tools need no tests"),
)
"""Patterns of file paths, the pattern that their lines must not contain, and the reason."""
READ = frozenset(".py .rs .sql .toml .md .ts .html .txt .in".split())
SETS_LIMITS = frozenset(
    {
        "local/tests/clients/auth/test_limits.py",
        "local/tests/clients/auth/test_users.py",
        "local/tests/clients/landing_page/test_request_ids.py",
        "local/tests/clients/storage/test_limits.py",
        "local/tests/faults/test_external_servers.py",
        "local/tests/faults/test_rest_counts.py",
    }
)
"""The only tests of the stack that may name private tables of this project."""


def python_files(package: str) -> list[Path]:
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts]


def imports(path: Path, at_top: bool = False) -> Iterator[str]:
    """Absolute names of imported modules, `import_module` included; with `at_top` only outside functions."""
    tree = ast.parse(path.read_text())
    for node in tree.body if at_top else ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif (
            isinstance(node, ast.Call) and node.args and called_name(node) in ("import_module", "__import__")
        ):
            yield text_of(node.args[0])


def called_name(node: ast.Call) -> str:
    return str(getattr(node.func, "attr", "") or getattr(node.func, "id", ""))


def text_of(node: ast.expr) -> str:
    """The value of a string constant; of an f-string the text before its first expression."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) else node
    return str(first.value) if isinstance(first, ast.Constant) else ""


def packages() -> set[str]:
    """The folders of this checkout that contain Python and are not hidden."""
    folders = (path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
    return {folder.name for folder in folders if python_files(folder.name)}


def forbidden(package: str, path: Path) -> Iterator[tuple[str, str]]:
    mine = {package, *MAY_IMPORT[package]}
    for module in imports(path):
        if module.split(".")[0] in MAY_IMPORT.keys() - mine:
            yield path.relative_to(ROOT).as_posix(), module


def test_every_package_has_an_import_rule() -> None:
    assert packages() <= MAY_IMPORT.keys()


@pytest.mark.parametrize("package", sorted(packages() & MAY_IMPORT.keys()))
def test_package_imports_only_allowed_packages(package: str) -> None:
    assert [pair for path in python_files(package) for pair in forbidden(package, path)] == []


def test_one_module_of_tools_imports_the_stack() -> None:
    importers = {
        path.relative_to(ROOT).as_posix()
        for path in python_files("tools")
        if any(module.split(".")[0] == "local" for module in imports(path))
    }
    assert importers == {DOOR}


def test_lint_needs_neither_the_stack_nor_tests() -> None:
    needed = loaded_with(LINT)
    assert {"tools.docs", "tools.access.matrix"} <= needed
    assert {module for module in needed if module.split(".")[0] in ("local", "tests", "bench")} == set()


def loaded_with(start: str) -> set[str]:
    """The modules of this project that importing `start` imports, at the top of files."""
    known, left = set[str](), [start]
    while left:
        name = left.pop()
        path = ROOT / f"{name.replace('.', '/')}.py"
        if name in known or not path.exists():
            continue
        known.add(name)
        left += [
            name for module in imports(path, at_top=True) for name in (module, module.rpartition(".")[0])
        ]
    return known


def texts(folder: Path) -> Iterator[Path]:
    """Source files of the folder, without installed packages and build output."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in ("node_modules", "target", "__pycache__"):
            yield from texts(path)
        elif path.suffix in READ or path.name in ("Caddyfile", "Procfile"):
            yield path


def text_faults(name: str, text: str) -> list[str]:
    """Lines of the file that contain a forbidden reference, each with the reason."""
    return [
        f"{name}:{number}: {line.strip()} ({why})"
        for files, forbidden, why in TEXT
        if re.fullmatch(files, name)
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(forbidden, line)
    ]


@pytest.mark.parametrize(
    "folder", ["local", "tools", "workers", "seed", "supabase/functions", "client_types"]
)
def test_text_names_nothing_across_a_boundary(folder: str) -> None:
    named_texts = [(path.relative_to(ROOT).as_posix(), path.read_text()) for path in texts(ROOT / folder)]
    assert [fault for name, text in named_texts for fault in text_faults(name, text)] == []


def test_few_tests_of_the_stack_name_private_tables() -> None:
    """Those tests set limits and read the project's tables; the others run on any project."""
    named = {
        path.relative_to(ROOT).as_posix()
        for path in texts(ROOT / "local" / "tests")
        if re.search(r"\bprivate\.\w+", path.read_text())
    }
    assert named <= SETS_LIMITS


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("local/limits.py", 'COUNT = "select private.admit_request()"', 1),
        ("local/rest/src/limits.rs", "//! a\n    from private.rate_limits", 2),
        ("local/auth/README.md", "tries are counted by `private.admit_request`", 1),
        ("local/services.py", "from local.tests.echo import echo", 1),
        ("workers/search/app.py", "from local.settings import ROOT", 1),
        ("workers/search/README.md", "start it by `python -m local up`", 1),
        ("supabase/functions/hello/index.ts", "// python -m local up", 1),
        ("tools/docs.py", "from tests.security import matrix", 1),
        ("tools/access/rows.py", "add to tests/security/rows.py", 1),
    ],
)
def test_planted_reference_across_a_boundary_is_found(file: str, text: str, line: int) -> None:
    assert [fault.split(" ")[0] for fault in text_faults(file, text)] == [f"{file}:{line}:"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("local/realtime/README.md", "private channels, and a private. Then"),
        ("local/tests/clients/auth/test_limits.py", "delete from private.rate_limits"),
        ("workers/search/app.py", "import locale, local_time"),
        ("tools/lint_sql.py", 'FOLDERS = ("sql", "tests", "bench")'),
        ("tools/new_table.py", "tests/sql/{domain}/test_{table}.py"),
    ],
)
def test_allowed_reference_is_no_fault(file: str, text: str) -> None:
    assert text_faults(file, text) == []


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("import local.keys", ["local.keys"]),
        ("from local import keys, plan", ["local.keys", "local.plan"]),
        ("def late():\n    from tests.sql import people", ["tests.sql.people"]),
        ("import importlib\nimportlib.import_module('seed.own')", ["importlib", "seed.own"]),
        ("__import__('bench')", ["bench"]),
        (
            "from importlib import import_module\nimport_module(f'local.{x}')",
            ["importlib.import_module", "local."],
        ),
    ],
)
def test_import_is_found_anywhere_in_a_file(text: str, modules: list[str], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text)
    assert sorted(imports(tmp_path / "module.py")) == sorted(modules)
