"""Errors that the user can correct end a command with a sentence, without a traceback or a secret."""

import gzip
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.ports import free_port
from local.tests.faults.test_sentences import Patch, Said, refusal
from seed import __main__ as seed
from tools import demo, migration
from workers import __main__ as workers

AWAY = "postgresql://postgres:s3cret@127.0.0.1:1/postgres"
HEADER = "id,title,overview,genres,original_language,release_date,popularity\n"


@pytest.mark.parametrize(
    ("words", "variables", "message"),
    [
        ([], {}, "the database does not answer: "),
        ([], {"DATABASE_URL": ""}, "DATABASE_URL is not set: `make up` writes it to .env.local"),
        (["wrong"], {}, "DATA is own or all, not 'wrong'"),
        (["own", "all"], {}, "DATA is own or all, not 'own all'"),
        ([], {"SEED_DIR": "/nope"}, "SEED_DIR=/nope has no folder tmdb/"),
        (["own"], {"SEED_DIR": "/nope"}, "name one of the two"),
    ],
)
def test_loader_error_names_the_cause_without_a_traceback(
    words: list[str], variables: dict[str, str], message: str, monkeypatch: Patch, capsys: Said
) -> None:
    for name, value in ({"DATABASE_URL": AWAY, "SEED_DIR": ""} | variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["seed", *words])
    assert message in refusal(seed.main(), capsys)


@pytest.mark.parametrize("words", [[], ["1x"], ["two words"], ["a", "b"]])
def test_make_migration_with_an_invalid_name_shows_an_example(
    words: list[str], monkeypatch: Patch, capsys: Said
) -> None:
    monkeypatch.setattr(sys, "argv", ["migration", *words])
    assert refusal(migration.main(), capsys).startswith("name it, as in `make migration name=what_it_does`")


def test_demo_without_a_stack_ends_with_a_sentence(capsys: Said) -> None:
    assert "SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY must be set" in refusal(
        demo.main("", "", ""), capsys
    )
    status = demo.main(f"http://127.0.0.1:{free_port()}", "a.b.c", "a.b.c")
    assert "does not answer: " in refusal(status, capsys)


@pytest.mark.parametrize("worker", ["item_model", "user_similarity", "blend"])
def test_worker_without_a_database_ends_with_a_sentence(
    worker: str, monkeypatch: Patch, capsys: Said
) -> None:
    monkeypatch.setenv("DATABASE_URL", AWAY)
    monkeypatch.setattr(sys, "argv", ["workers", worker])
    assert "does not answer" in refusal(workers.main(), capsys)


def cut_off(path: Path) -> None:
    path.write_bytes(gzip.compress(HEADER.encode() * 1000)[:-20])


def not_packed(path: Path) -> None:
    path.write_text(HEADER)


def other_columns(path: Path) -> None:
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))


def other_values(path: Path) -> None:
    path.write_bytes(gzip.compress(HEADER.encode() + b"one,Alien,,,en,,\n"))


def other_encoding(path: Path) -> None:
    path.write_bytes(gzip.compress(HEADER.encode() + "1,Amélie,,,fr,,1\n".encode("latin-1")))


def missing(path: Path) -> None:
    """The file is not created."""


@pytest.mark.parametrize("write", [cut_off, not_packed, other_columns, other_values, other_encoding, missing])
def test_loader_names_a_data_file_that_it_cannot_read(write: Callable[[Path], None], tmp_path: Path) -> None:
    (tmp_path / "tmdb").mkdir()
    write(tmp_path / "tmdb" / "movies_top10k.csv.gz")
    _, rows = seed.scale(tmp_path)[0]
    with pytest.raises((seed.SeedError, OSError)) as raised:
        list(seed.legible(rows, str(tmp_path)))
    assert str(tmp_path) in seed.sentence(raised.value)
