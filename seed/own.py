"""Read the project's own films and books, whose texts were written for it."""

import csv
from collections.abc import Iterator
from pathlib import Path

from seed.rows import Book, Film, item_id

DATA = Path(__file__).parent / "data"


def films() -> Iterator[Film]:
    certificates = {row["slug"]: row["maturity_rating"] for row in _read("certificates.csv")}
    for row in _read("films.csv"):
        yield Film(
            id=item_id("own", row["slug"]),
            title=row["title"],
            overview=row["overview"],
            original_language=row["original_language"],
            release_year=int(row["year"]),
            duration_minutes=int(row["runtime_minutes"]) if row["runtime_minutes"] else None,
            maturity_rating=certificates.get(row["slug"]),
            genres=row["genres"].split("|"),
        )


def books() -> Iterator[Book]:
    for row in _read("books.csv"):
        yield Book(
            id=item_id("own-book", row["slug"]),
            title=row["title"],
            authors=row["authors"].split("|"),
            description=row["description"],
            language=row["language"],
            published_year=int(row["year"]) if row["year"] else None,
            genres=row["genres"].split("|"),
        )


def _read(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
