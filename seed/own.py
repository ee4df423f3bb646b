"""Read the project's own films and books, whose texts were written for it."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from uuid import UUID

from seed.rows import Book, Film, Person, item_id

DATA = Path(__file__).parent / "data"
NAMESAKE = re.compile(r" \([^()]+\)$")
"""What distinguishes people of one name, as in `Steve McQueen (director)`; no part of the name."""
WRITTEN = {"cn": "zh"}
"""Cantonese films have their overviews in written Chinese."""
Translations = dict[str, list[str | None]]


def films() -> Iterator[Film]:
    overviews = _overviews()
    for row in _read("films.csv"):
        yield Film(
            id=item_id("own", row["slug"]),
            title=row["title"],
            imdb_id=row["imdb_id"] or None,
            original_title=row["original_title"] or None,
            overview=row["overview"],
            original_language=row["original_language"],
            release_year=int(row["year"]),
            duration_minutes=int(row["runtime_minutes"]) if row["runtime_minutes"] else None,
            maturity_rating=row["certificate"] or None,
            genres=_listed(row["genres"]),
            countries=_listed(row["countries"]),
            directors=[person_id(name) for name in _listed(row["directors"])],
            actors=[person_id(name) for name in _listed(row["actors"])],
            keywords=_listed(row["keywords"]),
            alternative_titles=_alternative_titles(row),
            translations=_translations(row, overviews.get(row["slug"], {})),
        )


def people() -> Iterator[Person]:
    """Everyone with a credit in an own film, once."""
    names = {
        person_id(name): NAMESAKE.sub("", name)
        for row in _read("films.csv")
        for name in _listed(row["directors"]) + _listed(row["actors"])
    }
    yield from (Person(key, name) for key, name in names.items())


@cache
def person_id(listed: str) -> UUID:
    """The id of a person by the name in films.csv, whatever its accents, hyphens and full stops."""
    letters = unicodedata.normalize("NFKD", listed).encode("ascii", "ignore").decode().lower()
    return item_id("person", re.sub(r"[^a-z0-9]+", "-", letters).strip("-"))


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


def _alternative_titles(row: Mapping[str, str]) -> dict[str, str]:
    """Kind by title."""
    kinds = dict.fromkeys(_listed(row["alternative_titles"]), "alternative")
    return kinds | ({row["transliteration"]: "transliteration"} if row["transliteration"] else {})


def _translations(row: Mapping[str, str], overviews: Mapping[str, str]) -> Translations:
    """Title and overview by language: the original ones of a film of another language."""
    title, language = row["original_title"] or None, row["original_language"]
    titled = {language: [title, None]} if title else {}
    written = {
        code: [title if WRITTEN.get(language, language) == code else None, overview]
        for code, overview in overviews.items()
    }
    return titled | written


def _overviews() -> dict[str, dict[str, str]]:
    """The overviews in other languages than English, by slug and language."""
    overviews: dict[str, dict[str, str]] = {}
    for row in _read("overviews.csv"):
        overviews.setdefault(row["slug"], {})[row["language"]] = row["overview"]
    return overviews


def _listed(text: str) -> list[str]:
    return text.split("|") if text else []


def _read(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
