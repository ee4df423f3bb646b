"""match_movies as anon, beside exact search over the same vectors."""

from typing import LiteralString

import numpy
import psycopg

from bench.table import Table, percentile, timed
from local.throwaway import Stack

QUERIES = 200
NEAREST = 10
MATCH: LiteralString = "select id from match_movies(%s, 0, %s)"
EXACT: LiteralString = """
    select e.item_id
    from item_embeddings e
    where e.kind = 'movie'
    order by (e.embedding <=> %s) + 0, e.item_id
    limit %s
"""


def measure(stack: Stack) -> list[Table]:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        vectors = stored_vectors(connection)
        chance = numpy.random.default_rng(1)
        chosen = vectors[chance.choice(len(vectors), min(QUERIES, len(vectors)), replace=False)]
        queries = [str(query.tolist()) for query in chosen + chance.normal(size=chosen.shape) * 0.02]
        connection.execute("set role anon")

        def ask(query: str, statement: LiteralString) -> set[object]:
            return {row[0] for row in connection.execute(statement, [query, NEAREST])}

        recalls, ours, exact = [], [], []
        for query in queries[:3] + queries:
            found, ours_took = timed(ask, query, MATCH)
            expected, exact_took = timed(ask, query, EXACT)
            recalls.append(len(found & expected) / len(expected))
            ours.append(ours_took)
            exact.append(exact_took)
    table = Table(
        "match_movies",
        f"{len(queries)} queries near stored vectors (noise of 0.02 a dimension) among "
        f"{len(vectors):,} films, one client by psycopg as anon. Exact is Postgres's own scan and sort.",
        ("", f"recall@{NEAREST}", "p50 ms", "p95 ms", "p95 as a ratio to exact"),
    )
    base = percentile(exact[3:], 0.95)
    for name, recall, times in (
        ("match_movies", sum(recalls[3:]) / len(queries), ours),
        ("exact", 1.0, exact),
    ):
        slow = percentile(times[3:], 0.95)
        table.rows.append((name, recall, percentile(times[3:], 0.5), slow, slow / base))
    return [table]


def stored_vectors(connection: psycopg.Connection) -> numpy.ndarray:
    rows = connection.execute("select embedding::real[] from item_embeddings where kind = 'movie'").fetchall()
    return numpy.array([row[0] for row in rows], dtype=numpy.float32)
