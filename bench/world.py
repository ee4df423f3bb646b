"""Load a split's known ratings into the stack as films, accounts and ratings, and call the API for lists."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import numpy as np
import psycopg

from bench import corpus
from bench.embeddings import store
from bench.lists import COUNT, Lists
from bench.movielens import Split
from bench.table import percentile, timed
from bench.vectors import DIMENSIONS, Vectors
from local.temporary_stack import Stack
from seed import own, rows
from seed.__main__ import publish
from seed.load import load
from seed.rows import Film, Rating

CONNECTIONS = 2
Body = Callable[["Person"], dict[str, object]]


@dataclass(frozen=True)
class Person:
    user: UUID
    profile: UUID
    rater: UUID


@dataclass(frozen=True)
class World:
    stack: Stack
    split: Split
    people: list[Person]
    vectors: Vectors
    """The vector of each film; zeros for a film without a text."""

    def lists(self, function: str, body: Body) -> tuple[Lists, float]:
        """The function's list for each person, called by the service, and the 95th percentile of ms."""
        indexes = {str(film.id): index for index, film in enumerate(self.split.films)}
        with service(self.stack) as client:
            answers = [timed(call, client, function, body(person)) for person in self.people]
        listed = [[indexes[row["id"]] for row in rows][:COUNT] for rows, _ in answers]
        padded = np.array([mine + [-1] * (COUNT - len(mine)) for mine in listed], dtype=np.int64)
        return padded, percentile([milliseconds for _, milliseconds in answers], 0.95)

    def popular(self) -> tuple[Lists, float]:
        """The popular items, without those that the person has rated."""
        indexes = {str(film.id): index for index, film in enumerate(self.split.films)}
        with service(self.stack) as client:
            answer, milliseconds = timed(call, client, "get_popular_items", {"limit": 200})
        listed = np.array([indexes[row["id"]] for row in answer])
        lists = np.full((len(self.people), COUNT), -1, dtype=np.int64)
        for person, known in enumerate(self.split.known):
            mine = listed[known[listed] == 0][:COUNT]
            lists[person, : len(mine)] = mine
        return lists, milliseconds


def service(stack: Stack) -> httpx.Client:
    headers = {"apikey": stack.service_role_key, "Authorization": f"Bearer {stack.service_role_key}"}
    return httpx.Client(base_url=stack.url, headers=headers, timeout=60)


def call(client: httpx.Client, function: str, body: dict[str, object]) -> Any:
    return client.post(f"/rest/v1/rpc/{function}", json=body).raise_for_status().json()


@contextmanager
def loaded(stack: Stack, split: Split) -> Iterator[World]:
    """Load the split and yield it; delete all of it at the end. Models are not trained."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute("alter table content disable trigger enqueue_inserted")
        load(connection, rows.Person, own.people())
        load(connection, Film, split.films)
        vectors = embeddings(connection, stack, split.films)
        people = accounts(connection, len(split.known))
        load(connection, Rating, ratings(split, people))
        publish(connection)
        connection.execute("vacuum (analyze)")
        yield World(stack, split, people, vectors)
        connection.execute("delete from recommendation_models")
        connection.execute("delete from auth.users where id = any(%s)", [[person.user for person in people]])
        connection.execute("delete from raters where id = any(%s)", [[person.rater for person in people]])
        connection.execute("delete from content")
        connection.execute("delete from people")


def embeddings(connection: psycopg.Connection, stack: Stack, films: Sequence[Film]) -> Vectors:
    vectors: Vectors = np.zeros((len(films), DIMENSIONS), dtype=np.float32)
    described = [film for film in corpus.films() if film.overview]
    by_text = {
        film.overview: vector for film, vector in zip(described, corpus.vectors_of(described), strict=True)
    }
    indexes = [index for index, film in enumerate(films) if film.overview in by_text]
    for index in indexes:
        vectors[index] = by_text[films[index].overview]
    store(connection, stack, [films[index].id for index in indexes], vectors[indexes])
    return vectors


def accounts(connection: psycopg.Connection, count: int) -> list[Person]:
    users = [uuid4() for _ in range(count)]
    connection.cursor().executemany(
        "insert into auth.users (id, email) values (%s, %s)",
        [(user, f"{user}@example.com") for user in users],
    )
    rows = connection.execute(
        "select p.account_id, p.id, r.id from profiles p join raters r on r.profile_id = p.id "
        "where p.account_id = any(%s)",
        [users],
    )
    by_user = {row[0]: Person(*row) for row in rows}
    return [by_user[user] for user in users]


def ratings(split: Split, people: Sequence[Person]) -> Iterator[Rating]:
    for rater, film in zip(*np.nonzero(split.known), strict=True):
        at = datetime.fromtimestamp(split.times[rater, film], UTC)
        yield Rating(people[rater].rater, split.films[film].id, split.known[rater, film], at)


def train(stack: Stack, *workers: str) -> dict[str, float]:
    """Run the workers in order; returns the seconds that each took."""
    return {name: timed(stack.run, sys.executable, "-m", "workers", name)[1] / 1000 for name in workers}
