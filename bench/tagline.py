"""Measure finding films by their taglines among TMDB's overviews: by words, by meaning, by both."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import psycopg
from rank_bm25 import BM25Okapi

from bench import corpus
from bench.embeddings import store
from bench.table import Table, percentile, timed
from bench.vectors import Vectors
from bench.world import call, service
from local.temporary_stack import Stack
from seed.load import load
from seed.rows import Film

COUNT = 10
FUSION = 60
"""The constant k of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009)."""

Found = Sequence[str]


def measure(stack: Stack) -> list[Table]:
    described = [film for film in corpus.films() if film.overview]
    vectors = corpus.vectors_of(described)
    wanted, lines, queries = corpus.taglines()
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute("alter table content disable trigger enqueue_inserted")
        load(connection, Film, described)
        store(connection, stack, [film.id for film in described], vectors)
        connection.execute("vacuum (analyze)")
    table = Table(
        "Films by their taglines",
        f"{len(lines):,} taglines, each of which should find its film among {len(described):,} by title and "
        "overview. Ours through the API. BM25 is rank_bm25's, over the same texts in lower case; exact "
        "is every vector compared; their fusion is by reciprocal rank. MRR counts ranks to ten.",
        ("", "recall@1", "recall@10", "MRR", "p50 ms", "p95 ms"),
    )
    with service(stack) as client:

        def match(place: int) -> Found:
            body = {"query_embedding": queries[place].tolist(), "match_threshold": 0, "match_count": COUNT}
            return [row["id"] for row in call(client, "match_movies", body)]

        def search(place: int, with_vector: bool) -> Found:
            body: dict[str, object] = {"query": lines[place], "count": COUNT}
            if with_vector:
                body["query_embedding"] = queries[place].tolist()
            return [row["id"] for row in call(client, "search_content", body)["results"]]

        contenders: dict[str, Callable[[int], Found]] = {
            "meaning: match_movies": match,
            "words: search_content": partial(search, with_vector=False),
            "**words and meaning: search_content**": partial(search, with_vector=True),
            **others(described, vectors, lines, queries),
        }
        for name, find in contenders.items():
            answers = [timed(find, place) for place in range(len(lines))]
            ranks = [_rank(results, str(film.id)) for (results, _), film in zip(answers, wanted, strict=True)]
            times = [milliseconds for _, milliseconds in answers]
            table.rows.append((name, *scores(ranks), percentile(times, 0.5), percentile(times, 0.95)))
    return [table]


def others(
    described: list[Film], vectors: Vectors, lines: list[str], queries: Vectors
) -> dict[str, Callable[[int], Found]]:
    ids = np.array([str(film.id) for film in described])
    words = BM25Okapi([_words(corpus.text(film)) for film in described])

    def by_words(place: int) -> np.ndarray:
        return np.argsort(-words.get_scores(_words(lines[place])), kind="stable")[:100]

    def by_meaning(place: int) -> np.ndarray:
        return np.argsort(-(vectors @ queries[place]), kind="stable")[:100]

    def fused(place: int) -> np.ndarray:
        score = np.zeros(len(ids))
        for ranked in (by_words(place), by_meaning(place)):
            score[ranked] += 1 / (FUSION + 1 + np.arange(len(ranked)))
        return np.argsort(-score, kind="stable")

    peers: dict[str, Callable[[int], np.ndarray]] = {
        "BM25": by_words,
        "exact vectors": by_meaning,
        "their fusion": fused,
    }
    return {name: partial(_ids, ids, rank) for name, rank in peers.items()}


def _ids(ids: np.ndarray, rank: Callable[[int], np.ndarray], place: int) -> Found:
    return list(ids[rank(place)[:COUNT]])


def scores(ranks: Sequence[int]) -> tuple[str, str, str]:
    """Recall@1, recall@10 and mean reciprocal rank of ranks from 1; 0 means not positions."""
    positions = np.array(ranks)
    reciprocal = np.where(positions > 0, 1 / np.maximum(positions, 1), 0)
    return f"{np.mean(positions == 1):.3f}", f"{np.mean(positions > 0):.3f}", f"{reciprocal.mean():.3f}"


def _rank(results: Found, wanted: str) -> int:
    return list(results).index(wanted) + 1 if wanted in results else 0


def _words(text: str) -> list[str]:
    return "".join(letter.lower() if letter.isalnum() else " " for letter in text).split()
