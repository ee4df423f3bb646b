"""Measure computations on all ratings: similarities, the item model, and peers' models."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psycopg
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender
from scipy.sparse import csr_matrix

from bench import corpus, million
from bench.peers import BEST_NEIGHBOURS, FACTORS
from bench.table import Table, percentile, timed
from local.settings import ROOT
from local.temporary_stack import Stack

RATERS = 50
WORKERS = {"user_similarity": "all similarities", "item_model": "item model"}
REFRESH = "select private.refresh_user_similarity(%s)"


def measure(stack: Stack) -> list[Table]:
    return [one_rater(stack), all_raters(stack)]


def one_rater(stack: Stack) -> Table:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        raters = connection.execute(
            "select id, rating_count from raters where rating_count > 0 order by md5(id::text) limit %s",
            [RATERS],
        ).fetchall()
        times = [timed(connection.execute, REFRESH, [rater])[1] / 1000 for rater, _ in raters]
    most = max(count for _, count in raters)
    return Table(
        "Similarities of one rater",
        f"The job that runs after a rating: {RATERS} raters, up to {most} ratings. The aim is under 1 s.",
        ("p50 s", "p95 s", "longest s"),
        [(percentile(times, 0.5), percentile(times, 0.95), max(times))],
    )


def all_raters(stack: Stack) -> Table:
    """Ours includes reading from and writing to Postgres; peers work on a matrix in memory."""
    table = Table(
        "Models of all ratings",
        "Ours read from Postgres and write into it; peers work in memory on one thread, on the same pairs. "
        "A refresh of all similarities should take under 5 minutes and 2 GB.",
        ("", "s", "MB at most", "lists for all people, s"),
    )
    for worker, name in WORKERS.items():
        table.rows.append((f"{name}: `workers {worker}`", *spent(worker), ""))
    pairs = million.pairs(corpus.FOLDER)
    rated = csr_matrix((np.ones(len(pairs), dtype=np.float32), (pairs[:, 0], pairs[:, 1])))
    for name, model in (
        (
            f"implicit, ALS with {FACTORS} factors",
            AlternatingLeastSquares(FACTORS, random_state=1, num_threads=1),
        ),
        ("implicit, item KNN by BM25", BM25Recommender(K=BEST_NEIGHBOURS, num_threads=1)),
    ):
        _, fitted = timed(model.fit, rated, show_progress=False)
        everyone = np.unique(pairs[:, 0])
        _, listed = timed(model.recommend, everyone, rated[everyone], N=20)
        table.rows.append((name, fitted / 1000, "", listed / 1000))
    return table


def spent(worker: str) -> tuple[float, float]:
    """Seconds and peak MB of the worker's command, run with this stack's environment."""
    words = [sys.executable, "-m", "local", "run", sys.executable, "-m", "workers", worker]
    started = time.perf_counter()
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(words, cwd=ROOT, stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{worker} ended with status {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - started, usage.ru_maxrss / 1000
