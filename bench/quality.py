"""python -m bench.quality: how good the lists are, measured through SQL, written to QUALITY.md."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
from numpy.typing import NDArray
from rich.console import Console

from bench.movielens import Split, by_chance, by_time
from bench.table import Table, percentile, timed
from local import throwaway
from local.settings import ROOT
from local.throwaway import Stack

RESULTS = Path(__file__).parent / "QUALITY.md"
FOLDER = Path(os.environ.get("SEED_DIR") or ROOT.parent / "shared" / "data")
COUNT = 10
POPULAR = (
    "select item_id from private.popular(null, 100000) where item_id not in (select private.unwanted(%s))"
)
COLLABORATIVE = f"select id from get_collaborative_recommendations(%s, {COUNT})"
ITEM_BASED = f"select item_id from private.item_based(%s, null, {COUNT}, null)"
HEAD = """# Quality

Written by `make bench-quality` on {day}.

NDCG@10: every rating that was kept aside counts as relevant, whatever its value; all films that a person has
not rated are ranked. ms: 95th percentile of one client's calls."""
CHANCE = "ml-100k, 80,000 ratings (u1.base): three quarters of each person's are known, the rest is asked."
TIME = "ml-latest-small, 91,018 ratings: all but each person's latest tenth are known, that is asked for."

Lists = NDArray[np.int64]


@dataclass
class Loaded:
    connection: psycopg.Connection[Any]
    films: dict[UUID, int]
    raters: list[UUID]

    def lists(self, query: str) -> tuple[Lists, float]:
        """Each rater's list by place of the film, -1 where it ends early; and the milliseconds of a call."""
        answers = [timed(self._list, query, rater) for rater in self.raters]
        padded = [answer + [-1] * (COUNT - len(answer)) for answer, _ in answers]
        return np.array(padded), percentile([milliseconds for _, milliseconds in answers], 0.95)

    def _list(self, query: str, rater: UUID) -> list[int]:
        return [self.films[row[0]] for row in self.connection.execute(query, [rater]).fetchmany(COUNT)]


@contextmanager
def loaded(connection: psycopg.Connection[Any], split: Split) -> Iterator[Loaded]:
    """What is known, as films, raters and ratings of their own."""
    raters, films = ([uuid4() for _ in range(count)] for count in split.known.shape)
    rows = zip(*np.nonzero(split.known), strict=True)
    connection.execute("alter table content disable trigger enqueue_inserted")
    connection.execute(
        "insert into content (id, title) select id, 'Film ' || id from unnest(%s::uuid[]) as id", [films]
    )
    connection.execute("insert into raters (id) select unnest(%s::uuid[])", [raters])
    with (
        connection.cursor() as cursor,
        cursor.copy("copy ratings (rater_id, item_id, rating, created_at, updated_at) from stdin") as copy,
    ):
        for rater, film in rows:
            at = datetime.fromtimestamp(split.times[rater, film], UTC)
            copy.write_row((raters[rater], films[film], split.known[rater, film], at, at))
    connection.execute("analyze")
    yield Loaded(connection, {film: place for place, film in enumerate(films)}, raters)
    connection.execute("delete from recommendation_models")
    connection.execute("delete from raters where id = any(%s)", [raters])
    connection.execute("delete from content where id = any(%s)", [films])


def ndcg(lists: Lists, asked: NDArray[np.bool_]) -> float:
    """The mean over those who are asked for something."""
    discounts = 1 / np.log2(np.arange(COUNT) + 2)
    hits = np.take_along_axis(asked, np.maximum(lists, 0), axis=1) & (lists >= 0)
    wanted = asked.sum(axis=1)
    best = np.concatenate([[0], np.cumsum(discounts)])[np.minimum(wanted, COUNT)]
    return float(np.mean((hits @ discounts)[wanted > 0] / best[wanted > 0]))


def plain_ease(split: Split, regularisation: float) -> Lists:
    """As published: what was rated counts as 1, all weights are kept."""
    rated = (split.known > 0).astype(np.float64)
    inverse = np.linalg.inv(rated.T @ rated + regularisation * np.eye(rated.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    scores = np.where(rated > 0, -np.inf, rated @ weights)
    return np.argsort(-scores, axis=1, kind="stable")[:, :COUNT]


def measure(stack: Stack, split: Split, table: Table, regularisation: float) -> None:
    with psycopg.connect(stack.database_url, autocommit=True) as connection, loaded(connection, split) as at:
        _, milliseconds = timed(stack.run, sys.executable, "-m", "workers", "item_model")
        connection.execute('set request.jwt.claims = \'{"role": "service_role"}\'')
        for name, query in (
            ("popular", POPULAR),
            ("get_collaborative_recommendations", COLLABORATIVE),
            (f"item_based, trained in {milliseconds / 1000:.1f} s", ITEM_BASED),
        ):
            lists, slowest = at.lists(query)
            table.rows.append((name, f"{ndcg(lists, split.asked):.4f}", slowest))
    plain = f"{ndcg(plain_ease(split, regularisation), split.asked):.4f}"
    table.rows.append((f"plain EASE in NumPy, λ {regularisation:.0f}, nothing pruned", plain, ""))


def main() -> int:
    console = Console(highlight=False, soft_wrap=True)
    tasks: list[tuple[str, str, Callable[[Path], Split], float, str]] = [
        ("Ratings by chance", CHANCE, by_chance, 500, "movielens-100k"),
        ("Ratings to come", TIME, by_time, 200, "movielens-small"),
    ]
    tables = []
    with throwaway.running(ROOT / ".local-quality") as stack:
        for title, text, read, regularisation, name in tasks:
            if not (FOLDER / name).is_dir():
                console.print(f"skipped: there is no {FOLDER / name}")
                continue
            tables.append(Table(title, text, ("list", "NDCG@10", "ms")))
            measure(stack, read(FOLDER), tables[-1], regularisation)
    text = "\n\n".join([HEAD.format(day=f"{datetime.now(UTC):%Y-%m-%d}"), *(t.markdown() for t in tables)])
    if tables:
        RESULTS.write_text(text + "\n")
    console.print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
