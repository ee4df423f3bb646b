"""PostgreSQL 17 refuses what only 18 has, and what hosted Supabase refuses to `postgres`."""

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
def test_what_hosted_supabase_does_not_take_is_refused(sql: str, refusal: str, tmp_path: Path) -> None:
    migration = tmp_path / "20990101000000_new.sql"
    migration.write_text(sql)
    assert refusal in (postgres17.refusal([migration]) or "")


def test_vector_is_created_by_postgres_who_is_no_superuser(tmp_path: Path) -> None:
    migration = tmp_path / "20990101000000_new.sql"
    migration.write_text("create extension vector with schema extensions;")
    assert postgres17.refusal([migration]) is None


def test_sources_that_change_the_database_are_named(tmp_path: Path) -> None:
    migration, source = tmp_path / "20990101000000_new.sql", tmp_path / "notes.sql"
    migration.write_text("create table public.notes (id bigint primary key);")
    source.write_text("alter table public.notes add column if not exists words text default 'none';")
    (fault,) = postgres17.faults([migration], [source])
    assert fault.startswith("PostgreSQL 17: column public.notes.words: sql/ makes it, the migrations do not")


def test_a_refused_file_is_named_before_anything_is_compared(tmp_path: Path) -> None:
    migration = tmp_path / "20990101000000_new.sql"
    migration.write_text("create tabel public.notes (id bigint);")
    (fault,) = postgres17.faults([migration], [])
    assert "20990101000000_new.sql" in fault and "syntax error" in fault
