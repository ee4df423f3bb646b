"""`make migration` carries the changed files of sql/, tried in a temporary project folder."""

import sys
from pathlib import Path

import pytest

from tools import migration

FIRST = "20261121000100_first.sql"
SHRUNK = "sql/private/recommend/shrunk.sql"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, folder in (
        ("ROOT", tmp_path),
        ("SOURCES", tmp_path / "sql"),
        ("MIGRATIONS", tmp_path / "supabase/migrations"),
    ):
        monkeypatch.setattr(migration, name, folder)
        folder.mkdir(parents=True, exist_ok=True)
    return tmp_path


def write(project: Path, path: str, text: str) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text(text)


def carry(project: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, list[str]]:
    """Run `make migration`; returns its exit status and the names of all migrations."""
    monkeypatch.setattr(sys, "argv", ["migration.py", *arguments])
    return migration.main(), sorted(path.name for path in migration.MIGRATIONS.iterdir())


def test_migration_orders_views_helpers_triggers_access_rpc(
    project: Path,
) -> None:
    for path in (
        "rpc/search/match.sql",
        "access/items.sql",
        "triggers/items.sql",
        "private/a/first.sql",
        "lint/faults.sql",
    ):
        write(project, f"sql/{path}", "select 1;\n")
    write(project, "sql/private/z/texts.sql", "create or replace view private.texts as select 1;\n")
    assert list(migration.sources()) == [
        "sql/private/z/texts.sql",
        "sql/private/a/first.sql",
        "sql/triggers/items.sql",
        "sql/access/items.sql",
        "sql/rpc/search/match.sql",
    ]


def test_migration_carries_whole_files_under_their_names(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {SHRUNK: "-- One.\nselect 'a; -- b';\n", "sql/rpc/search/match.sql": "select $$\n\nü\n$$;\n\n\n"}
    for path, text in texts.items():
        write(project, path, text)
    status, names = carry(project, monkeypatch, "functions")
    assert (status, len(names)) == (0, 1)
    text = (migration.MIGRATIONS / names[0]).read_text()
    assert text.startswith(migration.HEAD)
    for path, content in texts.items():
        assert f"\n-- source: {path}\n{content.strip()}\n" in text
    assert migration.pending() == {}


def test_file_is_compared_with_the_last_migration_that_carries_it(project: Path) -> None:
    write(project, SHRUNK, "select 2;\n")
    write(project, f"supabase/migrations/{FIRST}", f"-- source: {SHRUNK}\nselect 2;\n")
    assert migration.pending() == {}
    write(project, "supabase/migrations/20261121000200_second.sql", f"-- source: {SHRUNK}\nselect 1;\n")
    assert migration.pending() == {SHRUNK: "select 2;\n"}


def test_statements_by_hand_may_follow_the_sources_of_a_migration(project: Path) -> None:
    write(project, SHRUNK, "select 2;\n")
    text = f"-- source: {SHRUNK}\nselect 2;\n\n-- end of sources\nselect 3;\n"
    write(project, f"supabase/migrations/{FIRST}", text)
    assert migration.pending() == {}


FUNCTION = "create or replace function private.{}() returns integer language sql return {};\n"
POLICIES = """grant select on public.items to anon;
create policy items_select_anon on public.items for select to anon using (true);
{}"""


def land(project: Path, number: int, path: str, text: str) -> None:
    write(project, f"supabase/migrations/2026112100{number:04}_x.sql", f"-- source: {path}\n{text}")


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("sql/private/identity/a.sql", "sql/private/identity/accounts/a.sql", FUNCTION.format("a", 1)),
        ("sql/access/items.sql", "sql/access/catalog/items.sql", POLICIES.format("")),
        (
            "sql/triggers/search.sql",
            "sql/triggers/items.sql",
            "create trigger touch before update on public.items execute function private.touch();\n",
        ),
    ],
)
def test_moved_file_needs_no_migration(old: str, new: str, text: str, project: Path) -> None:
    land(project, 1, old, text)
    write(project, new, text)
    assert migration.pending() == {}
    write(project, new, f"-- Why.\n{text}")
    assert list(migration.pending()) == [new]


def test_file_reverted_to_an_earlier_text_is_carried_again(project: Path) -> None:
    first, second = FUNCTION.format("a", 1), FUNCTION.format("a", 2)
    land(project, 1, SHRUNK, first)
    land(project, 2, SHRUNK, second)
    write(project, SHRUNK, first)
    assert migration.pending() == {SHRUNK: first}


def test_access_file_is_carried_again_after_a_policy_is_removed(project: Path) -> None:
    more = "create policy items_update_editor on public.items for update to authenticated using (true);\n"
    land(project, 1, "sql/access/items.sql", POLICIES.format(""))
    land(project, 2, "sql/access/items.sql", POLICIES.format(more))
    write(project, "sql/access/items.sql", POLICIES.format(""))
    assert list(migration.pending()) == ["sql/access/items.sql"]


def test_split_file_is_carried_as_its_new_files(project: Path) -> None:
    one, two = FUNCTION.format("a", 1), FUNCTION.format("b", 2)
    land(project, 1, "sql/private/x/both.sql", one + two)
    write(project, "sql/private/x/a.sql", one)
    write(project, "sql/private/x/b.sql", two)
    assert list(migration.pending()) == ["sql/private/x/a.sql", "sql/private/x/b.sql"]


def test_only_changed_files_are_carried_after_the_last_migration(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, SHRUNK, "select 1;\n")
    write(project, "sql/rpc/search/match.sql", "select 2;\n")
    last = "29990101000000_from_the_future.sql"
    write(project, f"supabase/migrations/{last}", f"-- source: {SHRUNK}\nselect 1;\n")
    status, names = carry(project, monkeypatch, "match_better")
    assert (status, names) == (0, [last, "29990101000001_match_better.sql"])
    assert SHRUNK not in (migration.MIGRATIONS / names[1]).read_text()


def test_no_migration_is_written_without_changes(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carry(project, monkeypatch, "functions") == (0, [])
    assert capsys.readouterr().out == "no file of sql/ changed\n"


@pytest.mark.parametrize("arguments", [[], ["Name"], ["../name"], ["two words"], ["1st"], ["one", "two"]])
def test_invalid_migration_name_is_refused(
    arguments: list[str],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(project, SHRUNK, "select 1;\n")
    assert carry(project, monkeypatch, *arguments) == (2, [])
    assert "make migration name=" in capsys.readouterr().err


def test_migrations_of_the_project_carry_all_files_of_sql() -> None:
    assert list(migration.pending()) == []
