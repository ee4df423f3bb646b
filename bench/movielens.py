"""MovieLens ratings where a folder holds them, and how they are split into known ones and asked ones."""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 42
KNOWN = 0.75
LATEST = 0.1


@dataclass(frozen=True)
class Split:
    """Matrices of raters by films: ratings that are known, with their times, and films that are asked for."""

    known: NDArray[np.float64]
    times: NDArray[np.float64]
    asked: NDArray[np.bool_]


def by_chance(folder: Path) -> Split:
    """Of ml-100k: three quarters of each one's ratings are known."""
    with gzip.open(folder / "movielens-100k" / "ratings_train.tsv.gz", "rt") as file:
        rows = np.loadtxt(file)
    chance = np.random.default_rng(SEED)
    known = np.zeros(len(rows), dtype=bool)
    for mine in each(rows[:, 0]):
        known[chance.permutation(mine)[: round(len(mine) * KNOWN)]] = True
    return split(rows, known)


def by_time(folder: Path) -> Split:
    """Of ml-latest-small: all but the latest tenth of each one's ratings are known, one is asked at least."""
    with gzip.open(folder / "movielens-small" / "ratings_train.csv.gz", "rt", newline="") as file:
        rows = np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]])
    known = np.ones(len(rows), dtype=bool)
    for mine in each(rows[:, 0]):
        latest = max(1, int(len(mine) * LATEST))
        known[mine[np.argsort(rows[mine, 3], kind="stable")][-latest:]] = False
    return split(rows, known)


def each(raters: NDArray[Any]) -> list[NDArray[np.int64]]:
    """The places of each rater's rows."""
    return [np.flatnonzero(raters == rater) for rater in np.unique(raters)]


def split(rows: NDArray[Any], known: NDArray[np.bool_]) -> Split:
    raters, rater = np.unique(rows[:, 0], return_inverse=True)
    films, film = np.unique(rows[:, 1], return_inverse=True)
    given, times = np.zeros((len(raters), len(films))), np.zeros((len(raters), len(films)))
    asked = np.zeros(given.shape, dtype=bool)
    given[rater[known], film[known]] = rows[known, 2]
    times[rater[known], film[known]] = rows[known, 3]
    asked[rater[~known], film[~known]] = True
    return Split(given, times, asked)
