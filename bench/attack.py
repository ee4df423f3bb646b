"""python -m bench.attack: what somebody learns of a person's ratings from lists, who copies some of them.

An attacker signs up, copies 2, 3 or 5 ratings of a victim, and asks for lists: do they hold more of what the
victim rated than the lists of a stranger do, who copied as many of another person's ratings? Models were
trained before the attacker came. Nothing that an attacker writes stays.
"""

import json
import sys
from collections.abc import Callable, Sequence
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
from local import throwaway
from local.settings import ROOT

SEED = 42
VICTIMS, LEAST_RATED = 40, 40
COPIED = (2, 3, 5)
LISTED = 20
COLLUDING = 5
"""Accounts that copy the same ratings, and one of them asks."""
RARE, LESS_RARE = (1, 5), (21, 50)
"""How many rated what is copied, the victim among them."""
LISTS = {
    "get_recommendations": "select id from get_recommendations(%s)",
    "get_collaborative_recommendations": "select id from get_collaborative_recommendations(auth.uid(), %s)",
}
HEAD = ("copied", "rated by", "list", "attacker", "stranger", "one of five attackers")
TEXT = (
    "ml-latest-small, {ratings:,} ratings; item_model, user_similarity and blend were trained before. Shares "
    "of the first {listed} of a list that a victim rated, without what was copied; means over {victims} "
    "victims or fewer. A stranger copied as many ratings of another victim. In the last column five accounts "
    "copied the same, and one of them asks."
)


@dataclass(frozen=True)
class Attack:
    """What one account copied of a victim, and the lists it was given, by places of films."""

    victim: int
    copied: NDArray[np.int64]
    lists: dict[str, list[int]]
    shared: dict[str, list[int]]
    """With four more accounts that copied the same."""


def measure(world: World, say: Callable[[str], None]) -> list[Table]:
    known = world.split.known
    text = TEXT.format(ratings=int((known > 0).sum()), listed=LISTED, victims=VICTIMS)
    table = Table("What lists tell of another person", text, HEAD)
    for least, most in (RARE, LESS_RARE):
        for count in COPIED:
            attacks = attempted(world, count, least, most)
            for name in LISTS:
                table.rows.append((count, f"{least} to {most}", name, *figures(attacks, known, name)))
                say(str(table.rows[-1]))
    return [table]


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
            given = {world.split.films[film].id: float(known[victim, film]) for film in copied}
            lists, shared = (
                {name: named(world, rows) for name, rows in found.items()}
                for found in attack(connection, given)
            )
            attacks.append(Attack(int(victim), copied, lists, shared))
    return attacks


def attack(connection: psycopg.Connection, given: dict[UUID, float]) -> Sequence[dict[str, list[UUID]]]:
    """The lists of one account, and of one of five; undone at the end."""
    found = []
    for accounts in (1, COLLUDING):
        for _ in range(accounts):
            user = sign_up(connection, given)
        claims = json.dumps({"role": "authenticated", "sub": str(user)})
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("set local role authenticated")
        found.append(
            {name: [row[0] for row in connection.execute(query, [LISTED])] for name, query in LISTS.items()}
        )
        connection.rollback()
    return found


def sign_up(connection: psycopg.Connection, given: dict[UUID, float]) -> UUID:
    user = uuid4()
    connection.execute("insert into auth.users (id, email) values (%s, %s)", [user, f"{user}@example.com"])
    connection.cursor().executemany(
        "insert into ratings (rater_id, item_id, rating) "
        "select r.id, %s, %s from raters r join profiles p on p.id = r.profile_id where p.account_id = %s",
        [(film, rating, user) for film, rating in given.items()],
    )
    return user


def named(world: World, rows: list[UUID]) -> list[int]:
    places = {film.id: place for place, film in enumerate(world.split.films)}
    return [places[row] for row in rows]


def figures(attacks: list[Attack], known: Matrix, name: str) -> tuple[str, str, str]:
    """The mean shares of what victims rated: in lists of their attackers, of others, of five at once."""
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
        throwaway.running(ROOT / ".local-quality") as stack,
        loaded(stack, everything(folder)) as world,
    ):
        train(stack, "item_model", "user_similarity", "blend")
        for table in measure(world, console.print):
            console.print(table.markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
