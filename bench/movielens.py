"""MovieLens ratings where a folder holds them, and how they are split into known ones and asked ones."""

import csv
import gzip
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import corpus
from seed import movielens
from seed.rows import Film, item_id

SEED = 42
KNOWN = 0.75
LATEST = 0.1
COLD = ((1, 4), (5, 19))
COLD_SHARE = 0.2
"""Of the raters, for each of the two brackets."""
ASKED_RATERS, ASKED_RATINGS = 0.5, 0.4
"""Of the raters, and of their ratings, what is asked for in a split like u1."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Split:
    """Matrices of raters by films: ratings that are known, their times, and ratings that are asked for."""

    known: Matrix
    times: Matrix
    asked: Matrix
    films: list[Film]


def by_chance(folder: Path) -> Split:
    """Of ml-100k: three quarters of each one's ratings are known."""
    with gzip.open(folder / "movielens-100k" / "ratings_train.tsv.gz", "rt") as file:
        rows = np.loadtxt(file)
    chance = np.random.default_rng(SEED)
    known = np.zeros(len(rows), dtype=bool)
    for mine in each(rows[:, 0]):
        known[chance.permutation(mine)[: round(len(mine) * KNOWN)]] = True
    return split(rows, known, films_100k(folder))


def cold(folder: Path) -> Split:
    """The same, but of two fifths of the raters only 1 to 4, or 5 to 19, of the known ratings are left."""
    given = by_chance(folder)
    chance = np.random.default_rng(SEED)
    raters = chance.permutation(len(given.known))
    sample = round(len(raters) * COLD_SHARE)
    known = given.known.copy()
    for bracket, (least, most) in enumerate(COLD):
        for rater in raters[bracket * sample : (bracket + 1) * sample]:
            rated = chance.permutation(np.flatnonzero(known[rater]))
            known[rater, rated[chance.integers(least, most + 1) :]] = 0
    return replace(given, known=known, times=given.times * (known > 0))


def as_u1(folder: Path) -> Split:
    """Of ml-100k: a fifth of the ratings is asked for, all of it of half of the raters, as in u1."""
    with gzip.open(folder / "movielens-100k" / "ratings_train.tsv.gz", "rt") as file:
        rows = np.loadtxt(file)
    chance = np.random.default_rng(SEED)
    known = np.ones(len(rows), dtype=bool)
    for mine in each(rows[:, 0]):
        if chance.random() < ASKED_RATERS:
            known[chance.permutation(mine)[: round(len(mine) * ASKED_RATINGS)]] = False
    return split(rows, known, films_100k(folder))


def by_time(folder: Path) -> Split:
    """Of ml-latest-small: all but the latest tenth of each one's ratings are known, one is asked at least."""
    rows = ratings_small(folder)
    known = np.ones(len(rows), dtype=bool)
    for mine in each(rows[:, 0]):
        latest = max(1, int(len(mine) * LATEST))
        known[mine[np.argsort(rows[mine, 3], kind="stable")][-latest:]] = False
    return split(rows, known, films_small())


def everything(folder: Path) -> Split:
    """All of ml-latest-small is known, nothing is asked."""
    rows = ratings_small(folder)
    return split(rows, np.ones(len(rows), dtype=bool), films_small())


def ratings_small(folder: Path) -> NDArray[Any]:
    with gzip.open(folder / "movielens-small" / "ratings_train.csv.gz", "rt", newline="") as file:
        return np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]])


def films_100k(folder: Path) -> dict[int, Film]:
    """By MovieLens's number; what they are about is told by TMDB's film of the same title and year."""
    genres = [line.split("|")[0] for line in (folder / "movielens-100k" / "genres.psv").read_text().split()]
    told = {(film.title.lower(), film.release_year): film for film in corpus.films()}
    found = {}
    with gzip.open(folder / "movielens-100k" / "items.psv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            key, listed, _, _, _, *flags = line.rstrip("\n").split("|")
            title, year = movielens.split_title(listed)
            named = [genre for genre, flag in zip(genres, flags, strict=False) if flag == "1"]
            film = Film(item_id("movielens-100k", key), title or listed, release_year=year, genres=named)
            found[int(key)] = with_text(film, told.get((title.lower(), year)))
    return found


def films_small() -> dict[int, Film]:
    """By MovieLens's number, as the demo has them; what they are about is told by TMDB's film of that id."""
    told = {film.tmdb_id: film for film in corpus.films()}
    keys = [int(row["movieId"]) for row in corpus.rows(movielens.DATA / "movies.csv.gz")]
    return {
        key: with_text(replace(film, overview=None), told.get(film.tmdb_id))
        for key, film in zip(keys, movielens.films(), strict=True)
    }


def with_text(film: Film, told: Film | None) -> Film:
    """Nothing else of it: a popularity from elsewhere would tell of ratings to come."""
    if told is None:
        return film
    return replace(film, overview=told.overview, original_language=told.original_language)


def each(raters: NDArray[Any]) -> list[NDArray[np.int64]]:
    """The places of each rater's rows."""
    return [np.flatnonzero(raters == rater) for rater in np.unique(raters)]


def split(rows: NDArray[Any], known: NDArray[np.bool_], films: dict[int, Film]) -> Split:
    raters, rater = np.unique(rows[:, 0], return_inverse=True)
    numbers, film = np.unique(rows[:, 1], return_inverse=True)
    given, times, asked = (np.zeros((len(raters), len(numbers))) for _ in range(3))
    given[rater[known], film[known]] = rows[known, 2]
    times[rater[known], film[known]] = rows[known, 3]
    asked[rater[~known], film[~known]] = rows[~known, 2]
    return Split(given, times, asked, [films[int(number)] for number in numbers])
