"""Concurrent writes of users do not deadlock; a deadlock would block the counts for a second."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import Stack
from tests.sql.people import Person, item, person

ROUNDS = 12 * int(os.environ.get("SOAK_ROUNDS", "1"))
RATE = (
    "insert into ratings (item_id, rating) select * from unnest(%s::uuid[], %s::real[]) "
    "on conflict (rater_id, item_id) do update set rating = excluded.rating"
)
Write = Callable[[psycopg.Connection, int], object]


@pytest.fixture
def kept(stack: Stack) -> Iterator[tuple[list[UUID], list[Person]]]:
    """Committed films and people, visible to all connections; deleted after the test."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        films = [item(connection, f"Film {number}") for number in range(12)]
        people = [person(connection, f"writer {number}") for number in range(2)]
        yield films, people
        connection.execute("delete from auth.users where id = any(%s)", [[one.id for one in people]])
        connection.execute("delete from content where id = any(%s)", [films])


def write(stack: Stack, who: Person, act: Write, start: int) -> list[str | None]:
    """The error codes of ROUNDS requests of this user, each in a transaction."""
    claims = json.dumps({"role": "authenticated", "sub": str(who.id)})
    codes = []
    with psycopg.connect(stack.database_url) as connection:
        for turn in range(start, start + ROUNDS):
            try:
                with connection.transaction():
                    connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
                    connection.execute("set local role authenticated")
                    act(connection, turn)
            except psycopg.Error as error:
                codes.append(error.sqlstate)
    return codes


def deadlocks(stack: Stack, writers: Sequence[tuple[Person, Write]]) -> int:
    with ThreadPoolExecutor(len(writers)) as pool:
        running = [pool.submit(write, stack, who, act, start) for start, (who, act) in enumerate(writers)]
    return [code for each in running for code in each.result()].count("40P01")


def rate_one(film: UUID, connection: psycopg.Connection, turn: int) -> None:
    connection.execute(RATE, [[film], [3.0]])


def test_two_users_moving_ratings_between_items_do_not_deadlock(
    stack: Stack, kept: tuple[list[UUID], list[Person]]
) -> None:
    films, people = kept

    def swap(connection: psycopg.Connection, turn: int) -> None:
        connection.execute(
            "update ratings set item_id = case when item_id = %(a)s then %(b)s::uuid else %(a)s::uuid end "
            "where item_id in (%(a)s, %(b)s)",
            {"a": films[0], "b": films[1]},
        )

    for film, who in zip(films, people, strict=False):
        write(stack, who, partial(rate_one, film), 0)
    assert deadlocks(stack, [(who, swap) for who in people * 2]) == 0


def test_ratings_of_one_user_in_different_orders_do_not_deadlock(
    stack: Stack, kept: tuple[list[UUID], list[Person]]
) -> None:
    films, (who, _) = kept

    def forward(connection: psycopg.Connection, turn: int) -> None:
        connection.execute(RATE, [films, [turn % 5 + 1.0] * len(films)])

    def backward(connection: psycopg.Connection, turn: int) -> None:
        connection.execute(RATE, [films[::-1], [turn % 5 + 0.5] * len(films)])

    def delete(connection: psycopg.Connection, turn: int) -> None:
        connection.execute("delete from ratings where item_id = %s", [films[turn % len(films)]])

    assert deadlocks(stack, [(who, forward), (who, backward), (who, delete), (who, backward)]) == 0


def test_deleting_a_profile_while_it_rates_does_not_deadlock(
    stack: Stack, kept: tuple[list[UUID], list[Person]]
) -> None:
    films, (who, _) = kept

    def make_and_delete(connection: psycopg.Connection, turn: int) -> None:
        connection.execute("delete from profiles where not is_default")
        connection.execute("insert into profiles (name) values ('Short')")

    def act(connection: psycopg.Connection, turn: int) -> None:
        row = connection.execute("select id from profiles where not is_default").fetchone()
        if row:
            headers = json.dumps({"x-profile-id": str(row[0])})
            connection.execute("select set_config('request.headers', %s, true)", [headers])
            connection.execute(RATE, [films, [turn % 5 + 1.0] * len(films)])

    def change(connection: psycopg.Connection, turn: int) -> None:
        row = connection.execute("select id from profiles where not is_default").fetchone()
        if row:
            headers = json.dumps({"x-profile-id": str(row[0])})
            connection.execute("select set_config('request.headers', %s, true)", [headers])
            connection.execute(
                "update ratings set rating = 2 where item_id = any(%s)", [films[turn % 2 :: 2]]
            )

    def watch(connection: psycopg.Connection, turn: int) -> None:
        events = [{"client_id": str(uuid4()), "item_id": str(film), "type": "view"} for film in films]
        connection.execute("select record_interactions(%s)", [Jsonb(events)])

    assert deadlocks(stack, [(who, make_and_delete), (who, act), (who, change), (who, watch)]) == 0
