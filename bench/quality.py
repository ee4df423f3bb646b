"""Measure the quality of lists, predictions and searches, and write QUALITY.md: `python -m bench.quality`."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import corpus, found, peers, personas, prediction, tagline
from bench.lists import Lists, by_slice, measured
from bench.movielens import Split, as_u1, by_chance, by_time, cold
from bench.table import Table, timed
from bench.world import World, loaded, train
from local import exits, temporary_stack
from local.settings import ROOT

RESULTS = Path(__file__).parent / "QUALITY.md"
FIGURES = ("list", "NDCG@10", "recall@10", "coverage", "novelty", "diversity", "ms")
SLICES = ("list", "1 to 4", "5 to 19", "20 to 99", "100 or more")
HEAD = """# Quality

Written by `make bench-quality` on {day}. Our lists and predictions come from the API through the gateway,
requested by the service for each person in turn, with default parameters unless stated. Peers get the same
known ratings in the same run, in the measuring process.

NDCG@10 and recall@10: every hidden rating counts as a hit, whatever its value; all films that a person has
not rated are ranked; recall is the share of hidden films found, of at most ten. Coverage: the share of the
rated films that are in any list. Novelty: the mean of -log2 of the share of people who rated a listed film.
Diversity: the mean cosine distance between two films of a list, by their texts' vectors. ms: 95th percentile,
one client."""


@dataclass(frozen=True)
class Task:
    title: str
    text: str
    folder: str
    read: Callable[[Path], Split]
    regularisation: float


TASKS = (
    Task(
        "Ratings by chance",
        "ml-100k, 80,000 ratings: three quarters of each person's are known, the rest is hidden.",
        "movielens-100k",
        by_chance,
        500,
    ),
    Task(
        "Ratings to come",
        "ml-latest-small, 91,018 ratings: each person's latest tenth is hidden, all others are known.",
        "movielens-small",
        by_time,
        200,
    ),
    Task(
        "Newcomers",
        "As the first, but a fifth of the people keep only one to four of their known ratings, and "
        "another fifth 5 to 19, chosen at random.",
        "movielens-100k",
        cold,
        500,
    ),
)


def measure(world: World, task: Task, say: Callable[[str], None]) -> list[Table]:
    split = world.split
    trained = train(world.stack, "item_model", "user_similarity", "blend")
    say(f"trained: {trained}")
    ours: dict[str, Callable[[], tuple[Lists, float]]] = {
        "**get_recommendations**": lambda: world.lists(
            "get_recommendations", lambda person: {"count": 10, "profile_id": str(person.profile)}
        ),
        "get_recommendations, diversity 0": lambda: world.lists(
            "get_recommendations",
            lambda person: {"count": 10, "profile_id": str(person.profile), "diversity": 0},
        ),
        "get_recommendations, diversity 1": lambda: world.lists(
            "get_recommendations",
            lambda person: {"count": 10, "profile_id": str(person.profile), "diversity": 1},
        ),
        "get_collaborative_recommendations": lambda: world.lists(
            "get_collaborative_recommendations", lambda person: {"count": 10, "user_id": str(person.user)}
        ),
        "get_popular_items": world.popular,
    }
    others: dict[str, peers.Peer] = {
        "popular, by number of ratings": peers.popular,
        f"EASE in NumPy, λ {task.regularisation:.0f}": peers.ease(task.regularisation),
        "implicit, item KNN by BM25": peers.item_knn,
        "implicit, ALS with 64 factors": peers.als,
    }
    lists: dict[str, Lists] = {}
    figures = Table(task.title, f"{task.text} {_seconds(trained)}", FIGURES)
    for name, request in ours.items():
        lists[name], milliseconds = request()
        figures.rows.append((name, *_figures(world, lists[name]), milliseconds))
        say(str(figures.rows[-1]))
    for name, peer in others.items():
        lists[name], milliseconds = timed(peer, split.known)
        figures.rows.append((name, *_figures(world, lists[name]), ""))
        say(str(figures.rows[-1]))
    slices = Table(
        f"{task.title}, by a person's number of known ratings",
        "NDCG@10.",
        SLICES,
        by_slice(lists, split.known, split.hidden),
    )
    return [figures, slices]


def _figures(world: World, lists: Lists) -> list[str]:
    quality = measured(lists, world.split.known, world.split.hidden, world.vectors)
    return [f"{figure:.4f}" for figure in (quality.ndcg, quality.recall, quality.coverage)] + [
        f"{figure:.2f}" for figure in (quality.novelty, quality.diversity)
    ]


def _seconds(trained: dict[str, float]) -> str:
    return "Trained before: " + ", ".join(f"{name} in {s:.0f} s" for name, s in trained.items()) + "."


def main() -> int:
    console = Console(highlight=False, soft_wrap=True)
    tables: list[Table] = []
    if not (corpus.FOLDER / "tmdb").is_dir():
        console.print(f"skipped: there is no {corpus.FOLDER / 'tmdb'}")
        return 0
    with temporary_stack.running(ROOT / ".local-quality") as stack:
        for task in TASKS:
            if not (corpus.FOLDER / task.folder).is_dir():
                console.print(f"skipped: there is no {corpus.FOLDER / task.folder}")
                continue
            console.print(task.title)
            with loaded(stack, task.read(corpus.FOLDER)) as world:
                tables += measure(world, task, console.print)
        if (corpus.FOLDER / "movielens-100k").is_dir():
            with loaded(stack, as_u1(corpus.FOLDER)) as world:
                tables += prediction.measure(world, console.print)
        tables += tagline.measure(stack)
        tables.append(personas.seeded(stack, console.print))
    with temporary_stack.running(ROOT / ".local-found") as stack:
        found.load(stack)
        tables += found.measure(stack)
    text = "\n\n".join([HEAD.format(day=f"{datetime.now(UTC):%Y-%m-%d}"), *(t.markdown() for t in tables)])
    RESULTS.write_text(text + "\n")
    console.print(text)
    return 0


if __name__ == "__main__":
    sys.exit(exits.exit_status(main))
