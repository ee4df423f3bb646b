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
    "scripts": {"local"},
    "bench": {"local", "scripts", "seed", "workers"},
    "tests": {"bench", "client_types", "local", "scripts", "seed", "webhooks", "workers"},
}
"""Each package beside itself."""
EXCEPTIONS = {
    ("scripts/docs.py", "tests.security.matrix"): "docs/access-matrix.md is what the tests of access try out",
    ("bench/policies.py", "tests.security.population"): "measures with the people that plans are tested with",
    ("bench/policies.py", "tests.sql.people"): "acts as one of them, as tests do",
}
"""They would move with the helpers of tests/sql, which most tests use."""


def python_files(package: str) -> list[Path]:
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts]


def imports(path: Path) -> Iterator[str]:
    """Absolute names of modules, also of those that are imported by a text."""
    for node in ast.walk(ast.parse(path.read_text())):
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


def excepted(file: str, module: str) -> bool:
    return any(file == known and f"{module}.".startswith(f"{start}.") for known, start in EXCEPTIONS)


def test_every_package_has_its_rule() -> None:
    assert packages() <= MAY_IMPORT.keys()


@pytest.mark.parametrize("package", sorted(packages() & MAY_IMPORT.keys()))
def test_a_package_imports_only_what_it_may(package: str) -> None:
    found = [pair for path in python_files(package) for pair in forbidden(package, path)]
    assert [pair for pair in found if not excepted(*pair)] == []


@pytest.mark.parametrize(("file", "module"), sorted(EXCEPTIONS))
def test_an_exception_is_one_still(file: str, module: str) -> None:
    assert any(f"{name}.".startswith(f"{module}.") for name in imports(ROOT / file))
    assert len(EXCEPTIONS[file, module].split()) > 3


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
def test_an_import_is_found_wherever_it_stands(text: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text)
    assert sorted(imports(tmp_path / "module.py")) == sorted(found)
