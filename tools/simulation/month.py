"""What simulated viewers do in a month, decided from a seed alone: the same seed gives the same month."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

DAYS = 30
COUNTRIES = ("IN", "US", "DE", "FR", "ES", "JP", "KR", "GB", "BR", "IT")
MOODS = ("something funny", "a quiet drama", "war films", "a film about friendship", "space", "a heist")


@dataclass(frozen=True)
class Film:
    id: UUID
    title: str
    genres: frozenset[str]
    language: str | None
    popularity: float


@dataclass(frozen=True)
class Viewer:
    number: int
    genres: frozenset[str]
    language: str | None
    """A language whose films it prefers; None: any."""
    country: str
    evenings: int
    """On how many of the days it watches."""


@dataclass(frozen=True)
class Event:
    film: UUID
    type: str
    at: datetime


@dataclass(frozen=True)
class Rating:
    film: UUID
    rating: float
    at: datetime


@dataclass(frozen=True)
class Search:
    query: str


Act = Event | Rating | Search


def viewers(count: int, films: Sequence[Film], seed: int) -> list[Viewer]:
    """Tastes of two genres each; every third viewer prefers one language of the catalogue."""
    genres = sorted({genre for film in films for genre in film.genres})
    languages = sorted({film.language for film in films if film.language and film.language != "en"})
    chance = random.Random(seed)
    return [
        Viewer(
            number,
            frozenset(chance.sample(genres, min(2, len(genres)))),
            chance.choice(languages) if languages and number % 3 == 0 else None,
            chance.choice(COUNTRIES),
            chance.randint(4, 20),
        )
        for number in range(1, count + 1)
    ]


def month(viewer: Viewer, films: Sequence[Film], end: datetime, seed: int) -> Iterator[Act]:
    """The acts of one viewer, earliest first, each film once: it looks, mostly watches, and often rates."""
    chance = random.Random(f"{seed}-{viewer.number}")
    weights = [attraction(viewer, film) for film in films]
    seen = set[UUID]()
    for day in sorted(chance.sample(range(DAYS), viewer.evenings)):
        evening = end - timedelta(days=DAYS - day, minutes=chance.randint(0, 180))
        if chance.random() < 0.4:
            yield Search(chance.choice((*MOODS, *(genre.lower() for genre in sorted(viewer.genres)))))
        film = chance.choices(films, weights)[0]
        if film.id not in seen:
            seen.add(film.id)
            yield from _watch(viewer, film, evening, chance)


def attraction(viewer: Viewer, film: Film) -> float:
    """How likely a viewer chooses a film: by its popularity, five times that per shared genre or language."""
    shared = len(viewer.genres & film.genres) + (
        viewer.language is not None and viewer.language == film.language
    )
    return float((1 + film.popularity) * 5**shared)


def stars(viewer: Viewer, film: Film, chance: random.Random) -> float:
    """A rating of 0.5 to 5 in half steps, around 3 without and 4 with something shared."""
    shared = bool(viewer.genres & film.genres) or viewer.language == film.language
    return min(5.0, max(0.5, round((chance.gauss(4 if shared else 3, 0.7)) * 2) / 2))


def _watch(viewer: Viewer, film: Film, at: datetime, chance: random.Random) -> Iterator[Act]:
    yield Event(film.id, "view", at)
    if chance.random() < 0.75:
        at += timedelta(minutes=100)
        yield Event(film.id, "complete", at)
        if chance.random() < 0.6:
            rating = stars(viewer, film, chance)
            yield Rating(film.id, rating, at)
            if rating >= 4.5:
                yield Event(film.id, "like", at)
    elif chance.random() < 0.3:
        yield Event(film.id, "dismiss", at)
