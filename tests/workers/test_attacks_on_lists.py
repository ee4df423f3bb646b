"""Attacks on lists: copying some of a rater's ratings reveals nothing about the others."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Stack
from tests.sql.people import Person, become, person, rate
from tests.workers.catalogue import catalogue
from workers.common.blocks import one_by_one
from workers.recommend.item_model import train
from workers.recommend.item_model.core import Parameters
from workers.recommend.user_similarity.compare import compare

CROWD, POPULAR, RARE = 60, 40, 30
OTHERS = 9
"""Other raters of a film: with the victim the most that a rare film has among so few raters."""
COPIED = (2, 3, 5)
COLLUDING = 6
"""Accounts of one attacker. With more of them a film with three other raters would not be rare."""
LISTS = {
    "get_recommendations": "select id from get_recommendations(20)",
    "get_collaborative_recommendations": "select id from get_collaborative_recommendations(auth.uid(), 20)",
}
Ratings = Mapping[UUID, float]


@dataclass(frozen=True)
class World:
    connection: psycopg.Connection[Any]
    popular: Sequence[UUID]
    rare: Sequence[UUID]
    """Films that only the victim rated; the first five also two others, the last five also `OTHERS`."""
    strange: Sequence[UUID]
    """The same for another rater."""
    victim: Ratings
    other: Ratings


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    """A crowd that rated popular films, two raters who also rated rare films, and trained models."""
    with catalogue(stack.database_url) as films:
        chance = random.Random(11)
        popular, rare, strange = (films.add_unnoticed(count) for count in (POPULAR, RARE, RARE))
        *crowd, victim, other = films.add_raters(CROWD + 2)
        rows = [
            (rater, film, chance.randint(4, 10) / 2) for rater in crowd for film in chance.sample(popular, 15)
        ]
        for count, some in ((2, slice(0, 5)), (OTHERS, slice(25, 30))):
            few = (*rare[some], *strange[some])
            rows += [(one, film, 4.0) for film in few for one in chance.sample(crowd, count)]
        stars = [
            {film: chance.randint(7, 10) / 2 for film in (*own, *popular[:8])} for own in (rare, strange)
        ]
        rows += [
            (rater, *pair) for rater, own in zip((victim, other), stars, strict=True) for pair in own.items()
        ]
        films.rate(rows)
        trained(stack.database_url)
        with psycopg.connect(stack.database_url) as connection:
            yield World(connection, popular, rare, strange, *stars)
            connection.rollback()
        films.connection.execute("delete from recommendation_models")


def trained(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        train.train(connection, Parameters(), train.here)
    with psycopg.connect(url, autocommit=True) as connection:
        compare(connection, one_by_one)


@pytest.fixture
def db(world: World) -> Iterator[psycopg.Connection[Any]]:
    yield world.connection
    world.connection.rollback()


def attacker(db: psycopg.Connection[Any], copies: Ratings, accounts: int = 1) -> Person:
    """The last of some accounts with the same ratings."""
    for _ in range(accounts):
        account = person(db, "attacker")
        rate(db, account.rater_id, copies)
    return account


def share(db: psycopg.Connection[Any], viewer: Person, query: str, victim: Ratings) -> float:
    """The share of a list that the victim rated."""
    become(db, viewer)
    listed = [row[0] for row in db.execute(query).fetchall()]
    db.execute("reset role")
    return sum(film in victim for film in listed) / max(len(listed), 1)


@pytest.mark.parametrize(
    ("start", "accounts"),
    [(0, 1), (0, COLLUDING), (10, 1), (10, COLLUDING), (25, 1)],
    ids=[
        "rated by three",
        "rated by three, six accounts",
        "rated by one",
        "rated by one, six accounts",
        "rated by ten",
    ],
)
@pytest.mark.parametrize("shift", [0, -0.5, -2.5])
@pytest.mark.parametrize("copied", COPIED)
@pytest.mark.parametrize("name", LISTS)
def test_copying_rare_ratings_gives_the_list_of_a_stranger(
    db: psycopg.Connection[Any], world: World, name: str, copied: int, shift: float, start: int, accounts: int
) -> None:
    chosen = slice(start, start + copied)
    copies = {film: world.victim[film] + shift for film in world.rare[chosen]}
    strange = {film: world.other[film] + shift for film in world.strange[chosen]}
    listed = share(db, attacker(db, copies, accounts), LISTS[name], world.victim)
    assert listed <= 1.1 * share(db, attacker(db, strange, accounts), LISTS[name], world.victim)


@pytest.mark.parametrize("name", LISTS)
def test_copying_popular_ratings_too_does_not_help(
    db: psycopg.Connection[Any], world: World, name: str
) -> None:
    """Popular films lead to a list; the victim's rare films add no more to it than other rare films do."""
    popular = {film: world.victim[film] for film in world.popular[:4]}
    ratings = [world.victim[film] for film in world.rare[10:15]]
    lists = []
    for rare in (world.rare[10:15], world.strange[10:15]):
        with db.transaction(force_rollback=True):
            become(db, attacker(db, {**popular, **dict(zip(rare, ratings, strict=True))}))
            lists.append([row[0] for row in db.execute(LISTS[name]).fetchall()])
    assert lists[0] == lists[1] != []
    assert not set(lists[0]) & set(world.rare)


