"""Queries and commands of the workers are found by name."""

import re
from pathlib import Path

import pytest

from workers.__main__ import COMMANDS
from workers.app import job_modules
from workers.common.queries import WORKERS, parse, queries

FILES = sorted(WORKERS.glob("*/queries.sql"))
USED = re.compile(r'QUERIES\["(\w+)"\]')


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_worker_uses_exactly_its_queries(path: Path) -> None:
    code = "".join(module.read_text() for module in path.parent.rglob("*.py"))
    assert set(USED.findall(code)) == queries(path.parent.name).keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_query_has_a_description_and_one_statement(path: Path) -> None:
    for name, query in queries(path.parent.name).items():
        assert query.startswith(b"-- "), name
        assert query.endswith(b";") and query.count(b";\n") == 0, name
        assert b"%" not in b"".join(line for line in query.splitlines() if line.startswith(b"--")), name


def test_queries_are_split_at_their_names() -> None:
    text = "-- name: first\n-- One.\nselect 1;\n\n-- name: second\n-- Two.\nselect '-- name: x';\n"
    assert parse(text) == {"first": b"-- One.\nselect 1;", "second": b"-- Two.\nselect '-- name: x';"}


def test_two_queries_with_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        parse("-- name: first\nselect 1;\n-- name: first\nselect 2;\n")


def test_commands_are_the_folders_that_can_be_run() -> None:
    assert COMMANDS.keys() == {"blend", "embedding", "item_model", "jobs", "user_similarity"}


def test_every_worker_with_jobs_registers_them() -> None:
    names = {module.__name__.split(".")[1] for module in job_modules()}
    assert names == {"embedding", "portraits", "privacy", "recommend", "upkeep"}
