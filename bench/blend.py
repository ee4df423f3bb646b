"""How good the parts of a list are, and the list itself, by how much is known of people."""

import sys
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from rich.console import Console

from bench.movielens import Split, by_chance, by_time
from bench.quality import COUNT, FOLDER, Loaded, loaded, ndcg, plain_ease
from bench.table import Table, percentile, timed
from local import throwaway
from local.settings import ROOT
from local.throwaway import Stack

SLICES = ((1, 4), (5, 19), (20, 99), (100, 10**6))
COLUMNS = ("list", "NDCG@10", *(f"{low} to {high}" for low, high in SLICES[:-1]), "100 and more", "ms")
PARTS = {
    "liked_together": "item_based(%(rater)s, null, 10, null)",
    "taste": "collaborative(%(rater)s, null, 10)",
    "popular": "popular(null, 3000)",
}
"""Of what popular lists the first ten that are not rated count."""
LIST = "select id from get_recommendations(10, diversity => {}, profile_id => %(profile)s)"
LISTS = {
    "get_recommendations": LIST.format("null"),
    "the same, diversity 0": LIST.format(0),
    "the same, diversity 1": LIST.format(1),
}


def profiles(connection: psycopg.Connection[Any], raters: list[UUID]) -> list[UUID]:
    """A profile of its own for each rater, as signing up makes one."""
    connection.execute("insert into auth.users (id) select unnest(%s::uuid[])", [raters])
    connection.execute("delete from raters where profile_id is not null")
    connection.execute("update profiles set id = account_id where account_id = any(%s)", [raters])
    connection.execute("update raters set profile_id = id where id = any(%s)", [raters])
    return raters


def measure(stack: Stack, split: Split, title: str, regularisation: float, fitted: bool) -> Table:
    table = Table(title, "By how many ratings are known of a person; ms: 95th percentile.", COLUMNS)
    with psycopg.connect(stack.database_url, autocommit=True) as connection, loaded(connection, split) as at:
        stack.run(sys.executable, "-m", "workers", "item_model")
        if fitted:
            stack.run(sys.executable, "-m", "workers", "blend")
        connection.execute('set request.jwt.claims = \'{"role": "service_role"}\'')
        profiles(connection, at.raters)
        named = {name: part_query(part) for name, part in PARTS.items()} | LISTS
        for name, query in named.items():
            answers, milliseconds = answered(at, query)
            table.rows.append((name, *sliced(answers, split), milliseconds))
        table.rows.append(("plain EASE", *sliced(plain_ease(split, regularisation), split), ""))
        connection.execute("delete from auth.users")
    return table


def part_query(part: str) -> str:
    return (
        f"select l.item_id from private.{part} with ordinality as l "
        "where l.item_id not in (select private.unwanted(%(rater)s)) order by l.ordinality limit 10"
    )


def answered(at: Loaded, query: str) -> tuple[NDArray[np.int64], float]:
    at_once = list(rows(at, query))
    lists = np.array([found + [-1] * (COUNT - len(found)) for found, _ in at_once])
    return lists, percentile([milliseconds for _, milliseconds in at_once], 0.95)


def rows(at: Loaded, query: str) -> Iterator[tuple[list[int], float]]:
    for rater in at.raters:
        values = {"rater": rater, "profile": rater}
        found, milliseconds = timed(at.connection.execute, query, values)
        yield [at.films[row[0]] for row in found.fetchmany(COUNT)], milliseconds


def sliced(lists: NDArray[np.int64], split: Split) -> list[str]:
    known = (split.known > 0).sum(axis=1)
    said = [f"{ndcg(lists, split.asked):.4f}"]
    for low, high in SLICES:
        inside = (known >= low) & (known <= high) & split.asked.any(axis=1)
        value = ndcg(lists[inside], split.asked[inside]) if inside.any() else float("nan")
        said.append(f"{value:.4f} ({inside.sum()})" if inside.any() else "")
    return said


def main() -> int:
    console = Console(highlight=False, soft_wrap=True)
    tasks = [("movielens-100k", by_chance, 500.0), ("movielens-small", by_time, 200.0)]
    with throwaway.running(ROOT / ".local-blend") as stack:
        for name, read, regularisation in tasks:
            if not (FOLDER / name).is_dir():
                console.print(f"skipped: there is no {FOLDER / name}")
                continue
            for fitted, how in (
                (False, "weights as a new database has them"),
                (True, "weights fitted on it"),
            ):
                table = measure(stack, read(FOLDER), f"{name}, {how}", regularisation, fitted)
                console.print(table.markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
