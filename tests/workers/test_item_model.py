"""`python -m workers item_model` on a running stack: a training stores a complete model or nothing."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest

from tests.conftest import Stack
from tests.waiting import until
from tests.workers.catalogue import Catalogue
from tests.workers.conftest import Start, finish
from workers.recommend.item_model.core import Parameters

TRAINING = "select count(*) from pg_stat_activity where application_name = %s"
WAITING = TRAINING + " and wait_event_type = 'Lock'"


@dataclass
class Taste:
    """Nine films, forty raters, and their ratings of the first eight films, none of which is rare."""

    connection: psycopg.Connection[Any]
    films: list[UUID]
    raters: list[UUID]
    stars: dict[tuple[UUID, UUID], float]
    """Ratings by rater and film."""

    def weights(self) -> dict[tuple[UUID, UUID], float]:
        rows = self.connection.execute(
            "select item_id, neighbour_id, weight from item_neighbours n "
            "join recommendation_models m on m.id = n.model_id where m.is_active"
        ).fetchall()
        return {(row[0], row[1]): row[2] for row in rows}

    def versions(self) -> list[tuple[int, bool]]:
        return self.connection.execute("select version, is_active from recommendation_models").fetchall()

    def count(self, statement: str, *values: object) -> int:
        row = self.connection.execute(statement, values).fetchone()
        assert row
        return int(row[0])


@pytest.fixture
def taste(films: Catalogue) -> Iterator[Taste]:
    connection = films.connection
    chance = random.Random(5)
    items = films.add_unnoticed(9)
    raters = films.add_raters(40)
    stars = {
        (rater, film): chance.randint(1, 10) / 2
        for rater in raters
        for film in items[:8]
        if chance.random() < 0.8
    }
    films.rate((rater, film, rating) for (rater, film), rating in stars.items())
    yield Taste(connection, items, raters, stars)
    connection.execute("delete from recommendation_models")


def expected(taste: Taste, regularisation: float) -> dict[tuple[UUID, UUID], float]:
    films = taste.films[:8]
    feedback = np.array([[taste.stars.get((rater, film), 0) / 5 for film in films] for rater in taste.raters])
    counts = np.maximum((feedback > 0).sum(axis=1), 1)
    feedback *= ((counts / counts.mean()) ** -Parameters().depth)[:, None]
    inverse = np.linalg.inv(feedback.T @ feedback + regularisation * np.eye(len(films)))
    weights = -inverse / np.diag(inverse)
    return {
        (item, neighbour): weights[row, column]
        for row, item in enumerate(films)
        for column, neighbour in enumerate(films)
        if row != column
    }


def named(stack: Stack) -> tuple[str, dict[str, str]]:
    """A name, and an environment in which a training's connection has this name."""
    name = f"test {uuid4()}"
    return name, {"DATABASE_URL": stack.database_url, "PGAPPNAME": name}


def test_stored_weights_equal_those_of_the_plain_inverse(taste: Taste, start: Start) -> None:
    output = finish(start("item_model", "--regularisation", "2"))
    assert output == f"version 1: 56 weights between 8 items, of {len(taste.stars)} likings\n"
    assert taste.weights() == pytest.approx(expected(taste, 2), abs=1e-6)


def test_training_stores_only_the_strongest_weights_of_an_item(taste: Taste, start: Start) -> None:
    finish(start("item_model", "--regularisation", "2", "--neighbours", "3"))
    whole, stored = expected(taste, 2), taste.weights()
    for film in taste.films[:8]:
        sizes = sorted((abs(weight) for (item, _), weight in whole.items() if item == film), reverse=True)
        kept = sorted((abs(weight) for (item, _), weight in stored.items() if item == film), reverse=True)
        assert kept == pytest.approx(sizes[:3], abs=1e-6)


def test_training_replaces_the_previous_version(taste: Taste, start: Start) -> None:
    finish(start("item_model"))
    first = taste.weights()
    taste.connection.execute(
        "insert into ratings (rater_id, item_id, rating) select r, %s, 5 from unnest(%s::uuid[]) as r",
        [taste.films[8], list(taste.raters)],
    )
    assert finish(start("item_model")).startswith("version 2: ")
    assert taste.versions() == [(2, True)]
    assert taste.weights().keys() > first.keys()


def test_training_ignores_raters_that_are_not_counted(taste: Taste, start: Start) -> None:
    taste.connection.execute("update raters set is_counted = false where id = any(%s)", [taste.raters[4:]])
    finish(start("item_model"))
    assert not [weight for weight in taste.weights().values() if weight > 0]


