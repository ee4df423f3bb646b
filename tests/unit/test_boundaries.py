"""Who imports whom: the product stands alone, the embedded stack too, and nothing but tests imports tests."""

import ast
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
    # What it is run, made and measured with.
    "local": set(),
    "tools": {"local"},
    "bench": {"local", "tools", "seed", "workers"},
    "tests": {"bench", "client_types", "local", "tools", "seed", "webhooks", "workers"},
}
"""Each package beside itself."""
DOOR = "tools/stack.py"
"""The one module of tools/ that imports local."""
LINT = "tools.lint_sql"


def python_files(package: str) -> list[Path]:
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts]


def imports(path: Path, at_top: bool = False) -> Iterator[str]:
    """Absolute names of modules, also those that a text names; with `at_top` only those outside functions."""
    tree = ast.parse(path.read_text())
    for node in tree.body if at_top else ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and called(node) in ("import_module", "__import__"):
            yield text_of(node.args[0])


def called(node: ast.Call) -> str:
    return str(getattr(node.func, "attr", "") or getattr(node.func, "id", ""))


def text_of(node: ast.expr) -> str:
    """The first words of a text; of an f-string what comes before its first value."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) else node
    return str(first.value) if isinstance(first, ast.Constant) else ""


def packages() -> set[str]:
    """The folders of this checkout that hold Python, but for those that git ignores."""
    folders = (path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
    return {folder.name for folder in folders if python_files(folder.name)}


def forbidden(package: str, path: Path) -> Iterator[tuple[str, str]]:
    mine = {package, *MAY_IMPORT[package]}
    for module in imports(path):
        if module.split(".")[0] in MAY_IMPORT.keys() - mine:
            yield path.relative_to(ROOT).as_posix(), module


def test_every_package_has_its_rule() -> None:
    assert packages() <= MAY_IMPORT.keys()


@pytest.mark.parametrize("package", sorted(packages() & MAY_IMPORT.keys()))
def test_package_imports_only_what_it_may(package: str) -> None:
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
    """The modules of this project that are imported when `start` is, at the top of a file."""
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


@pytest.mark.parametrize(
    ("text", "found"),
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
def test_import_is_found_anywhere_in_a_file(text: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text)
    assert sorted(imports(tmp_path / "module.py")) == sorted(found)
