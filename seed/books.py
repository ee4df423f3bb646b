"""Read books from the folder SEED_DIR, for tests at scale; the data has no licence."""

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from seed.rows import Book, item_id

GENRES_A_BOOK = 4


def books(folder: Path) -> Iterator[Book]:
    yield from _google(folder)
    yield from _goodreads(folder)


def _google(folder: Path) -> Iterator[Book]:
    seen = set[str]()
    for row in _read(folder, "books_7k.csv.gz"):
        volume = re.search(r"[?&]id=([\w-]+)", row["thumbnail"])
        volume_id = volume[1] if volume and volume[1] not in seen else None
        seen.add(volume_id or "")
        yield Book(
            id=item_id("isbn13", row["isbn13"]),
            title=row["title"],
            isbn13=row["isbn13"],
            google_books_id=volume_id,
            subtitle=row["subtitle"] or None,
            authors=[author for author in row["authors"].split(";") if author],
            description=row["description"] or None,
            published_year=_number(row["published_year"]),
            page_count=_number(row["num_pages"]),
            popularity=float(row["ratings_count"] or 0),
            thumbnail_url=row["thumbnail"] or None,
            genres=[row["categories"]] if row["categories"] else [],
        )


def _goodreads(folder: Path) -> Iterator[Book]:
    for row in _read(folder, "goodreads_3k.csv.gz"):
        yield Book(
            id=item_id("goodreads", row["goodreads_id"]),
            title=row["title"],
            authors=[row["author"]],
            description=row["description"] or None,
            popularity=float(row["ratings_count"] or 0),
            genres=[genre for genre in row["genres"].split("|") if genre][:GENRES_A_BOOK],
        )


def _number(text: str) -> int | None:
    return int(float(text)) or None if text else None


def _read(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with gzip.open(folder / "books" / name, "rt", newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
