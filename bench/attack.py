"""Measure how much lists reveal of a victim's ratings to an attacker: `python -m bench.attack`.

An attacker signs up, copies 2, 3 or 5 ratings of a victim and calls the list functions. The share of films in
those lists that the victim rated is compared with two others: that of a stranger, who copied as many ratings
of another person, and that of the same attacker after the victim's ratings were deleted and the models
trained again, which shows what taste alone reveals. Models are trained before the attacker signs up. All
writes of an attacker are rolled back.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import psycopg
from numpy.typing import NDArray
from rich.console import Console

from bench import corpus
from bench.movielens import Matrix, everything
from bench.table import Table
from bench.world import World, loaded, train
from local import temporary_stack
from local.settings import ROOT

SEED = 42
VICTIMS, LEAST_RATED = 40, 40
COPIED = (2, 3, 5)
LISTED = 20
COLLUDING = 5
"""Accounts that copy the same ratings; one of them calls the functions."""
RATED_BY = ((1, 5), (6, 20), (21, 50))
"""Raters of the copied films, the victim among them; up to 20 they are rare."""
COMPARED = (RATED_BY[0], RATED_BY[-1])
ABSENT = 12
"""Victims of `COMPARED` films whose ratings are deleted for the comparison: each costs two trainings."""
LISTS = {
    "get_recommendations": "select id from get_recommendations(%s)",
    "get_collaborative_recommendations": "select id from get_collaborative_recommendations(auth.uid(), %s)",
}
HEAD = ("copied", "rated by", "list", "attacker", "stranger", "one of five attackers")
TEXT = (
    "ml-latest-small, {ratings:,} ratings; item_model, user_similarity and blend were trained before. Shares "
    "of the first {listed} of a list that a victim rated, without the copied films; means over {victims} "
    "victims or fewer. A stranger copied as many ratings of another victim. In the last column five accounts "
    "copied the same ratings, and one of them calls the function."
)
ABSENT_HEAD = ("copied", "rated by", "list", "victim present", "victim absent", "stranger")
ABSENT_TEXT = (
    "{victims} victims or fewer. Absent: the victim's ratings were "
    "deleted, and item_model and user_similarity trained again, before the same attacker called the function."
)


@dataclass(frozen=True)
class Attack:
    """The ratings that an account copied from a victim, and the lists it received, as indexes of films."""

    victim: int
    copied: NDArray[np.int64]
    lists: dict[str, list[int]]
    shared: dict[str, list[int]]
    """The lists received when four more accounts copied the same ratings."""


def measure(world: World, say: Callable[[str], None]) -> list[Table]:
    known = world.split.known
    text = TEXT.format(ratings=int((known > 0).sum()), listed=LISTED, victims=VICTIMS)
    table = Table("What lists reveal of another person", text, HEAD)
    absent = Table(
        "The same lists without the victim",
        ABSENT_TEXT.format(victims=ABSENT),
        ABSENT_HEAD,
    )
    for least, most in RATED_BY:
        attacks = [(count, attempted(world, count, least, most)) for count in COPIED]
        for count, of_count in attacks:
            for name in LISTS:
                table.rows.append((count, f"{least} to {most}", name, *figures(of_count, known, name)))
                say(str(table.rows[-1]))
        if (least, most) not in COMPARED:
            continue
        without = repeated_without_victims(world, [of_count[:ABSENT] for _, of_count in attacks])
        for (count, of_count), lists in zip(attacks, without, strict=True):
            for name in LISTS:
                shares = compared(of_count[:ABSENT], lists, known, name)
                absent.rows.append((count, f"{least} to {most}", name, *shares))
                say(str(absent.rows[-1]))
    return [table, absent]


def repeated_without_victims(
    world: World, attacks: Sequence[Sequence[Attack]]
) -> list[list[dict[str, list[int]]]]:
    """The lists of the same attackers, each computed while the victim has no ratings."""
    victims = {one.victim for of_count in attacks for one in of_count}
    lists: dict[int, list[dict[str, list[int]]]] = {}
    for victim in victims:
        mine = [one for of_count in attacks for one in of_count if one.victim == victim]
        with absent_ratings(world, victim), psycopg.connect(world.stack.database_url) as connection:
            lists[victim] = [only_attacker(world, connection, one) for one in mine]
    return [[lists[one.victim].pop(0) for one in of_count] for of_count in attacks]


def only_attacker(world: World, connection: psycopg.Connection, one: Attack) -> dict[str, list[int]]:
    own, _ = attack(connection, copied_ratings(world, one.victim, one.copied))
    return {name: named(world, rows) for name, rows in own.items()}


@contextmanager
def absent_ratings(world: World, victim: int) -> Iterator[None]:
    """Delete the victim's ratings and train the models without them; restored at the end."""
    rater = world.people[victim].rater
    with psycopg.connect(world.stack.database_url, autocommit=True) as connection:
        columns = "rater_id, item_id, rating, created_at, updated_at"
        rows = connection.execute(
            f"delete from ratings where rater_id = %s returning {columns}", [rater]
        ).fetchall()
        train(world.stack, "item_model", "user_similarity")
        yield
        insert = f"insert into ratings ({columns}) values (%s, %s, %s, %s, %s)"
        connection.cursor().executemany(insert, rows)


