"""Read TMDB's films from the folder SEED_DIR, for tests at scale; they must not be redistributed."""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from seed.rows import Film, item_id

LONGEST_OVERVIEW = 10_000


def films(folder: Path) -> Iterator[Film]:
    """Films of both lists, each once; a film of both is taken from the longer list."""
    seen = set[int]()
    for name, read in (("movies_top10k.csv.gz", _top), ("movies_5000.csv.gz", _five_thousand)):
        with gzip.open(folder / "tmdb" / name, "rt", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if int(row["id"]) not in seen and row["title"].strip():
                    seen.add(int(row["id"]))
                    yield read(row)


def _top(row: dict[str, str]) -> Film:
    return _film(row, row["genres"].split("|") if row["genres"] else [], None, None)


def _five_thousand(row: dict[str, str]) -> Film:
    genres = [genre["name"] for genre in json.loads(row["genres"])]
    minutes = int(float(row["runtime"])) if row["runtime"] else 0
    return _film(row, genres, row["original_title"], minutes or None)


def _film(row: dict[str, str], genres: list[str], original_title: str | None, minutes: int | None) -> Film:
    released = date.fromisoformat(row["release_date"]) if row["release_date"] else None
    return Film(
        id=item_id("tmdb", row["id"]),
        title=row["title"],
        tmdb_id=int(row["id"]),
        original_title=original_title,
        overview=row["overview"][:LONGEST_OVERVIEW] or None,
        original_language=row["original_language"] or None,
        release_date=released,
        release_year=released.year if released else None,
        duration_minutes=minutes,
        popularity=float(row["popularity"] or 0),
        genres=genres,
    )
