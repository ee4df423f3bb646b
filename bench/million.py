"""1,000,209 ratings: MovieLens 1M's pairs of users and films, with synthetic values and times.

Values and times are the same at each run; only the pairs of the data set are available. A value is the sum of
a mean, a bias of the rater and of the film, and the product of ten latent factors, rounded to whole stars.
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
    rows: Pairs = np.loadtxt(
        folder / "movielens-1m" / "interactions.csv.gz", np.int64, delimiter=",", skiprows=1
    )
    return rows


def stars(pairs: Pairs) -> NDArray[np.float64]:
    """A synthetic value for each pair."""
    chance = np.random.default_rng(SEED)
    users, films = pairs.max(axis=0) + 1
    traits, wants = chance.normal(size=(films, TRAITS)), chance.normal(size=(users, TRAITS))
    means = (
        3.6
        + chance.normal(scale=0.4, size=users)[pairs[:, 0]]
        + chance.normal(scale=0.5, size=films)[pairs[:, 1]]
    )
    alike = np.einsum("pt,pt->p", wants[pairs[:, 0]], traits[pairs[:, 1]]) * 0.6 / np.sqrt(TRAITS)
    noise = chance.normal(scale=0.7, size=len(pairs))
    values: NDArray[np.float64] = np.clip(np.round(means + alike + noise), 1, 5)
    return values


def ratings(pairs: Pairs, raters: Mapping[int, UUID], films: Mapping[str, UUID]) -> Iterator[Rating]:
    """The ratings; `raters` has the rater of users with a profile, others get a rater id of their own."""
    times = np.random.default_rng(SEED).uniform(BEGIN, END, size=len(pairs))
    named = {int(user): raters.get(int(user)) or rater_id(int(user)) for user in np.unique(pairs[:, 0])}
    for (user, film), value, at in zip(pairs.tolist(), stars(pairs).tolist(), times.tolist(), strict=True):
        yield Rating(named[user], films[str(film)], value, datetime.fromtimestamp(at, UTC))


def rater_id(user: int) -> UUID:
    return item_id("movielens-1m-rater", str(user))
