"""API functions through the gateway at 16 clients, beside the smallest read there is."""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from bench.table import Table, percentile
from local.throwaway import Stack

CLIENTS = 16
REQUESTS = 50
"""A client and call."""
Call = Callable[[httpx.Client, int], httpx.Response]


def measure(stack: Stack) -> list[Table]:
    films, user, token = prepare(stack)
    vector = [0.05 * (-1) ** place for place in range(384)]

    def rpc(name: str, body: Callable[[int], dict[str, object]]) -> Call:
        return lambda client, turn: client.post(f"/rest/v1/rpc/{name}", json=body(turn))

    calls: dict[str, Call] = {
        "one row of genres": lambda client, _: client.get("/rest/v1/genres?limit=1"),
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
        "The ratio is to the smallest read, in the same run.",
        ("call", "requests/s", "p50 ms", "p95 ms", "p95 as a ratio to one row"),
    )
    base = 0.0
    for name, call in calls.items():
        times, rate = drive(stack, token, call)
        slow = percentile(times, 0.95)
        base = base or slow
        table.rows.append((name, rate, percentile(times, 0.5), slow, slow / base))
    return [table]


def prepare(stack: Stack) -> tuple[list[str], str, str]:
    """A dozen films, a user who rated them, and the user's token."""
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


def drive(stack: Stack, token: str, call: Call) -> tuple[list[float], float]:
    """Milliseconds of each request, and requests a second of all clients."""

    def client_runs(place: int) -> list[float]:
        times = []
        with connect(stack, token) as client:
            for turn in range(REQUESTS):
                started = time.perf_counter()
                call(client, place + turn).raise_for_status()
                times.append((time.perf_counter() - started) * 1000)
        return times

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        times = [each for run in clients.map(client_runs, range(CLIENTS)) for each in run]
    return times, len(times) / (time.perf_counter() - started)
