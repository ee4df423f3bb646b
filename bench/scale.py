"""Measure the API at 1,000,209 ratings and 100,000 films, and write SCALE.md: `python -m bench.scale`."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import httpx
import jwt
import psycopg
from rich.console import Console

from bench import batches, corpus, growth_of_lists, matching, scaled, searching
from bench.__main__ import header
from bench.calls import connect
from bench.drive import OF_ROUNDS, drive, post, rounds
from bench.table import Table, percentile
from local import exits
from local.temporary_stack import Stack

RESULTS = Path(__file__).parent / "SCALE.md"
CLIENTS = 8
LISTS = 40
"""Requests of each client."""
UPSERT = "resolution=merge-duplicates"
TEXT = """1,000,209 ratings: MovieLens 1M's pairs of 6,040 people and 3,706 films, with synthetic whole stars.
100,000 films with texts and vectors, about 14,000 of them real and the others mixed of two real ones, and
1,000 books. 302 of the people have accounts and call with tokens of their own."""


def main() -> int:
    console = Console(highlight=False, soft_wrap=True)
    if not corpus.there():
        console.print(f"skipped: there is no {corpus.FOLDER / 'movielens-1m'}")
        return 0
    with scaled.running(console.print) as stack:
        tables = []
        for measure in (batches.measure, lists, matching.measure, searching.measure):
            console.print(f"measuring {measure.__module__}.{measure.__name__}")
            tables += measure(stack)
            console.print(f"{len(tables)} tables")
    tables += growth_of_lists.measure(console.print)
    RESULTS.write_text(
        "\n\n".join([header("At scale", "bench-scale"), TEXT, *(table.markdown() for table in tables)]) + "\n"
    )
    return 0


def lists(stack: Stack) -> list[Table]:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        people = connection.execute(
            "select p.account_id, r.rating_count from profiles p join raters r on r.profile_id = p.id "
            "where r.rating_count > 0 order by md5(p.id::text)"
        ).fetchall()
        unrated = [
            row[0]
            for row in connection.execute(
                "select id from content c where not exists "
                "(select from ratings r where r.item_id = c.id) order by id limit 1000"
            )
        ]
    tokens = [token(stack, row[0]) for row in people]
    counts = sorted(row[1] for row in people)
    table = Table(
        "Lists",
        f"get_recommendations, 20 items, through the gateway; {len(people)} people in turn, with "
        f"{percentile(counts, 0.5)} ratings in the middle, {percentile(counts, 0.95)} at the 95th "
        f"percentile. The aim is a p95 under 50 ms at {CLIENTS} clients. {OF_ROUNDS} "
        "Clients are one process; its share is that of a core while it drives.",
        ("clients", "before each list", "lists/s", "p50 ms", "p95 ms", "middle p95", "clients' share"),
    )
    drive(stack.url, listing(stack, tokens, 2 * CLIENTS))
    for clients in (1, CLIENTS):
        table.rows.append((clients, "nothing", *summary(stack.url, listing(stack, tokens, clients), 1)))
    after_ratings = summary(stack.url, listing(stack, tokens, CLIENTS, unrated), 2)
    table.rows.append((CLIENTS, "one rating, not counted in the time", *after_ratings))
    return [table, visible(stack, tokens[:50])]


def visible(stack: Stack, tokens: Sequence[str]) -> Table:
    """Each person rates the first item of their list and requests the list again."""
    table = Table(
        "A new rating",
        "People rate the first item of their list and request it again at once: the item must be gone. "
        "A list also changed if it has another item or another order.",
        ("people", "lists without it", "lists that changed", "rated, ms p50", "rated and listed, ms p95"),
    )
    gone = changed = 0
    rated, listed = [], []
    for bearer in tokens:
        with connect(stack, bearer) as client:
            before = _list(client)
            started = time.perf_counter()
            body = {"item_id": before[0], "rating": 5}
            client.post("/rest/v1/ratings", json=body).raise_for_status()
            rated.append((time.perf_counter() - started) * 1000)
            after = _list(client)
            listed.append((time.perf_counter() - started) * 1000)
        gone += before[0] not in after
        changed += after[:-1] != before[1:]
    table.rows.append((len(tokens), gone, changed, percentile(rated, 0.5), percentile(listed, 0.95)))
    return table


def _list(client: httpx.Client) -> list[str]:
    answer = client.post("/rest/v1/rpc/get_recommendations", json={"count": 20}).raise_for_status()
    return [item["id"] for item in answer.json()]


def listing(
    stack: Stack, tokens: Sequence[str], clients: int, rated: Sequence[UUID] = ()
) -> list[list[bytes]]:
    """Each client's requests: lists of changing people, each after a rating of an item of `rated`, if any."""
    requests: list[list[bytes]] = [[] for _ in range(clients)]
    for turn in range(clients * LISTS):
        bearer = tokens[turn % len(tokens)]
        mine = requests[turn % clients]
        if rated:
            body = {"item_id": str(rated[turn % len(rated)]), "rating": 4}
            mine.append(post(stack.url, "/rest/v1/ratings", stack.anon_key, bearer, body, UPSERT))
        mine.append(
            post(stack.url, "/rest/v1/rpc/get_recommendations", stack.anon_key, bearer, {"count": 20})
        )
    return requests


def summary(url: str, requests: Sequence[Sequence[bytes]], every: int) -> tuple[object, ...]:
    """Rate, percentiles and the clients' CPU share, of every `every`-th request of a client."""
    done, middle = rounds(url, requests, every)
    times = done.times(every)
    share = f"{done.own_share:.0%}"
    return len(times) / done.seconds, percentile(times, 0.5), percentile(times, 0.95), middle, share


def token(stack: Stack, account: UUID) -> str:
    """An access token as Auth signs it."""
    claims = {
        "sub": str(account),
        "role": "authenticated",
        "aud": "authenticated",
        "iat": int(time.time()),
        "exp": int(time.time()) + 86_400,
    }
    return jwt.encode(claims, stack.jwt_secret, algorithm="HS256")


if __name__ == "__main__":
    sys.exit(exits.exit_status(main))