def test_guessing_accounts_do_not_count_as_several_raters(db: psycopg.Connection[Any], world: World) -> None:
    """All accounts but one rate films that the victim may have rated; the last one's list shows none."""
    copies = {film: world.victim[film] for film in world.rare[10:15]}
    guesses = dict.fromkeys((*world.rare[20:], *world.strange[20:]), 5.0)
    for _ in range(COLLUDING - 1):
        attacker(db, {**copies, **guesses})
    become(db, attacker(db, copies))
    listed = {row[0] for row in db.execute(LISTS["get_collaborative_recommendations"]).fetchall()}
    assert not listed & set(guesses)


@pytest.mark.parametrize("stars", [0.5, 5])
def test_prediction_does_not_reveal_a_single_rating(
    db: psycopg.Connection[Any], world: World, stars: float
) -> None:
    """All accounts but one rated the film too, and agree with the victim on every rating."""
    copies = {film: world.victim[film] for film in world.rare[10:15]}
    film = world.rare[20]
    db.execute("update ratings set rating = %s where item_id = %s", [stars, film])
    for _ in range(COLLUDING - 1):
        attacker(db, {**copies, film: 3})
    become(db, attacker(db, copies))
    assert db.execute("select predict_rating(auth.uid(), %s)", [film]).fetchone() == (None,)


def test_prediction_does_not_reveal_a_rare_rating_by_its_bias(
    db: psycopg.Connection[Any], world: World
) -> None:
    predictions = set()
    for stars in (0.5, 5):
        db.execute("update ratings set rating = %s where item_id = %s", [stars, world.rare[20]])
        become(db, attacker(db, {world.rare[20]: 3}))
        row = db.execute("select predict_rating(auth.uid(), %s)", [world.popular[0]]).fetchone()
        predictions.add(row)
        db.execute("reset role")
        db.execute("delete from auth.users where email like 'attacker-%%'")
    assert len(predictions) == 1


def test_models_link_no_items_with_fewer_than_five_common_raters(
    db: psycopg.Connection[Any], world: World
) -> None:
    few = db.execute(
        "select count(*) from item_neighbours as n where weight > 0 and 5 > ("
        "select count(*) from ratings a join ratings b on a.rater_id = b.rater_id "
        "where a.item_id = n.item_id and b.item_id = n.neighbour_id)"
    ).fetchone()
    assert few == (0,)
    become(db, None)
    linked = db.execute(
        "select count(*) from item_neighbours where item_id = any(%(rare)s) or neighbour_id = any(%(rare)s)",
        {"rare": list(world.rare)},
    ).fetchone()
    assert linked == (0,)
    similar = db.execute("select id from get_similar_items(%s)", [world.rare[10]]).fetchall()
    assert similar == []


def test_export_does_not_contain_similarities_of_neighbours(
    db: psycopg.Connection[Any], world: World
) -> None:
    copies = {film: world.victim[film] for film in world.popular[:6]}
    account = attacker(db, copies)
    db.execute("select private.refresh_user_similarity(%s)", [account.rater_id])
    become(db, account)
    row = db.execute("select export_my_data() -> 'user_similarities'").fetchone()
    assert row and row[0]
    assert {key for one in row[0] for key in one} == {"rater_id", "computed_at"}


def test_viewer_with_common_taste_gets_items_that_others_liked(
    db: psycopg.Connection[Any], world: World
) -> None:
    """The protection does not empty the lists."""
    become(db, attacker(db, dict.fromkeys(world.popular[:3], 5.0)))
    for query in LISTS.values():
        listed = {row[0] for row in db.execute(query).fetchall()}
        assert len(listed) == 20 and listed <= set(world.popular)
