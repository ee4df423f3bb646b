"""The skeleton of a table is complete and valid, and is refused for an invalid or existing name."""

import ast
import shutil
import sys
from pathlib import Path

import pytest

from tools import migration, new_table


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(new_table, "ROOT", tmp_path)
    for name, folder in (("ROOT", ""), ("SOURCES", "sql"), ("MIGRATIONS", "supabase/migrations")):
        monkeypatch.setattr(migration, name, tmp_path / folder)
    for folder in ("sql/access", "sql/triggers", "supabase/migrations"):
        (tmp_path / folder).mkdir(parents=True)
    for module in (new_table.ROWS, new_table.DOMAINS):
        (tmp_path / module).parent.mkdir(parents=True)
        shutil.copy(Path(__file__).parents[2] / module, tmp_path / module)
    return tmp_path


def write(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["new_table.py", *arguments])
    return new_table.main()


def test_skeleton_has_every_file_and_its_migration_carries_them(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert write(monkeypatch, "watchlists", "catalog") == 0
    written = {path.relative_to(project).parts[:2] for path in project.rglob("*watchlists*")}
    assert written == {("sql", "access"), ("sql", "triggers"), ("supabase", "migrations"), ("tests", "sql")}
    assert migration.pending() == {}
    [test] = project.glob("tests/sql/catalog/test_*.py")
    ast.parse(test.read_text())


def test_skeleton_adds_a_sample_row(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(monkeypatch, "watchlists", "catalog")
    rows = (project / new_table.ROWS).read_text()
    functions = [node.name for node in ast.parse(rows).body if isinstance(node, ast.FunctionDef)]
    assert functions.count("watchlists") == 1
    assert '\n    "public.watchlists": watchlists,\n}\n' in rows


def test_skeleton_assigns_the_table_to_its_domain(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(monkeypatch, "watchlists", "catalog")
    values: dict[str, dict[str, str]] = {}
    exec((project / new_table.DOMAINS).read_text(), values)
    assert values["BY_NAME"]["public.watchlists"] == "catalog"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("watchlists",),
        ("", "catalog"),
        ("Watchlists", "catalog"),
        ("a b", "catalog"),
        ("watchlists", "films"),
        ("x" * 42, "catalog"),
    ],
)
def test_skeleton_refuses_a_bad_name(
    project: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    assert write(monkeypatch, *arguments) == 2
    assert list(project.glob("sql/access/*")) == []


def test_skeleton_never_overwrites_a_table(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "sql/access/watchlists.sql").write_text("kept")
    assert write(monkeypatch, "watchlists", "catalog") == 2
    assert (project / "sql/access/watchlists.sql").read_text() == "kept"
