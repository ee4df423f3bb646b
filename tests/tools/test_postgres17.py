"""PostgreSQL 17 refuses features of 18 and what hosted Supabase refuses to the role `postgres`."""

from pathlib import Path

import pytest

from tools import postgres17


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        (
            "create table public.t (id uuid primary key\n    default uuidv7());",
            "line 2: function uuidv7() does not exist",
        ),
        ("alter table auth.users add column nickname text;", "must be owner of table users"),
    ],
)
def test_sql_that_hosted_supabase_refuses_is_refused(sql: str, refusal: str, tmp_path: Path) -> None:
    migration = tmp_path / "20990101000000_new.sql"
    migration.write_text(sql)
    assert refusal in (postgres17.refusal([migration]) or "")


def test_postgres_role_without_superuser_creates_vector(tmp_path: Path) -> None:
    migration = tmp_path / "20990101000000_new.sql"
    migration.write_text("create extension vector with schema extensions;")
    assert postgres17.refusal([migration]) is None


def test_sql_files_that_change_the_database_are_named(tmp_path: Path) -> None:
    migration, source = tmp_path / "20990101000000_new.sql", tmp_path / "notes.sql"
    migration.write_text("create table public.notes (id bigint primary key);")
    source.write_text("alter table public.notes add column if not exists words text default 'none';")
    (fault,) = postgres17.faults([migration], [source])
    assert fault.startswith("PostgreSQL 17: column public.notes.words: sql/ makes it, the migrations do not")


def test_refused_sql_file_is_named_before_the_comparison(tmp_path: Path) -> None:
    migration = tmp_path / "20990101000000_new.sql"
    migration.write_text("create tabel public.notes (id bigint);")
    (fault,) = postgres17.faults([migration], [])
    assert "20990101000000_new.sql" in fault and "syntax error" in fault
