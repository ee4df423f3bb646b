"""The simulated month: what viewers do follows their taste, in time, and is the same for the same seed."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tools.simulation.month import DAYS, Event, Film, Rating, Viewer, attraction, month, stars, viewers

END = datetime(2026, 11, 30, tzinfo=UTC)
GENRES = ("Comedy", "Drama", "Horror")
FILMS = [
    Film(UUID(int=n), f"Film {n}", frozenset({GENRES[n % 3]}), "hi" if n % 2 else "en", n % 5)
    for n in range(60)
]
HORROR_VIEWER = Viewer(1, frozenset({"Horror"}), None, "FR", 20)


def test_same_seed_gives_the_same_month() -> None:
    assert viewers(30, FILMS, 7) == viewers(30, FILMS, 7) != viewers(30, FILMS, 8)
    assert list(month(HORROR_VIEWER, FILMS, END, 7)) == list(month(HORROR_VIEWER, FILMS, END, 7))


def test_every_third_viewer_prefers_a_language_other_than_english() -> None:
    languages = [viewer.language for viewer in viewers(9, FILMS, 7)]
    assert languages == [None, None, "hi"] * 3


@pytest.mark.parametrize(
    ("genres", "language", "expected"), [({"Drama"}, None, 3), ({"Horror"}, None, 15), ({"Horror"}, "hi", 75)]
)
def test_shared_genre_and_language_attract_five_times_as_much(
    genres: set[str], language: str | None, expected: float
) -> None:
    film = Film(UUID(int=1), "A film", frozenset({"Horror", "Comedy"}), "hi", 2)
    assert attraction(Viewer(1, frozenset(genres), language, "FR", 9), film) == expected


def test_acts_are_in_order_within_the_month() -> None:
    times = [act.at for act in month(HORROR_VIEWER, FILMS, END, 7) if isinstance(act, Event | Rating)]
    assert times == sorted(times)
    assert END - timedelta(days=DAYS, hours=4) <= times[0] and times[-1] <= END


def test_only_what_was_watched_to_the_end_is_rated() -> None:
    acts = list(month(HORROR_VIEWER, FILMS, END, 7))
    completed = {act.film for act in acts if isinstance(act, Event) and act.type == "complete"}
    rated = [act.film for act in acts if isinstance(act, Rating)]
    assert rated and set(rated) <= completed and len(set(rated)) == len(rated)


def test_ratings_are_half_steps_and_higher_for_what_is_shared() -> None:
    chance = random.Random(7)
    shared, other = (
        Film(UUID(int=1), "", frozenset({"Horror"}), None, 0),
        Film(UUID(int=2), "", frozenset(), "en", 0),
    )
    means = []
    for film in (shared, other):
        ratings = [stars(HORROR_VIEWER, film, chance) for _ in range(200)]
        assert all(0.5 <= rating <= 5 and (rating * 2).is_integer() for rating in ratings)
        means.append(sum(ratings) / 200)
    assert means[0] > means[1] + 0.5
