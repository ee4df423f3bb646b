"""Measure the error of predict_rating through the API, compared with Surprise on the same ratings."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from surprise import AlgoBase, Dataset, KNNBaseline, KNNWithMeans, Reader, SVDpp

from bench.lists import Matrix
from bench.movielens import Split
from bench.table import Table, percentile, timed
from bench.world import World, call, service, train

SEED = 42
ASKED = 5_000
PEARSON = {"name": "pearson_baseline", "shrinkage": 100, "user_based": True, "verbose": False}
PEERS: dict[str, Callable[[], AlgoBase]] = {
    "Surprise KNNWithMeans, users, Pearson": lambda: KNNWithMeans(
        k=40, sim_options={"name": "pearson", "user_based": True}, verbose=False
    ),
    "Surprise KNNBaseline, users, pearson_baseline": lambda: KNNBaseline(
        k=40, sim_options=PEARSON, verbose=False
    ),
    "Surprise SVD++": lambda: SVDpp(random_state=SEED),
}

Places = NDArray[np.int64]


def measure(world: World, say: Callable[[str], None]) -> list[Table]:
    split = world.split
    raters, films = np.nonzero(split.hidden)
    some = np.sort(np.random.default_rng(SEED).permutation(len(raters))[:ASKED])
    pairs = np.stack([raters[some], films[some]], axis=1)
    actual = split.hidden[pairs[:, 0], pairs[:, 1]]
    table = Table(
        "Predicted ratings",
        "ml-100k, 80,000 ratings: a fifth of them is hidden, all of half of the people, as in u1; "
        f"{len(actual):,} of those, chosen at random. "
        "A film without known ratings: the mean of all. ms: one client.",
        ("", "RMSE", "p50 ms", "p95 ms"),
    )
    for trained in ((), ("user_similarity",)):
        train(world.stack, *trained)
        predicted, times = ours(world, pairs)
        name = (
            "**predict_rating**, after `workers user_similarity`"
            if trained
            else "predict_rating, nothing computed before"
        )
        table.rows.append(
            (name, f"{rmse(predicted, actual):.4f}", percentile(times, 0.5), percentile(times, 0.95))
        )
        say(str(table.rows[-1]))
    for name, peer in PEERS.items():
        table.rows.append((name, f"{rmse(theirs(peer(), split, pairs), actual):.4f}", "", ""))
        say(str(table.rows[-1]))
    return [table]


def ours(world: World, pairs: Places) -> tuple[Matrix, list[float]]:
    mean = world.split.known[world.split.known > 0].mean()
    with service(world.stack) as client:
        answers = [
            timed(
                call,
                client,
                "predict_rating",
                {"user_id": str(world.people[rater].user), "item_id": str(world.split.films[film].id)},
            )
            for rater, film in pairs
        ]
    predicted = np.array([mean if answer is None else answer for answer, _ in answers])
    return predicted, [milliseconds for _, milliseconds in answers]


def theirs(peer: AlgoBase, split: Split, pairs: Places) -> Matrix:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "known.tsv"
        rows = zip(*np.nonzero(split.known), strict=True)
        path.write_text("".join(f"{rater}\t{film}\t{split.known[rater, film]}\n" for rater, film in rows))
        reader = Reader(line_format="user item rating", sep="\t", rating_scale=(1, 5))
        peer.fit(Dataset.load_from_file(str(path), reader).build_full_trainset())
    return np.array([peer.predict(str(rater), str(film)).est for rater, film in pairs])


def rmse(predicted: Matrix, actual: Matrix) -> float:
    return float(np.sqrt(np.mean((predicted - actual) ** 2)))
