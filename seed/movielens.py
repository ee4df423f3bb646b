"""Read MovieLens ml-latest-small: films with TMDB and IMDb ids, genres, tags, ratings; GroupLens's terms."""

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from seed import own
from seed.rows import Film, Neighbour, Rating, Tag, Weight, item_id

DATA = Path(__file__).parent / "data" / "movielens"
GENRES = {"Sci-Fi": "Science Fiction", "Children": "Family", "Musical": "Music", "Film-Noir": "Film Noir"}
NO_GENRES = {"(no genres listed)", "IMAX"}
ARTICLES = "The|A|An|Le|La|Les|L'|Il|Lo|I|Gli|El|Los|Las|Der|Die|Das|Den|Det|De|Un|Une|O|Os|As"
WEIGHT_UNIT = 100_000
"""Weights in model.csv.gz are whole numbers of this fraction."""
BRACKETED = re.compile(r"(?<=\S)\s+\(([^()]*)\)")


def films() -> Iterator[Film]:
    """All films, as the own list has them where it does, and then its other films. TMDB ids are unique."""
    own_films = {film.id: film for film in own.films()}
    ids = item_ids()
    links = {row["movieId"]: row for row in _read("links.csv.gz")}
    linked = set[str]()
    for row in _read("movies.csv.gz"):
        key, link = row["movieId"], links[row["movieId"]]
        title, year = split_title(row["title"])
        tmdb = link["tmdbId"] if link["tmdbId"] not in linked else ""
        linked.add(tmdb)
        film = own_films.pop(ids[key], None) or Film(
            ids[key],
            title,
            release_year=year,
            genres=_genres(row["genres"]),
            alternative_titles=dict.fromkeys(other_titles(row["title"]), "alternative"),
        )
        yield replace(
            film,
            tmdb_id=int(tmdb) if tmdb else None,
            imdb_id=f"tt{link['imdbId']}" if link["imdbId"] else film.imdb_id,
        )
    yield from own_films.values()


def tags() -> Iterator[Tag]:
    ids = item_ids()
    uses = Counter((ids[row["movieId"]], row["tag"].strip().lower()) for row in _read("tags.csv.gz"))
    for (item, tag), count in uses.items():
        yield Tag(item, tag, count)


def ratings() -> Iterator[Rating]:
    ids = item_ids()
    for row in _read("ratings_train.csv.gz"):
        rated_at = datetime.fromtimestamp(int(row["timestamp"]), UTC)
        yield Rating(rater_id(row["userId"]), ids[row["movieId"]], float(row["rating"]), rated_at)


def weights() -> Iterator[Weight]:
    """The weights that `python -m workers blend` computed from these ratings."""
    with (DATA / "weights.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield Weight(
                row["part"],
                int(row["min_ratings"]),
                float(row["weight"]),
                row["explanation"],
                datetime.fromisoformat(row["fitted_at"]),
            )


def model() -> Iterator[Neighbour]:
    """The item model that `python -m workers item_model` trained on these ratings."""
    ids = item_ids()
    for row in _read("model.csv.gz"):
        for neighbour, weight in zip(row["neighbours"].split(), row["weights"].split(), strict=True):
            yield Neighbour(ids[row["movieId"]], ids[neighbour], int(weight) / WEIGHT_UNIT)


def rater_id(user: str) -> UUID:
    return item_id("movielens-rater", user)


def split_title(listed: str) -> tuple[str, int | None]:
    """`Godfather, The (1972)` → (`The Godfather`, 1972); alternative titles in brackets are removed."""
    titles, year = _titles_and_year(listed)
    return _natural(BRACKETED.sub("", titles)), year


def other_titles(listed: str) -> list[str]:
    """`Hate (Haine, La) (1995)` → [`La Haine`]: the alternative titles in brackets."""
    titles = BRACKETED.findall(_titles_and_year(listed)[0])
    return [_natural(re.sub(r"^a\.?k\.?a\.? ", "", title)) for title in titles if title.strip()]


def _titles_and_year(listed: str) -> tuple[str, int | None]:
    year = re.search(r"\((\d{4})(?:[-\u2013]\d{0,4})?\)\s*$", listed)
    return (listed[: year.start()].strip(), int(year[1])) if year else (listed.strip(), None)


def _natural(title: str) -> str:
    """The title with its article in front."""
    title = re.sub(rf"^(.*), ({ARTICLES})$", r"\2 \1", title.strip())
    return re.sub(r"^(L') ", r"\1", title)


def item_ids() -> dict[str, UUID]:
    """The id of each film by its MovieLens id."""
    with (DATA / "own_films.csv").open(newline="", encoding="utf-8") as file:
        own_ids = {row["movieId"]: item_id("own", row["slug"]) for row in csv.DictReader(file)}
    return {
        row["movieId"]: own_ids.get(row["movieId"]) or item_id("movielens", row["movieId"])
        for row in _read("movies.csv.gz")
    }


def _genres(listed: str) -> list[str]:
    return [GENRES.get(genre, genre) for genre in listed.split("|") if genre not in NO_GENRES]


def _read(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / name, "rt", newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
