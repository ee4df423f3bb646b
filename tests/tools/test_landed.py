"""Landed migrations cannot be edited, and their list only grows."""

import subprocess
from pathlib import Path

import pytest

from tools import landed, migration

KNOWN = {"20260101000000_a.sql": "aa", "20260102000000_b.sql": "bb"}
A, B = KNOWN


@pytest.mark.parametrize(
    ("present", "known", "before", "fault"),
    [
        (KNOWN, KNOWN, [KNOWN], None),
        (KNOWN | {"20260103000000_c.sql": "cc"}, KNOWN, [{A: "aa"}], None),
        (KNOWN | {A: "xx"}, KNOWN, [], f"{A} has landed and is edited"),
        ({B: "bb"}, KNOWN, [], f"{A} has landed and is gone"),
        ({B: "bb", "20260101000001_a.sql": "aa"}, KNOWN, [], f"{A} has landed and is gone"),
        (KNOWN | {"20260101120000_c.sql": "cc"}, KNOWN, [], "is new and sorts before 20260102000000_b.sql"),
        (KNOWN | {A: "xx"}, KNOWN | {A: "xx"}, [KNOWN], f"the line of {A} was changed or removed"),
        ({B: "bb"}, {B: "bb"}, [{B: "bb"}, KNOWN], f"the line of {A} was changed or removed"),
    ],
)
def test_edited_renamed_or_deleted_migration_is_named(
    present: landed.Hashes, known: landed.Hashes, before: list[landed.Hashes], fault: str | None
) -> None:
    faults = list(landed.faults(present, known, before))
    assert faults == [] if fault is None else fault in faults[0]


def test_list_of_landed_migrations_has_the_format_of_sha256sum() -> None:
    assert landed.listed("aa  20260101000000_a.sql\nbb  20260102000000_b.sql\n") == KNOWN


def test_landed_migrations_of_this_checkout_are_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_REF", raising=False)
    assert list(landed.check()) == []
    assert len(landed.listed(landed.LIST.read_text())) >= 9


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with two landed migrations in its history."""
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    monkeypatch.setattr(migration, "ROOT", tmp_path)
    monkeypatch.setattr(migration, "MIGRATIONS", tmp_path / "supabase" / "migrations")
    monkeypatch.setattr(landed, "LIST", tmp_path / "supabase" / "migrations.sha256")
    for name in KNOWN:
        (migration.MIGRATIONS / name).write_text(f"-- {name}\n")
    landed.LIST.touch()
    assert landed.main() == 0
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Land two migrations")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    author = (
        "-c",
        "user.name=editor",
        "-c",
        "user.email=editor@example.com",
        "-c",
        "core.hooksPath=/dev/null",
    )
    subprocess.run(["git", *author, *words], cwd=folder, check=True)


def test_edited_migration_is_found_even_if_the_list_is_edited_too(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(landed.check()) == []
    edited = migration.MIGRATIONS / A
    edited.write_text("-- better\n")
    assert f"{A} has landed and is edited" in next(landed.check())
    assert landed.main() == 1
    landed.LIST.write_text("".join(f"{d}  {n}\n" for n, d in landed.hashes(migration.MIGRATIONS).items()))
    git(repository, "commit", "--quiet", "--all", "--message", "Hide it")
    assert [*landed.check()] == [
        f"supabase/migrations.sha256: the line of {A} was changed or removed: restore it"
    ]
    assert "is edited" in capsys.readouterr().err


def relist(head: str) -> None:
    lines = (f"{digest}  {name}\n" for name, digest in landed.hashes(migration.MIGRATIONS).items())
    landed.LIST.write_text(head + "".join(lines))


def test_baseline_replaces_the_landed_migrations_once(repository: Path) -> None:
    for name in KNOWN:
        (migration.MIGRATIONS / name).unlink()
    baseline = migration.MIGRATIONS / "20260201000000_all.sql"
    baseline.write_text("-- all\n")
    relist("")
    assert "was changed or removed" in next(landed.check())
    relist(landed.BASELINE)
    assert list(landed.check()) == []
    git(repository, "commit", "--quiet", "--all", "--message", "Replace the migrations by one baseline")
    assert landed.main() == 0
    assert landed.LIST.read_text().startswith(landed.BASELINE)

    baseline.write_text("-- better\n")
    relist(landed.BASELINE)
    assert "the line of 20260201000000_all.sql was changed or removed" in next(landed.check())
    relist("")
    assert next(landed.check()) == "supabase/migrations.sha256: its first line was removed: restore it"


def test_main_branch_records_landed_migrations(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (migration.MIGRATIONS / "20260103000000_c.sql").write_text("-- c\n")
    assert list(landed.check()) == []
    monkeypatch.setenv("GITHUB_REF", landed.MAIN)
    assert "20260103000000_c.sql has landed and is not recorded" in next(landed.check())
    assert landed.main() == 0
    assert list(landed.check()) == []
