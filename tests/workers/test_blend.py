"""`python -m workers blend` on a running stack: weights follow the sources' predictions."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.workers.catalogue import Catalogue
from tests.workers.conftest import Start, finish

PEOPLE, GENRES, FILMS = 240, 4, 8
STORED = "select part, min_ratings, weight, explanation, fitted_at from recommendation_weights order by 1, 2"


@pytest.fixture
def fans(films: Catalogue) -> Iterator[psycopg.Connection[Any]]:
    """Each rater rates seven of the eight films of one genre, one after another."""
    connection, chance = films.connection, random.Random(3)
    before = connection.execute("select * from recommendation_weights").fetchall()
    items = films.add_unnoticed(GENRES * FILMS)
    raters = films.add_raters(PEOPLE)
    with films.unnoticed("ratings"), connection.cursor() as cursor:
        cursor.executemany(
            "insert into ratings (rater_id, item_id, rating, updated_at) values (%s, %s, %s, %s)",
            [
                (rater, film, chance.choice([4, 5]), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(place))
                for number, rater in enumerate(raters)
                for place, film in enumerate(
                    chance.sample(items[number % GENRES * FILMS :][:FILMS], FILMS - 1)
                )
            ],
        )
    connection.execute(
        "insert into item_embeddings (item_id, kind, model, text_hash, embedding) "
        "select id, kind, 'test', gen_random_uuid(), array_fill(0.05, array[384])::extensions.vector "
        "from items where id = any(%s)",
        [items[:3]],
    )
    yield connection
    connection.execute("delete from recommendation_weights")
    with connection.cursor() as cursor:
        cursor.executemany("insert into recommendation_weights values (%s, %s, %s, %s, %s)", before)


def test_source_with_best_predictions_gets_largest_weight(
    fans: psycopg.Connection[Any], start: Start
) -> None:
    output = finish(start("blend"))
    assert output.startswith("from 5 ratings: ")
    weights = {(row[0], row[1]): row[2] for row in fans.execute(STORED).fetchall()}
    fitted = {row[:2] for row in fans.execute(STORED).fetchall() if row[4]}
    assert fitted == {(p, low) for p in ("liked_together", "taste", "liked", "popular") for low in (5,)}
    assert weights["popular", 5] < max(weights["liked_together", 5], weights["taste", 5])
    assert weights["popular", 0] == pytest.approx(0.1)


def test_dry_run_with_same_seed_repeats_its_result_and_stores_nothing(
    fans: psycopg.Connection[Any], start: Start
) -> None:
    before = fans.execute(STORED).fetchall()
    first = finish(start("blend", "--dry-run", "--seed", "7"))
    assert fans.execute(STORED).fetchall() == before
    assert finish(start("blend", "--dry-run", "--seed", "7")) == first


def test_blend_keeps_weights_with_too_few_raters(films: Catalogue, start: Start) -> None:
    before = films.connection.execute(STORED).fetchall()
    assert finish(start("blend")) == "too few people to learn from: the weights stay as they are\n"
    assert films.connection.execute(STORED).fetchall() == before
