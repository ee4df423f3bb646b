"""Rows that the loader writes, and the ids of items, which are the same at every load."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from uuid import UUID, uuid5

from psycopg.types.json import Jsonb

NAMESPACE = UUID("6c1f0f5e-0d0e-5c55-9a3e-3b6f2b8f6d10")


def item_id(source: str, key: str) -> UUID:
    """The id of an item by its source and its key there, as in `item_id("own", "the-godfather-1972")`."""
    return uuid5(NAMESPACE, f"{source}:{key}")


@dataclass(frozen=True)
class Person:
    """Someone with a credit in a film."""

    id: UUID
    name: str


@dataclass(frozen=True)
class Film:
    """A film. A field without a value (None) keeps the value of another source."""

    id: UUID
    title: str
    tmdb_id: int | None = None
    imdb_id: str | None = None
    original_title: str | None = None
    overview: str | None = None
    original_language: str | None = None
    release_date: date | None = None
    release_year: int | None = None
    duration_minutes: int | None = None
    popularity: float = 0.0
    maturity_rating: str | None = None
    genres: list[str] = field(default_factory=list)
    countries: list[str] | None = None
    directors: list[UUID] | None = None
    """Ids of people, in the order of billing."""
    actors: list[UUID] | None = None
    keywords: list[str] | None = None
    alternative_titles: dict[str, str] | None = None
    """Kind by title: transliteration or alternative."""
    translations: dict[str, list[str | None]] | None = None
    """Title and overview by language."""


@dataclass(frozen=True)
class Book:
    id: UUID
    title: str
    isbn13: str | None = None
    google_books_id: str | None = None
    subtitle: str | None = None
    authors: list[str] = field(default_factory=list)
    description: str | None = None
    language: str | None = None
    published_year: int | None = None
    page_count: int | None = None
    popularity: float = 0.0
    thumbnail_url: str | None = None
    genres: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Tag:
    item_id: UUID
    tag: str
    uses: int


@dataclass(frozen=True)
class Rating:
    rater_id: UUID
    item_id: UUID
    rating: float
    rated_at: datetime


@dataclass(frozen=True)
class Weight:
    """The weight of a source of a list for raters with at least `min_ratings` ratings, fitted on these."""

    part: str
    min_ratings: int
    weight: float
    explanation: str
    fitted_at: datetime


@dataclass(frozen=True)
class Neighbour:
    """A weight of the trained item model: how strongly liking the item predicts liking the neighbour."""

    item_id: UUID
    neighbour_id: UUID
    weight: float


Row = Person | Film | Book | Tag | Rating | Weight | Neighbour


def columns(kind: type[Row]) -> list[str]:
    return [each.name for each in fields(kind)]


def values(row: Row) -> list[object]:
    values = [getattr(row, name) for name in columns(type(row))]
    return [Jsonb(value) if isinstance(value, dict) else value for value in values]
