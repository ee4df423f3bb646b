"""1,000,209 ratings: MovieLens 1M's pairs of users and films, with made-up values and times.

Values and times are the same at each run. The pairs are all that may be had of it. A value is a mean, a
rater's and a film's departure from it, and what ten hidden traits of both have in common, rounded to whole
stars.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from seed.rows import Rating, item_id

TRAITS = 10
SEED = 5
BEGIN, END = datetime(2024, 1, 1, tzinfo=UTC).timestamp(), datetime(2026, 6, 1, tzinfo=UTC).timestamp()

Pairs = NDArray[np.int64]


def pairs(folder: Path) -> Pairs:
    """Rows of userId and movieId."""
    found: Pairs = np.loadtxt(
        folder / "movielens-1m" / "interactions.csv.gz", np.int64, delimiter=",", skiprows=1
    )
    return found


def stars(given: Pairs) -> NDArray[np.float64]:
    """A value for each pair."""
    chance = np.random.default_rng(SEED)
    users, films = given.max(axis=0) + 1
    traits, wants = chance.normal(size=(films, TRAITS)), chance.normal(size=(users, TRAITS))
    means = (
        3.6
        + chance.normal(scale=0.4, size=users)[given[:, 0]]
        + chance.normal(scale=0.5, size=films)[given[:, 1]]
    )
    alike = np.einsum("pt,pt->p", wants[given[:, 0]], traits[given[:, 1]]) * 0.6 / np.sqrt(TRAITS)
    noise = chance.normal(scale=0.7, size=len(given))
    values: NDArray[np.float64] = np.clip(np.round(means + alike + noise), 1, 5)
    return values


def ratings(given: Pairs, raters: Mapping[int, UUID], films: Mapping[str, UUID]) -> Iterator[Rating]:
    """Of users who have a profile as its rater."""
    times = np.random.default_rng(SEED).uniform(BEGIN, END, size=len(given))
    named = {int(user): raters.get(int(user)) or rater_id(int(user)) for user in np.unique(given[:, 0])}
    for (user, film), value, at in zip(given.tolist(), stars(given).tolist(), times.tolist(), strict=True):
        yield Rating(named[user], films[str(film)], value, datetime.fromtimestamp(at, UTC))


def rater_id(user: int) -> UUID:
    return item_id("movielens-1m-rater", str(user))
