"""How lists and the models behind them grow with ratings, in a database of their own."""

from collections.abc import Callable, Iterator

import numpy as np
import psycopg

from bench import corpus, million
from bench.batches import spent
from bench.table import Table, percentile, timed
from local import throwaway
from local.settings import ROOT
from seed.load import load
from seed.rows import Film, Rating

SIZES = (10_000, 100_000, 1_000_209)
RATERS = 60
MODEL = "item model, s"
FUNCTIONS = {
    "item_based, p50 ms": "select * from private.item_based(%s, null, 20)",
    "collaborative, p50 ms": "select * from private.collaborative(%s, null, 20)",
    "refresh of one rater's similarities, p50 ms": "select private.refresh_user_similarity(%s)",
}


def measure(say: Callable[[str], None]) -> list[Table]:
    columns: dict[str, list[float]] = {name: [] for name in (MODEL, *FUNCTIONS)}
    sizes: list[float] = []
    with (
        throwaway.running(ROOT / ".local-growth") as stack,
        psycopg.connect(stack.database_url, autocommit=True) as connection,
    ):
        connection.execute("alter table content disable trigger enqueue_inserted")
        load(connection, Film, corpus.rated_films().values())
        for ratings in parts():
            load(connection, Rating, ratings)
            connection.execute("vacuum (analyze)")
            sizes.append(one(connection, "select count(*) from ratings"))
            columns[MODEL].append(spent("item_model")[0])
            for name, query in FUNCTIONS.items():
                columns[name].append(middle(connection, query))
            say(f"{sizes[-1]:,.0f} ratings: {[round(values[-1], 2) for values in columns.values()]}")
    table = Table(
        "Growth",
        f"People of MovieLens 1M with all their ratings, ever more of them; by psycopg, one client, {RATERS} "
        "people. The exponent is that of the power law that fits best: 1 is in proportion, 0 is no growth.",
        ("", *(f"{size:,.0f} ratings" for size in sizes), "exponent"),
    )
    table.rows.extend((name, *values, exponent(sizes, values)) for name, values in columns.items())
    return [table]


def parts() -> Iterator[Iterator[Rating]]:
    """What is added to come from each size to the next: whole people, in an order by chance."""
    given = million.pairs(corpus.FOLDER)
    films = {key: film.id for key, film in corpus.rated_films().items()}
    rated = list(million.ratings(given, {}, films))
    users = np.random.default_rng(3).permutation(given.max(axis=0)[0] + 1)[given[:, 0]]
    before = 0
    ordered = np.argsort(users, kind="stable")
    for size in SIZES:
        last = np.searchsorted(users[ordered], users[ordered[size - 1]], side="right")
        yield (rated[place] for place in ordered[before:last])
        before = int(last)


def middle(connection: psycopg.Connection, query: str) -> float:
    found = connection.execute(
        "select id from raters where rating_count > 0 order by md5(id::text) limit %s", [RATERS]
    )
    raters = [row[0] for row in found]
    return percentile([timed(_read, connection, query, rater)[1] for rater in raters], 0.5)


def one(connection: psycopg.Connection, query: str) -> float:
    found = connection.execute(query.encode()).fetchone()
    return float(found[0]) if found else 0.0


def _read(connection: psycopg.Connection, query: str, rater: object) -> None:
    connection.execute(query.encode(), [rater]).fetchall()


def exponent(sizes: list[float], values: list[float]) -> float:
    """Of the power law through them: the slope of a line through their logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])
