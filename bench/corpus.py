"""Films, books, taglines and vectors at scale, from the folder SEED_DIR; they must not be redistributed."""

import csv
import gzip
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np

from bench.vectors import Vectors, embedded, filled
from local.settings import ROOT
from seed import books, movielens, tmdb
from seed.rows import Book, Film, item_id

FOLDER = Path(os.environ.get("SEED_DIR") or ROOT.parent / "shared" / "data")
LINKS = ROOT / "seed" / "data" / "movielens" / "links.csv.gz"
LANGUAGES = ("en", "fr", "es", "it", "de", "da", "pl", "pt")
A_LANGUAGE = 300
BOOKS = 1_000
LONGEST = 200
"""Embedded characters of a text that only fills the catalogue."""
FILMS = 100_000
ASKED = 1_000


def there() -> bool:
    return (FOLDER / "tmdb").is_dir() and (FOLDER / "movielens-1m").is_dir()


def rated_films() -> dict[str, Film]:
    """MovieLens 1M's films by movieId, with TMDB's texts where its lists have the film."""
    links = {row["movieId"]: row["tmdbId"] for row in rows(LINKS)}
    described, taken = {str(film.tmdb_id): film for film in films()}, set[str]()
    by_key = {}
    for row in rows(FOLDER / "movielens-1m" / "movies.csv.gz"):
        key, title, year = row["movieId"], *movielens.split_title(row["title"])
        link = links.get(key, "")
        bare = Film(item_id("movielens", key), title, release_year=year, genres=row["genres"].split("|"))
        by_key[key] = bare if link in taken else described.get(link, bare)
        taken.add(link)
    return by_key


@cache
def films() -> list[Film]:
    """TMDB's films, about 11,400."""
    return list(tmdb.films(FOLDER))


def catalogue() -> tuple[list[Film], Vectors]:
    """100,000 films with texts and vectors.

    MovieLens 1M's, TMDB's, films of eight languages, and the rest mixed of two of them each.
    """
    real = [film for film in films() if film.overview]
    local = list(films_by_language())
    vectors = np.concatenate([vectors_of(real), embedded("local", [text(film)[:LONGEST] for film in local])])
    real += local
    bare = [film for film in rated_films().values() if not film.overview]
    synthetic = mixed(real, FILMS - len(real) - len(bare))
    bare = [
        replace(film, overview=other.overview) for film, other in zip(bare, reversed(synthetic), strict=False)
    ]
    return real + bare + synthetic, np.concatenate([vectors, filled(vectors, FILMS - len(real))])


def mixed(real: list[Film], count: int) -> list[Film]:
    """Synthetic films: the first half of one film's title and text, and the second half of another's."""
    chance = np.random.default_rng(11)
    return [
        replace(
            real[one],
            id=item_id("mixed", str(number)),
            tmdb_id=None,
            imdb_id=None,
            title=halves(real[one].title, real[other].title),
            overview=halves(real[one].overview or "", real[other].overview or ""),
            popularity=real[one].popularity / 10,
        )
        for number, (one, other) in enumerate(chance.integers(len(real), size=(count, 2)))
    ]


def halves(one: str, other: str) -> str:
    first, second = one.split(), other.split()
    return " ".join(first[: (len(first) + 1) // 2] + second[len(second) // 2 :])[:500]


def films_by_language() -> Iterator[Film]:
    """300 films in each of eight languages, with texts in it and without genres; none of TMDB's lists."""
    seen = {film.tmdb_id for film in films()}
    for language in LANGUAGES:
        yield from islice((film for film in _local(language) if film.tmdb_id not in seen), A_LANGUAGE)


def some_books() -> tuple[list[Book], Vectors]:
    described = list(islice((book for book in books.books(FOLDER) if book.description), BOOKS))
    return described, embedded("books", [text(book)[:LONGEST] for book in described])


def taglines() -> tuple[list[Film], list[str], Vectors]:
    """1,000 films with a tagline, their taglines, and the taglines' vectors."""
    every = {
        int(row["id"]): row["tagline"]
        for row in rows(FOLDER / "tmdb" / "movies_5000.csv.gz")
        if row["tagline"].strip()
    }
    by_id = {film.tmdb_id: film for film in films()}
    keys = [list(every)[place] for place in np.random.default_rng(1).permutation(len(every))[:ASKED]]
    lines = [every[key] for key in keys]
    return [by_id[key] for key in keys], lines, embedded("taglines", lines)


def vectors_of(described: list[Film]) -> Vectors:
    return embedded("films", [text(film) for film in described])


def text(item: Film | Book) -> str:
    """The text that is embedded, composed as in private.embedding_texts."""
    return f"{item.title}. {item.overview if isinstance(item, Film) else item.description}"


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _local(language: str) -> Iterator[Film]:
    for row in rows(FOLDER / "tmdb" / "local_language" / f"movies_{language}.csv.gz"):
        if row["title"].strip() and row["overview"].strip():
            year = row["release_date"][:4]
            yield Film(
                id=item_id("tmdb", row["id"]),
                title=row["title"][:500],
                tmdb_id=int(row["id"]),
                overview=row["overview"],
                original_language=language,
                release_year=int(year) if year.isdigit() else None,
            )
