"""`python -m workers user_similarity` on a running stack: its results equal those of the SQL function."""

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.conftest import Stack
from tests.waiting import until
from tests.workers.catalogue import Catalogue
from tests.workers.conftest import Start, finish
from workers.common.blocks import one_by_one
from workers.recommend.user_similarity.compare import compare

STORED = (
    "select neighbour_id, similarity, co_ratings, weight, affinity, level from user_similarities "
    "where rater_id = %s order by neighbour_id"
)
WEIGHTS = "select item_id, neighbour_id, weight from item_neighbours"
FRESH = "select count(*) from raters where rating_count > 0 and similarities_version = ratings_version"


@pytest.fixture
def raters(films: Catalogue) -> Iterator[list[UUID]]:
    """Twenty raters of twenty films: one gives all films the same rating, one rates a single film."""
    connection = films.connection
    chance = random.Random(3)
    items = films.add_unnoticed(20)
    added = films.add_raters(20)
    rows = [
        (rater, item, chance.randint(1, 10) / 2)
        for rater in added[2:]
        for item in items
        if chance.random() < 0.7
    ]
    rows += [(added[0], item, 4.0) for item in items[:9]] + [(added[1], items[0], 2.5)]
    films.rate(rows)
    yield added
    connection.execute("delete from recommendation_models")


def rows(connection: psycopg.Connection[Any], rater: UUID) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(STORED, [rater]).fetchall()]


def agree(some: list[tuple[Any, ...]], others: list[tuple[Any, ...]], within: float) -> None:
    """Assert the same neighbours, with a tolerance: sums depend on the order of the rows."""
    assert [row[0] for row in some] == [row[0] for row in others]
    for one, other in zip(some, others, strict=True):
        assert one[1:] == pytest.approx(other[1:], abs=within)


def count(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row
    return int(row[0])


def test_comparison_of_all_raters_equals_refreshes_of_each(
    films: Catalogue, raters: list[UUID], start: Start
) -> None:
    connection = films.connection
    finish(start("user_similarity"))
    for rater in raters:
        at_once = rows(connection, rater)
        connection.execute("select private.refresh_user_similarity(%s)", [rater])
        assert at_once
        agree(at_once, rows(connection, rater), 1e-9)


def test_comparison_on_an_engine_equals_that_of_one_process(
    films: Catalogue, raters: list[UUID], start: Start
) -> None:
    connection, results = films.connection, []
    for options in ((), ("--engine", "local:2")):
        output = finish(start("user_similarity", *options))
        neighbours = {rater: rows(connection, rater) for rater in raters}
        weights = {row[:2]: row[2] for row in connection.execute(WEIGHTS).fetchall()}
        results.append((output, neighbours, weights))
    (output, neighbours, weights), (engine_output, by_engine, weights_by_engine) = results
    assert engine_output == output
    assert weights_by_engine == pytest.approx(weights, abs=1e-6)
    for rater in raters:
        agree(neighbours[rater], by_engine[rater], 1e-6)


def test_two_comparisons_at_once_leave_all_raters_fresh(
    films: Catalogue, raters: list[UUID], start: Start
) -> None:
    for process in [start("user_similarity") for _ in range(2)]:
        finish(process)
    assert count(films.connection, FRESH) == len(raters)
    models = films.connection.execute("select name, version, is_active from recommendation_models").fetchall()
    assert models == [("rated_alike", 2, True)]


def test_comparison_killed_while_writing_changes_no_neighbours(
    stack: Stack, films: Catalogue, raters: list[UUID], start: Start
) -> None:
    connection = films.connection
    finish(start("user_similarity"))
    before = {rater: rows(connection, rater) for rater in raters}
    name = f"test {uuid4()}"
    waiting = f"select count(*) from pg_stat_activity where application_name = '{name}'"
    with psycopg.connect(stack.database_url) as other:
        other.execute("lock table user_similarities in access exclusive mode")
        process = start("user_similarity", PGAPPNAME=name)
        until(lambda: count(connection, f"{waiting} and wait_event_type = 'Lock'") == 1)
        process.kill()
        process.wait()
        other.rollback()
    until(lambda: count(connection, waiting) == 0)
    assert {rater: rows(connection, rater) for rater in raters} == before


def test_comparison_keeps_neighbours_computed_from_newer_ratings(
    stack: Stack, films: Catalogue, raters: list[UUID]
) -> None:
    client = films.connection

    def late(function: Callable[..., Any], blocks: Iterable[Any], shared: Any) -> Iterator[Any]:
        """The last rater rates, and its job runs, after all was read and before it is written."""
        for neighbours in list(one_by_one(function, blocks, shared)):
            client.execute(
                "insert into ratings (rater_id, item_id, rating) "
                "select %s, id, 5 from content on conflict do nothing",
                [raters[-1]],
            )
            client.execute("select private.refresh_user_similarity(%s)", [raters[-1]])
            yield neighbours

    before = {rater: rows(client, rater) for rater in raters}
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        compared = compare(connection, late)
    assert compared.left >= 1
    fresh = rows(client, raters[-1])
    client.execute("select private.refresh_user_similarity(%s)", [raters[-1]])
    agree(rows(client, raters[-1]), fresh, 1e-9)
    assert all(rows(client, rater) != before[rater] for rater in raters)


def test_job_compares_raters_in_a_process_of_its_own(films: Catalogue, raters: list[UUID]) -> None:
    key = f"test {uuid4()}"
    films.connection.execute("select private.enqueue('recommend', 'compare_everybody', '{}', %s)", [key])
    active = "select count(*) from recommendation_models where name = 'rated_alike' and is_active"
    until(lambda: count(films.connection, active) == 1)
    assert count(films.connection, FRESH) == len(raters)


def test_comparison_without_ratings_stores_nothing(films: Catalogue, start: Start) -> None:
    assert finish(start("user_similarity")) == "0 neighbours of 0 raters, 0 weights between items\n"
    films.connection.execute("delete from recommendation_models")
