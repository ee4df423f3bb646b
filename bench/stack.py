"""Run the measured stack in .local-bench, with all data that this machine has."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from bench.corpus import FOLDER
from bench.table import Table, timed
from local import temporary_stack
from local.settings import ROOT
from local.temporary_stack import Stack

TRAINING = """
    select true from procrastinate.procrastinate_jobs
    where task_name = 'train_item_model' and status in ('todo', 'doing')
"""


@contextmanager
def loaded(say: Callable[[str], None]) -> Iterator[tuple[Stack, Table]]:
    """Yield the stack and the times of loading it; of the data at scale only films are kept."""
    os.environ.pop("SEED_DIR", None)
    table = Table("Loading", "From an empty database; each step as a person runs it.", ("step", "s"))
    with temporary_stack.running(ROOT / ".local-bench") as stack:
        run(stack, table, "10,122 films, 192 books, 91,018 ratings", "-m", "seed")
        until_trained(stack)
        run(stack, table, "their 852 embeddings", "-m", "workers", "embedding")
        if (FOLDER / "tmdb").is_dir():
            os.environ["SEED_DIR"] = str(FOLDER)
            run(stack, table, "11,406 films and 10,078 books at scale", "-m", "seed")
            with psycopg.connect(stack.database_url) as connection:
                connection.execute("delete from books")
            run(stack, table, "the films' embeddings", "-m", "workers", "embedding")
        else:
            say(f"skipped: films and books at scale, since there is no {FOLDER}")
        yield stack, table


def until_trained(stack: Stack) -> None:
    """Wait for the training of the item model that a first load queues; it would disturb the measurements."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        while connection.execute(TRAINING).fetchone():
            time.sleep(1)


def run(stack: Stack, table: Table, step: str, *words: str) -> None:
    _, milliseconds = timed(stack.run, sys.executable, *words)
    table.rows.append((step, milliseconds / 1000))
