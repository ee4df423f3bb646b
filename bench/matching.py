"""Measure match_movies as anon, compared with exact search in Postgres, hnswlib and FAISS."""

from collections.abc import Callable, Sequence
from typing import Any, LiteralString

import faiss
import hnswlib
import numpy as np
import psycopg
from pgvector.psycopg import register_vector

from bench import corpus
from bench.drive import ROUNDS, post, rounds
from bench.table import Table, percentile, timed
from bench.vectors import DIMENSIONS, NOISE, Vectors, normalised
from local.temporary_stack import Stack

NEAREST = 10
EXACT_QUERIES = 50
LINKS = 16
CONSTRUCTION = 200
WIDTHS = (50, 100, 200, 400)
MATCH: LiteralString = "select id from match_movies(%s, 0, %s)"
EXACT: LiteralString = """
    select e.item_id
    from item_embeddings e
    where e.kind = 'movie'
    order by (e.embedding <=> %s) + 0, e.item_id
    limit %s
"""
Places = Sequence[int]
Find = Callable[[Any], Places]


def measure(stack: Stack) -> list[Table]:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        ids, vectors = stored(connection)
        source, queries = sample_queries(vectors)
        texts = [str(query.tolist()) for query in queries]
        places = {item: place for place, item in enumerate(ids)}
        connection.execute("set role anon")

        def by_query(statement: LiteralString) -> Find:
            return lambda query: [places[row[0]] for row in connection.execute(statement, [query, NEAREST])]

        truth = np.argsort(-(queries @ vectors.T), axis=1, kind="stable")[:, :NEAREST]
        table = Table(
            "Nearest vectors",
            f"{len(queries):,} {source}, searched among the vectors of {len(vectors):,} films; one "
            "client, one thread. match_movies through psycopg and through the gateway; exact in Postgres is "
            f"its own scan and sort, {EXACT_QUERIES} queries. hnswlib and FAISS hold the vectors in this "
            f"process: M {LINKS}, built with ef {CONSTRUCTION}. The quickest of {ROUNDS} rounds each.",
            ("", f"recall@{NEAREST}", "p50 ms", "p95 ms", "p95 as a ratio to exact FAISS"),
        )
        flat = faiss.IndexFlatIP(DIMENSIONS)
        flat.add(vectors)
        faiss.omp_set_num_threads(1)
        rows = [
            ("match_movies", *tried(by_query(MATCH), texts, truth)),
            ("match_movies through the gateway", "", *through_gateway(stack, queries)),
            ("exact, Postgres", *tried(by_query(EXACT), texts[:EXACT_QUERIES], truth)),
            ("exact, FAISS", *tried(by_faiss(flat), list(queries), truth)),
        ]
    rows += [(name, *tried(find, list(queries), truth)) for name, find in graphs(vectors)]
    base = next(float(row[3]) for row in rows if row[0] == "exact, FAISS")
    table.rows.extend((*row, float(row[3]) / base) for row in rows)
    return [table]


def sample_queries(vectors: Vectors) -> tuple[str, Vectors]:
    if (corpus.FOLDER / "tmdb").is_dir():
        return "taglines of films", corpus.taglines()[2]
    chance = np.random.default_rng(1)
    chosen = vectors[chance.choice(len(vectors), min(200, len(vectors)), replace=False)]
    return "vectors near stored ones", normalised(chosen + chance.normal(size=chosen.shape) * NOISE)


def stored(connection: psycopg.Connection) -> tuple[list[object], Vectors]:
    register_vector(connection)
    rows = connection.execute(
        "select item_id, embedding from item_embeddings where kind = 'movie'"
    ).fetchall()
    return [row[0] for row in rows], np.array([row[1].to_numpy() for row in rows])


def tried(find: Find, queries: Sequence[Any], truth: np.ndarray) -> tuple[str, float, float]:
    """Recall, and the 50th and 95th percentile in ms of the fastest round, after a few warm-up queries."""
    for query in queries[:20]:
        find(query)
    done = [[timed(find, query) for query in queries] for _ in range(ROUNDS)]
    hits = sum(
        len(set(nearest) & set(best)) for (nearest, _), best in zip(done[0], truth.tolist(), strict=False)
    )
    times = min(([took for _, took in answers] for answers in done), key=lambda one: percentile(one, 0.95))
    return f"{hits / NEAREST / len(queries):.4f}", percentile(times, 0.5), percentile(times, 0.95)


def through_gateway(stack: Stack, queries: Vectors) -> tuple[float, float]:
    requests = [
        post(
            stack.url,
            "/rest/v1/rpc/match_movies",
            stack.anon_key,
            stack.anon_key,
            {"query_embedding": query.tolist(), "match_threshold": 0, "match_count": NEAREST},
        )
        for query in queries
    ]
    times = rounds(stack.url, [requests])[0].times()
    return percentile(times, 0.5), percentile(times, 0.95)


def graphs(vectors: Vectors) -> list[tuple[str, Find]]:
    theirs = hnswlib.Index(space="ip", dim=DIMENSIONS)
    theirs.init_index(len(vectors), ef_construction=CONSTRUCTION, M=LINKS)
    theirs.add_items(vectors)
    theirs.set_num_threads(1)
    index = faiss.IndexHNSWFlat(DIMENSIONS, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = CONSTRUCTION
    faiss.omp_set_num_threads(2)
    index.add(vectors)
    faiss.omp_set_num_threads(1)
    contenders: list[tuple[str, Find]] = []
    for width in WIDTHS:
        contenders.append((f"hnswlib, ef {width}", by_hnswlib(theirs, width)))
        contenders.append((f"FAISS HNSW, ef {width}", by_faiss(index, width)))
    return contenders


def by_hnswlib(index: Any, width: int) -> Find:
    def find(query: Any) -> Places:
        index.set_ef(width)
        places: Places = index.knn_query(query, NEAREST)[0][0].tolist()
        return places

    return find


def by_faiss(index: Any, width: int | None = None) -> Find:
    def find(query: Any) -> Places:
        if width:
            index.hnsw.efSearch = width
        places: Places = index.search(query[None], NEAREST)[1][0].tolist()
        return places

    return find
