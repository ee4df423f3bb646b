"""Measure the cost of rate limits: throughput with and without them, and a call of the counting function."""

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

import httpx
import psycopg

from bench.calls import connect
from bench.drive import drive, get, post
from bench.table import Table, percentile
from local.temporary_stack import Stack

CLIENTS, ROUNDS = 16, 9
REQUESTS = {"GET one row of genres": 150, "get_popular_items": 75, "upsert of a rating": 40}
"""For each client and round."""
WARMING = 40
"""Requests before each round: a changed limiter needs new connections, which plan all statements again."""
CALLS = 500
LINE = "    perform private.count_request();\n"


def measure(stack: Stack) -> list[Table]:
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        try:
            return [throughput(stack, admin), counting(admin)]
        finally:
            admin.execute("delete from private.rate_limits")


def throughput(stack: Stack, admin: psycopg.Connection) -> Table:
    table = Table(
        "Rate limits",
        f"{CLIENTS} clients through the gateway, each a user of its own, who may do more than it can. Rounds "
        f"with and without the limiter take turns, each on warmed connections; medians of {ROUNDS}. "
        "The aim is a ratio of 0.9 at least.",
        ("request", "requests/s without", "requests/s with", "ratio"),
    )
    for name, requests in prepared(stack).items():
        rates: dict[bool, list[float]] = {False: [], True: []}
        for _ in range(ROUNDS):
            for limited in (False, True):
                with limiter(admin, limited):
                    drive(stack.url, [[request] * WARMING for request in requests])
                    done = drive(stack.url, [[request] * REQUESTS[name] for request in requests])
                rates[limited].append(CLIENTS * REQUESTS[name] / done.seconds)
        ratio = median(on / off for off, on in zip(rates[False], rates[True], strict=True))
        table.rows.append((name, median(rates[False]), median(rates[True]), ratio))
    return table


def prepared(stack: Stack) -> dict[str, list[bytes]]:
    """For each name of REQUESTS the request of each user."""
    with connect(stack, stack.anon_key) as client:
        film = client.post("/rest/v1/rpc/get_popular_items", json={"limit": 1, "kind": "movie"}).json()[0][
            "id"
        ]
        tokens = [sign_up(client) for _ in range(CLIENTS)]
    rating, popular = {"item_id": film, "rating": 4}, {"limit": 5}
    upsert, merge = "/rest/v1/ratings?on_conflict=rater_id,item_id", "resolution=merge-duplicates"
    key, url = stack.anon_key, stack.url
    requests = (
        [get(url, "/rest/v1/genres?limit=1", key, token) for token in tokens],
        [post(url, "/rest/v1/rpc/get_popular_items", key, token, popular) for token in tokens],
        [post(url, upsert, key, token, rating, merge) for token in tokens],
    )
    return dict(zip(REQUESTS, requests, strict=True))


def sign_up(client: httpx.Client) -> str:
    account = {"email": f"bench-{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex}
    return str(client.post("/auth/v1/signup", json=account).raise_for_status().json()["access_token"])


@contextmanager
def limiter(admin: psycopg.Connection, limited: bool) -> Iterator[None]:
    """Run with the limiter, or without it: no limits, and no counting in the check of a request."""
    admin.execute("delete from private.rate_limits")
    row = admin.execute("select pg_get_functiondef('private.check_request()'::regprocedure)").fetchone()
    definition = str(row[0]) if row else ""
    if limited:
        allow(admin)
    else:
        admin.execute(definition.replace(LINE, "").encode())
    admin.execute("notify pgrst, 'reload config'")
    time.sleep(1)
    try:
        yield
    finally:
        admin.execute(definition.encode())


def allow(admin: psycopg.Connection) -> None:
    """Set limits above what 16 clients can send."""
    roles: Sequence[tuple[str, str]] = [
        (role, scope) for role in ("anon", "authenticated") for scope in ("read", "write")
    ]
    admin.cursor().executemany(
        "insert into private.rate_limits (role, scope, requests, window_seconds) values (%s, %s, 1000, 1)",
        roles,
    )


def counting(admin: psycopg.Connection) -> Table:
    table = Table(
        "Counting a write",
        f"`private.count_request` by psycopg, {CALLS} calls at a limit of 100, the time the server takes. "
        "The aim is under 0.3 ms.",
        ("slots taken", "p50 ms", "p95 ms"),
    )
    admin.execute("delete from private.rate_limits")
    admin.execute("insert into private.rate_limits values ('authenticated', 'write', 100, 60)")
    user = str(uuid.uuid4())
    for taken in (0, 50, 99):
        admin.execute("truncate private.rate_slots")
        admin.execute(
            "insert into private.rate_slots "
            "select %s, 'write', n, clock_timestamp() from generate_series(1, %s) as n",
            [user, taken],
        )
        admin.execute("vacuum (analyze) private.rate_slots")
        times = [call(admin, user) for _ in range(CALLS)]
        table.rows.append((taken, percentile(times, 0.5), percentile(times, 0.95)))
    admin.execute("truncate private.rate_slots")
    return table


def call(admin: psycopg.Connection, user: str) -> float:
    """Milliseconds of a call; rolled back, so that the slots are the same for each call."""
    claims = json.dumps({"role": "authenticated", "sub": user})
    with admin.transaction(force_rollback=True):
        admin.execute(
            "select set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true)",
            [claims],
        )
        row = admin.execute(
            "explain (analyze, timing off, format json) select private.count_request()"
        ).fetchone()
    assert row
    return float(row[0][0]["Execution Time"])
