"""Measure API functions through the gateway with 16 clients, compared with the smallest read."""

import uuid
from collections.abc import Callable

import httpx

from bench.drive import OF_ROUNDS, get, post, rounds
from bench.table import Table, percentile
from local.temporary_stack import Stack

CLIENTS = 16
REQUESTS = 50
"""For each client and function."""
Request = Callable[[int], bytes]
"""The request of a turn."""


def measure(stack: Stack) -> list[Table]:
    films, user, token = prepare(stack)
    vector = [0.05 * (-1) ** place for place in range(384)]

    def rpc(name: str, body: Callable[[int], dict[str, object]]) -> Request:
        return lambda turn: post(stack.url, f"/rest/v1/rpc/{name}", stack.anon_key, token, body(turn))

    calls: dict[str, Request] = {
        "one row of genres": lambda _: get(stack.url, "/rest/v1/genres?limit=1", stack.anon_key, token),
        "match_movies": rpc("match_movies", lambda _: {"query_embedding": vector, "match_threshold": 0}),
        "get_popular_items": rpc("get_popular_items", lambda _: {"limit": 20}),
        "get_trending_items": rpc("get_trending_items", lambda _: {"count": 20}),
        "get_similar_items": rpc("get_similar_items", lambda turn: {"item_id": films[turn % len(films)]}),
        "predict_rating": rpc(
            "predict_rating", lambda turn: {"user_id": user, "item_id": films[turn % len(films)]}
        ),
        "get_collaborative_recommendations": rpc(
            "get_collaborative_recommendations", lambda _: {"user_id": user, "count": 20}
        ),
        "get_recommendations": rpc("get_recommendations", lambda _: {"count": 20, "kind": "movie"}),
    }
    table = Table(
        "API functions",
        f"{CLIENTS} clients through the gateway, {REQUESTS} requests each, by a user with a dozen ratings. "
        f"The ratio is to the smallest read, in the same run. {OF_ROUNDS}",
        ("call", "requests/s", "p50 ms", "p95 ms", "middle p95", "p95 as a ratio to one row"),
    )
    base = 0.0
    for name, request in calls.items():
        requests = [[request(client + turn) for turn in range(REQUESTS)] for client in range(CLIENTS)]
        done, middle = rounds(stack.url, requests)
        times = done.times()
        slow = percentile(times, 0.95)
        base = base or slow
        table.rows.append(
            (name, len(times) / done.seconds, percentile(times, 0.5), slow, middle, slow / base)
        )
    return [table]


def prepare(stack: Stack) -> tuple[list[str], str, str]:
    """Sign up a user who rates a dozen films; returns the films' ids, the user's id and token."""
    with connect(stack, stack.anon_key) as client:
        popular = client.post("/rest/v1/rpc/get_popular_items", json={"limit": 60, "kind": "movie"}).json()
        films = [film["id"] for film in popular[::5]]
        address = f"bench-{uuid.uuid4().hex}@example.com"
        session = client.post("/auth/v1/signup", json={"email": address, "password": uuid.uuid4().hex}).json()
        ratings = [{"item_id": film, "rating": 1 + place % 9 / 2} for place, film in enumerate(films)]
        headers = {"Authorization": f"Bearer {session['access_token']}"}
        client.post("/rest/v1/ratings", json=ratings, headers=headers).raise_for_status()
    return films, session["user"]["id"], session["access_token"]


def connect(stack: Stack, token: str) -> httpx.Client:
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=stack.url, headers=headers, timeout=60)
