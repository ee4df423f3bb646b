"""Compute the lists of peers from the same ratings in this process."""

from collections.abc import Callable
from typing import Any

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender
from scipy.sparse import csr_matrix

from bench.lists import COUNT, Lists, Matrix

BEST_NEIGHBOURS = 200
FACTORS = 64

Peer = Callable[[Matrix], Lists]


def popular(known: Matrix) -> Lists:
    """Films by their number of ratings."""
    return best(known, np.broadcast_to((known > 0).sum(axis=0).astype(np.float64), known.shape))


def ease(regularisation: float) -> Peer:
    """EASE as published (Steck, WWW 2019): each rating counts as 1, all weights are kept."""

    def lists(known: Matrix) -> Lists:
        rated = (known > 0).astype(np.float64)
        inverse = np.linalg.inv(rated.T @ rated + regularisation * np.eye(rated.shape[1]))
        weights = -inverse / np.diag(inverse)
        np.fill_diagonal(weights, 0)
        return best(known, rated @ weights)

    return lists


def item_knn(known: Matrix) -> Lists:
    return implicit(BM25Recommender(K=BEST_NEIGHBOURS, num_threads=1), known)


def als(known: Matrix) -> Lists:
    return implicit(AlternatingLeastSquares(FACTORS, random_state=1, num_threads=1), known)


def implicit(model: Any, known: Matrix) -> Lists:
    rated = csr_matrix((known > 0).astype(np.float32))
    model.fit(rated, show_progress=False)
    recommended, _ = model.recommend(np.arange(len(known)), rated, N=COUNT, filter_already_liked_items=True)
    lists: Lists = recommended.astype(np.int64)
    return lists


def best(known: Matrix, scores: Matrix) -> Lists:
    lists: Lists = np.argsort(-np.where(known > 0, -np.inf, scores), axis=1, kind="stable")[:, :COUNT]
    return lists
