"""Measure which queries of queries.tsv find a film that a film lover expects, among the first five results.

`python -m bench.found` replaces this table of QUALITY.md alone; `make bench-quality` writes all tables.
"""

import csv
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg
from rich.console import Console

from bench.embeddings import store
from bench.table import Table, percentile, timed
from bench.world import service
from local import exits, temporary_stack
from local.settings import ROOT
from local.temporary_stack import Stack
from seed.__main__ import seed

QUERIES = Path(__file__).parent / "queries.tsv"
REPORT = Path(__file__).parent / "QUALITY.md"
COUNT = 5
TEXTS_AT_ONCE = 16
SETS = ("tuned", "held out")
"""The rules and the vocabulary were written with the first set in view, and without the second."""
COLUMNS = ("group", "queries", "words", "words and meaning", "held out, words", "held out, words and meaning")
Hits = dict[str, list[bool]]


@dataclass(frozen=True)
class Query:
    set: str
    group: str
    query: str
    films: frozenset[str]
    """TITLE (YEAR); any of them is expected."""


def queries() -> list[Query]:
    with QUERIES.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Query(row["set"], row["group"], row["query"], frozenset(row["films"].split("|"))) for row in rows
        ]


def load(stack: Stack) -> None:
    """Load the demo's data and embed it, as `make demo` does."""
    seed(["all"], stack.database_url, None)
    with psycopg.connect(stack.database_url, autocommit=True) as connection, service(stack) as client:
        rows = connection.execute(
            "select item_id, text from private.embedding_texts order by item_id"
        ).fetchall()
        vectors = [
            vector
            for place in range(0, len(rows), TEXTS_AT_ONCE)
            for vector in _embedded(client, stack, [text for _, text in rows[place : place + TEXTS_AT_ONCE]])
        ]
        store(connection, stack, [item for item, _ in rows], np.array(vectors, dtype=np.float32))
        while connection.execute("select private.refresh_popularity(1000)").fetchone() != (0,):
            pass
        connection.execute("vacuum (analyze)")


def _embedded(client: httpx.Client, stack: Stack, texts: list[str]) -> list[list[float]]:
    response = client.post(f"{stack.part_url('search')}/embed", json={"texts": texts})
    vectors: list[list[float]] = response.raise_for_status().json()["embeddings"]
    return vectors


def measure(stack: Stack) -> list[Table]:
    """Search the demo's data as an app does."""
    with service(stack) as client:
        hits = {
            (name, with_meaning): search_hits(client, [q for q in queries() if q.set == name], with_meaning)
            for name in SETS
            for with_meaning in (False, True)
        }
    times = [milliseconds for _, both in hits.values() for milliseconds in both]
    table = Table(
        "Queries of film lovers",
        f"Success at {COUNT}: the share of queries with an expected film among the first {COUNT} results, in "
        f"the demo's data, through the gateway; with meaning by /search/content. "
        f"p95 {percentile(times, 0.95):.0f} ms.",
        COLUMNS,
    )
    columns = [by_group for by_group, _ in hits.values()]
    for column in columns:
        column["**all**"] = [hit for of_group in column.values() for hit in of_group]
    for group, tuned in columns[0].items():
        shares = [f"{sum(column[group]) / len(column[group]):.2f}" for column in columns]
        table.rows.append((group, len(tuned), *shares))
    return [table]


def search_hits(client: httpx.Client, chosen: list[Query], with_meaning: bool) -> tuple[Hits, list[float]]:
    """By group, whether each query found one of its films; and the milliseconds of each."""
    hits: Hits = defaultdict(list)
    times = []
    for query in chosen:
        films, milliseconds = timed(_films, client, query.query, with_meaning)
        hits[query.group].append(bool(query.films.intersection(films)))
        times.append(milliseconds)
    return hits, times


def _films(client: httpx.Client, query: str, with_meaning: bool) -> list[str]:
    if with_meaning:
        response = client.get("/search/content", params={"q": query, "count": COUNT})
    else:
        response = client.post("/rest/v1/rpc/search_content", json={"query": query, "count": COUNT})
    page: Any = response.raise_for_status().json()
    return [f"{result['title']} ({result['year']})" for result in page["results"]]


def main() -> int:
    with temporary_stack.running(ROOT / ".local-found") as stack:
        load(stack)
        tables = measure(stack)
    text = REPORT.read_text()
    for table in tables:
        text = table.placed_in(text)
        Console(highlight=False, soft_wrap=True).print(table.markdown())
    REPORT.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(exits.exit_status(main))
