"""Read MovieLens ratings from a folder and split them into known and hidden ones."""

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
"""The share of raters in each of the two brackets."""
HIDDEN_RATERS, HIDDEN_RATINGS = 0.5, 0.4
"""The share of raters with hidden ratings, and of hidden ones among their ratings, in a split like u1."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Split:
    """Matrices of raters by films: known ratings, their times, and hidden ratings."""

    known: Matrix
    times: Matrix
    hidden: Matrix
    films: list[Film]


def by_chance(folder: Path) -> Split:
    """ml-100k: three quarters of each rater's ratings are known, chosen at random."""
    with gzip.open(folder / "movielens-100k" / "ratings_train.tsv.gz", "rt") as file:
        rows = np.loadtxt(file)
    chance = np.random.default_rng(SEED)
    known = np.zeros(len(rows), dtype=bool)
    for mine in each(rows[:, 0]):
        known[chance.permutation(mine)[: round(len(mine) * KNOWN)]] = True
    return split(rows, known, films_100k(folder))


def cold(folder: Path) -> Split:
    """As by_chance, but two fifths of the raters keep only 1 to 4, or 5 to 19, of their known ratings."""
    whole = by_chance(folder)
    chance = np.random.default_rng(SEED)
    raters = chance.permutation(len(whole.known))
    sample = round(len(raters) * COLD_SHARE)
    known = whole.known.copy()
    for bracket, (least, most) in enumerate(COLD):
        for rater in raters[bracket * sample : (bracket + 1) * sample]:
            rated = chance.permutation(np.flatnonzero(known[rater]))
            known[rater, rated[chance.integers(least, most + 1) :]] = 0
    return replace(whole, known=known, times=whole.times * (known > 0))


def as_u1(folder: Path) -> Split:
    """ml-100k: a fifth of the ratings is hidden, all of them of half of the raters, as in u1."""
    with gzip.open(folder / "movielens-100k" / "ratings_train.tsv.gz", "rt") as file:
        rows = np.loadtxt(file)
    chance = np.random.default_rng(SEED)
    known = np.ones(len(rows), dtype=bool)
    for mine in each(rows[:, 0]):
        if chance.random() < HIDDEN_RATERS:
            known[chance.permutation(mine)[: round(len(mine) * HIDDEN_RATINGS)]] = False
    return split(rows, known, films_100k(folder))


def by_time(folder: Path) -> Split:
    """ml-latest-small: each rater's latest tenth of the ratings is hidden, at least one."""
    rows = ratings_small(folder)
    known = np.ones(len(rows), dtype=bool)
    for mine in each(rows[:, 0]):
        latest = max(1, int(len(mine) * LATEST))
        known[mine[np.argsort(rows[mine, 3], kind="stable")][-latest:]] = False
    return split(rows, known, films_small())


def everything(folder: Path) -> Split:
    """ml-latest-small: all ratings are known."""
    rows = ratings_small(folder)
    return split(rows, np.ones(len(rows), dtype=bool), films_small())


def ratings_small(folder: Path) -> NDArray[Any]:
    with gzip.open(folder / "movielens-small" / "ratings_train.csv.gz", "rt", newline="") as file:
        return np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]])


def films_100k(folder: Path) -> dict[int, Film]:
    """Films by MovieLens's number, with the text of TMDB's film of the same title and year."""
    genres = [line.split("|")[0] for line in (folder / "movielens-100k" / "genres.psv").read_text().split()]
    described = {(film.title.lower(), film.release_year): film for film in corpus.films()}
    by_number = {}
    with gzip.open(folder / "movielens-100k" / "items.psv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            key, listed, _, _, _, *flags = line.rstrip("\n").split("|")
            title, year = movielens.split_title(listed)
            named = [genre for genre, flag in zip(genres, flags, strict=False) if flag == "1"]
            film = Film(item_id("movielens-100k", key), title or listed, release_year=year, genres=named)
            by_number[int(key)] = with_text(film, described.get((title.lower(), year)))
    return by_number


def films_small() -> dict[int, Film]:
    """Films by MovieLens's number, the first of the demo's, with the text of TMDB's film of the same id."""
    described = {film.tmdb_id: film for film in corpus.films()}
    keys = [int(row["movieId"]) for row in corpus.rows(movielens.DATA / "movies.csv.gz")]
    return {
        key: with_text(replace(film, overview=None), described.get(film.tmdb_id))
        for key, film in zip(keys, movielens.films(), strict=False)
    }


def with_text(film: Film, described: Film | None) -> Film:
    """The film with the other's text and language only; its popularity would reveal hidden ratings."""
    if described is None:
        return film
    return replace(film, overview=described.overview, original_language=described.original_language)


def each(raters: NDArray[Any]) -> list[NDArray[np.int64]]:
    """The indexes of each rater's rows."""
    return [np.flatnonzero(raters == rater) for rater in np.unique(raters)]


def split(rows: NDArray[Any], known: NDArray[np.bool_], films: dict[int, Film]) -> Split:
    raters, rater = np.unique(rows[:, 0], return_inverse=True)
    numbers, film = np.unique(rows[:, 1], return_inverse=True)
    ratings, times, hidden = (np.zeros((len(raters), len(numbers))) for _ in range(3))
    ratings[rater[known], film[known]] = rows[known, 2]
    times[rater[known], film[known]] = rows[known, 3]
    hidden[rater[~known], film[~known]] = rows[~known, 2]
    return Split(ratings, times, hidden, [films[int(number)] for number in numbers])
