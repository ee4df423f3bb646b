"""Measure how times of lists and models grow with the number of ratings, in a database of their own."""

from collections.abc import Callable, Iterator, Sequence
from typing import LiteralString

import numpy as np
import psycopg

from bench import corpus, million
from bench.batches import spent
from bench.table import Table, exponent, percentile, timed
from bench.world import Person, accounts
from local import temporary_stack
from local.settings import ROOT
from seed.load import load
from seed.rows import Film, Rating

SIZES = (10_000, 100_000, 1_000_209)
PEOPLE = 40
MODEL = "training of the item model, s"
FUNCTIONS: dict[str, tuple[LiteralString, Callable[[Person], object]]] = {
    "get_recommendations, p50 ms": (
        "select * from get_recommendations(20, null, 0.3, %s)",
        lambda person: person.profile,
    ),
    "get_collaborative_recommendations, p50 ms": (
        "select * from get_collaborative_recommendations(%s, 20)",
        lambda person: person.user,
    ),
    "refresh of one rater's similarities, p50 ms": (
        "select private.refresh_user_similarity(%s)",
        lambda person: person.rater,
    ),
}


def measure(say: Callable[[str], None]) -> list[Table]:
    columns: dict[str, list[float]] = {name: [] for name in (MODEL, *FUNCTIONS)}
    sizes: list[float] = []
    with (
        temporary_stack.running(ROOT / ".local-growth") as stack,
        psycopg.connect(stack.database_url, autocommit=True) as connection,
    ):
        connection.execute("alter table content disable trigger enqueue_inserted")
        load(connection, Film, corpus.rated_films().values())
        people = accounts(connection, PEOPLE)
        connection.execute('set request.jwt.claims = \'{"role": "service_role"}\'')
        for ratings in batches_by_size(people):
            sizes.append((sizes[-1] if sizes else 0) + load(connection, Rating, ratings))
            connection.execute("vacuum (analyze)")
            columns[MODEL].append(spent("item_model")[0])
            for name, (query, of) in FUNCTIONS.items():
                columns[name].append(middle(connection, query, [of(person) for person in people]))
            say(f"{sizes[-1]:,.0f} ratings: {[round(values[-1], 2) for values in columns.values()]}")
    table = Table(
        "Growth",
        "People of MovieLens 1M with all their ratings, ever more of them; by psycopg, one client, for the "
        f"same {PEOPLE} people. The exponent is that of the power law that fits best: 1 is in proportion.",
        ("", *(f"{size:,.0f} ratings" for size in sizes), "exponent"),
    )
    table.rows.extend((name, *values, exponent(sizes, values)) for name, values in columns.items())
    return [table]


def batches_by_size(people: Sequence[Person]) -> Iterator[list[Rating]]:
    """Ratings to add for each size: all ratings of random users, of whom the first are `people`."""
    pairs = million.pairs(corpus.FOLDER)
    films = {key: film.id for key, film in corpus.rated_films().items()}
    order = np.random.default_rng(3).permutation(np.unique(pairs[:, 0]))
    raters = {int(user): person.rater for user, person in zip(order, people, strict=False)}
    rated = list(million.ratings(pairs, raters, films))
    position_of = np.zeros(order.max() + 1, dtype=np.int64)
    position_of[order] = np.arange(len(order))
    positions = position_of[pairs[:, 0]]
    ordered = np.argsort(positions, kind="stable")
    before = 0
    for size in SIZES:
        last = int(np.searchsorted(positions[ordered], positions[ordered[size - 1]], side="right"))
        yield [rated[index] for index in ordered[before:last]]
        before = last


def middle(connection: psycopg.Connection, query: LiteralString, ids: Sequence[object]) -> float:
    """The median milliseconds of the query over the ids."""

    def run(id: object) -> None:
        connection.execute(query, [id]).fetchall()

    return percentile([timed(run, id)[1] for id in ids], 0.5)