def copied_ratings(world: World, victim: int, copied: NDArray[np.int64]) -> dict[UUID, float]:
    return {world.split.films[film].id: float(world.split.known[victim, film]) for film in copied}


def compared(
    attacks: Sequence[Attack], without: Sequence[dict[str, list[int]]], known: Matrix, name: str
) -> tuple[str, str, str]:
    own, others, _ = figures(attacks, known, name)
    absent = [share(known, one.victim, lists[name]) for one, lists in zip(attacks, without, strict=True)]
    return own, f"{np.mean(absent):.3f}", others


def attempted(world: World, count: int, least: int, most: int) -> list[Attack]:
    chance = np.random.default_rng(SEED)
    known = world.split.known
    raters = (known > 0).sum(axis=0)
    attacks: list[Attack] = []
    with psycopg.connect(world.stack.database_url) as connection:
        for victim in chance.permutation(np.flatnonzero((known > 0).sum(axis=1) >= LEAST_RATED)):
            rare = np.flatnonzero((known[victim] > 0) & (raters >= least) & (raters <= most))
            if len(attacks) == VICTIMS or len(rare) < count:
                continue
            copied = chance.choice(rare, count, replace=False)
            copies = copied_ratings(world, int(victim), copied)
            lists, shared = (
                {name: named(world, rows) for name, rows in by_function.items()}
                for by_function in attack(connection, copies)
            )
            attacks.append(Attack(int(victim), copied, lists, shared))
    return attacks


def attack(connection: psycopg.Connection, copies: dict[UUID, float]) -> Sequence[dict[str, list[UUID]]]:
    """The lists of a single account, and of one of five; rolled back at the end."""
    lists = []
    for accounts in (1, COLLUDING):
        for _ in range(accounts):
            user = sign_up(connection, copies)
        claims = json.dumps({"role": "authenticated", "sub": str(user)})
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("set local role authenticated")
        lists.append(
            {name: [row[0] for row in connection.execute(query, [LISTED])] for name, query in LISTS.items()}
        )
        connection.rollback()
    return lists


def sign_up(connection: psycopg.Connection, copies: dict[UUID, float]) -> UUID:
    user = uuid4()
    connection.execute("insert into auth.users (id, email) values (%s, %s)", [user, f"{user}@example.com"])
    connection.cursor().executemany(
        "insert into ratings (rater_id, item_id, rating) "
        "select r.id, %s, %s from raters r join profiles p on p.id = r.profile_id where p.account_id = %s",
        [(film, rating, user) for film, rating in copies.items()],
    )
    return user


def named(world: World, rows: list[UUID]) -> list[int]:
    indexes = {film.id: index for index, film in enumerate(world.split.films)}
    return [indexes[row] for row in rows]


def figures(attacks: Sequence[Attack], known: Matrix, name: str) -> tuple[str, str, str]:
    """Mean shares of films that victims rated: for attackers, strangers, one of five attackers."""
    own = [share(known, one.victim, one.lists[name]) for one in attacks]
    others = [
        share(known, one.victim, other.lists[name])
        for one in attacks
        for other in attacks
        if other is not one
    ]
    shared = [share(known, one.victim, one.shared[name]) for one in attacks]
    return f"{np.mean(own):.3f}", f"{np.mean(others):.3f}", f"{np.mean(shared):.3f}"


def share(known: Matrix, victim: int, listed: list[int]) -> float:
    return float((known[victim, listed] > 0).mean()) if listed else 0.0


def main() -> int:
    console = Console(highlight=False, soft_wrap=True)
    folder = corpus.FOLDER
    if not (Path(folder) / "movielens-small").is_dir():
        console.print(f"skipped: there is no {folder / 'movielens-small'}")
        return 0
    with (
        temporary_stack.running(ROOT / ".local-quality") as stack,
        loaded(stack, everything(folder)) as world,
    ):
        train(stack, "item_model", "user_similarity", "blend")
        for table in measure(world, console.print):
            console.print(table.markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
