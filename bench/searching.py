"""Measure search_content and suggest through the gateway, as anon."""

from collections.abc import Iterator, Sequence

from bench import corpus
from bench.drive import OF_ROUNDS, post, rounds
from bench.table import Table, percentile
from local.temporary_stack import Stack

CLIENTS = (1, 8)
REQUESTS = 400
TYPED = 4
"""Letters of a title that are typed; few, so that many titles begin with them."""
FILTERS: tuple[dict[str, object], ...] = (
    {},
    {"kind": "movie"},
    {"language": "fr"},
    {"genre": "drama", "year_from": 1990, "year_to": 2010},
)
Bodies = Sequence[dict[str, object]]


def measure(stack: Stack) -> list[Table]:
    table = Table(
        "Searches",
        f"{REQUESTS} searches through the gateway as anon: taglines of films, three of four with filters, "
        "each with 20 results and facets; and suggestions for the first letters of titles. The aims "
        f"are 60 ms and 20 ms at the 95th percentile. {OF_ROUNDS}",
        ("", "clients", "calls/s", "p50 ms", "p95 ms", "middle p95", "clients' share of a core"),
    )
    for name, function, bodies in workloads():
        for clients in CLIENTS:
            requests = [
                [
                    post(stack.url, f"/rest/v1/rpc/{function}", stack.anon_key, stack.anon_key, body)
                    for body in bodies[client::clients]
                ]
                for client in range(clients)
            ]
            done, middle = rounds(stack.url, requests)
            times = done.times()
            table.rows.append(
                (
                    name,
                    clients,
                    len(times) / done.seconds,
                    percentile(times, 0.5),
                    percentile(times, 0.95),
                    middle,
                    f"{done.own_share:.0%}",
                )
            )
    return [table]


def workloads() -> Iterator[tuple[str, str, Bodies]]:
    films, lines, vectors = corpus.taglines()
    searches: list[dict[str, object]] = [
        {"query": line, **FILTERS[place % len(FILTERS)]} for place, line in enumerate(lines[:REQUESTS])
    ]
    with_vectors = [
        {**search, "query_embedding": vector.tolist()}
        for search, vector in zip(searches, vectors, strict=False)
    ]
    yield "search_content, words", "search_content", searches
    yield "search_content, words and meaning", "search_content", with_vectors
    yield "suggest", "suggest", [{"q": film.title[:TYPED]} for film in films[:REQUESTS]]
