"""search_content and suggest: films found by their taglines, and how long they take at scale."""

import re
from collections.abc import Callable, Sequence
from typing import Any, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray

from bench.table import Table, percentile, timed
from local.throwaway import Stack

QUERIES = 200
AIMS = {"search_content": 60, "suggest": 20}
"""Milliseconds, 95th percentile."""
SEARCH: LiteralString = """
    select jsonb_path_query_array(
        search_content(query => %s, query_embedding => %s, count => %s), '$.results[*].id'
    )
"""
SEARCH_WITHIN: LiteralString = (
    "select search_content(query => %s, query_embedding => %s, kind => 'movie', genre => %s)"
)
SUGGEST: LiteralString = "select suggestion from suggest(%s)"


def finders(
    connection: psycopg.Connection[Any], lines: Sequence[str], queries: NDArray[np.float32]
) -> dict[str, Callable[[int], list[str]]]:
    """The ten ids that each way to search for a line gives, best first, as anon."""
    connection.execute("set role anon")

    def ask(line: str | None, vector: NDArray[np.float32] | None) -> list[str]:
        given = [line, None if vector is None else str(vector.tolist()), 10]
        found = connection.execute(SEARCH, given).fetchone()
        ids: list[str] = found[0] if found else []
        return ids

    return {
        "words: search_content": lambda place: ask(lines[place], None),
        "meaning: search_content": lambda place: ask(None, queries[place]),
        "both: search_content": lambda place: ask(lines[place], queries[place]),
    }


def measure(stack: Stack, lines: Sequence[str], queries: NDArray[np.float32]) -> list[Table]:
    """Times of one client by psycopg as anon; the lines, such as taglines, come with their vectors."""
    lines, vectors = lines[:QUERIES], [str(query.tolist()) for query in queries[:QUERIES]]
    table = Table(
        "Search",
        f"{QUERIES} queries of each sort, one client by psycopg as anon. The aims are a p95 under "
        f"{AIMS['search_content']} ms with facets, and under {AIMS['suggest']} ms for suggestions.",
        ("", "p50 ms", "p95 ms", "most ms"),
    )
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        counted = connection.execute(
            "select title from content where popularity > 0 order by md5(id::text) limit %s", [QUERIES]
        )
        titles = [row[0] for row in counted]
        connection.execute("set role anon")
        typed = [title[: 1 + place % 8] for place, title in enumerate(titles)]
        sorts: dict[str, tuple[LiteralString, list[list[object]]]] = {
            "titles, by words": (SEARCH, [[title, None, 20] for title in titles]),
            "titles with a letter wrong, by words": (
                SEARCH,
                [[misspelt(title), None, 20] for title in titles],
            ),
            "taglines, by words": (SEARCH, [[line, None, 20] for line in lines]),
            "taglines, by words and meaning": (
                SEARCH,
                [[line, vector, 20] for line, vector in zip(lines, vectors, strict=True)],
            ),
            "taglines among dramas, by words and meaning": (
                SEARCH_WITHIN,
                [[line, vector, "drama"] for line, vector in zip(lines, vectors, strict=True)],
            ),
            "suggest, 1 to 8 letters of a title": (SUGGEST, [[text] for text in typed]),
            "suggest, a title with a letter wrong": (SUGGEST, [[misspelt(title)] for title in titles]),
        }
        for name, (statement, calls) in sorts.items():
            for call in calls[:10]:
                connection.execute(statement, call)
            times = [timed(connection.execute, statement, call)[1] for call in calls]
            table.rows.append((name, percentile(times, 0.5), percentile(times, 0.95), max(times)))
    return [table]


def misspelt(title: str) -> str:
    """Without the third letter of its longest word."""
    word = max(re.findall(r"\w+", title) or [title], key=len)
    return title.replace(word, word[:2] + word[3:], 1)