def test_two_trainings_at_once_leave_one_complete_version(taste: Taste, start: Start) -> None:
    for process in [start("item_model", "--regularisation", "2") for _ in range(2)]:
        finish(process)
    assert taste.versions() == [(2, True)]
    assert taste.weights() == pytest.approx(expected(taste, 2), abs=1e-6)
    assert taste.count("select count(*) from item_neighbours") == 56


def test_training_does_not_wait_for_a_deletion_of_items(stack: Stack, taste: Taste, start: Start) -> None:
    """Waiting with locks on other items could end in a deadlock with the deletion."""
    with psycopg.connect(stack.database_url) as other:
        other.execute("delete from content where id = %s", [taste.films[3]])
        finish(start("item_model", "--regularisation", "2"))
        other.rollback()
    left = {film for pair in taste.weights() for film in pair}
    assert left == set(taste.films[:8]) - {taste.films[3]}


@pytest.mark.parametrize("table", ["ratings", "items", "recommendation_models", "item_neighbours"])
def test_killed_training_leaves_the_previous_version(
    stack: Stack, taste: Taste, start: Start, table: str
) -> None:
    finish(start("item_model", "--regularisation", "2"))
    before = taste.weights()
    name, environment = named(stack)
    with psycopg.connect(stack.database_url) as other:
        other.execute(f"lock table {table} in access exclusive mode")
        process = start("item_model", **environment)
        until(lambda: taste.count(WAITING, name) == 1)
        process.kill()
        process.wait()
        other.rollback()
    until(lambda: taste.count(TRAINING, name) == 0)
    assert (taste.versions(), taste.weights()) == ([(1, True)], before)
    finish(start("item_model"))
    assert taste.versions() == [(2, True)]
    assert taste.count("select count(*) from item_neighbours") == 56


def test_training_deletes_an_inactive_version(taste: Taste, start: Start) -> None:
    taste.connection.execute("insert into recommendation_models (name, version) values ('liked_together', 7)")
    finish(start("item_model"))
    assert taste.versions() == [(8, True)]


def test_rating_after_the_training_changes_the_next_list(taste: Taste, start: Start) -> None:
    finish(start("item_model", "--regularisation", "0.1"))
    newcomer = uuid4()
    taste.connection.execute("insert into raters (id) values (%s)", [newcomer])
    taste.raters.append(newcomer)

    def listed() -> list[UUID]:
        rows = taste.connection.execute("select * from private.item_based(%s, null, 20, null)", [newcomer])
        return [row[0] for row in rows]

    assert listed() == []
    taste.connection.execute(
        "insert into ratings (rater_id, item_id, rating) values (%s, %s, 5)", [newcomer, taste.films[0]]
    )
    liked = [pair for pair, weight in taste.weights().items() if pair[0] == taste.films[0] and weight > 0]
    assert set(listed()) == {neighbour for _, neighbour in liked} != set()


def test_model_is_empty_without_ratings(films: Catalogue, start: Start) -> None:
    assert finish(start("item_model")) == "version 1: 0 weights between 0 items, of 0 likings\n"
    films.connection.execute("delete from recommendation_models")


def test_job_trains_the_model_in_a_process_of_its_own(taste: Taste) -> None:
    key = f"test {uuid4()}"
    taste.connection.execute("select private.enqueue('recommend', 'train_item_model', '{}', %s)", [key])
    until(lambda: len(taste.versions()) == 1)
    assert taste.versions() == [(1, True)]


def test_command_reports_that_the_database_is_away(start: Start) -> None:
    process = start("item_model", DATABASE_URL="postgresql://postgres@127.0.0.1:1/postgres")
    _, err = process.communicate(timeout=300)
    assert process.returncode == os.EX_TEMPFAIL
    assert err.startswith("The database does not answer: ")


@pytest.mark.parametrize("table", ["ratings", "items", "item_neighbours"])
def test_training_exits_with_75_if_its_connection_is_cut(
    stack: Stack, taste: Taste, start: Start, table: str
) -> None:
    name, environment = named(stack)
    with psycopg.connect(stack.database_url) as other:
        other.execute(f"lock table {table} in access exclusive mode")
        process = start("item_model", **environment)
        until(lambda: taste.count(WAITING, name) == 1)
        taste.connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s", [name]
        )
        _, err = process.communicate(timeout=300)
        other.rollback()
    assert process.returncode == os.EX_TEMPFAIL
    assert err.startswith("The database does not answer: ")
