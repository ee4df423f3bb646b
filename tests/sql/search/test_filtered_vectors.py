"""Nearest vectors under a filter: full count and high recall, however few rows pass."""

from collections.abc import Iterator

import numpy
import psycopg
import pytest

from local.temporary_stack import Stack

COUNT, DIMENSIONS, ASKED = 6_000, 384, 10
SHARES = (0.9, 0.5, 0.1, 0.02, 0.005)
"""The share of films of the year 1901 or later, 1902 or later, and so on."""
CLOSEST = """
    select extract(epoch from c.release_date)::integer
    from private.{function} as n
    join private.search_documents as d on d.document = n.document
    join content as c on c.id = d.item_id
"""
FILTERS = "row('movie', null, null, %(year)s, null, null, null, null, null, null)::private.search_filters"
VIEWER = "row(null, null, null, null, null, null)::private.viewer"
FUNCTIONS = {
    "of_a_kind": f"nearest_by_index(%(query)s::vector, 'movie', {FILTERS}, {VIEWER}, 2147483647, %(count)s)",
    "of_all_kinds": f"nearest_documents(%(query)s::vector, {FILTERS}, {VIEWER}, 2147483647, %(count)s)",
}


class Clouds:
    """Vectors in 60 clusters and queries near some of them, fixed by the seed."""

    def __init__(self) -> None:
        self.random = numpy.random.default_rng(7)
        self.centres = self.random.normal(size=(60, DIMENSIONS))
        self.vectors = self.draw(COUNT)
        self.queries = self.draw(20)
        self.ranks = self.random.permutation(COUNT)

    def draw(self, count: int) -> numpy.ndarray:
        drawn = self.centres[self.random.integers(60, size=count)]
        drawn = drawn + 0.8 * self.random.normal(size=(count, DIMENSIONS))
        return numpy.asarray(drawn / numpy.linalg.norm(drawn, axis=1, keepdims=True), dtype=numpy.float32)

    def year(self, place: int) -> int:
        return 1900 + sum(int(self.ranks[place]) < share * COUNT for share in SHARES)

    def nearest(self, query: numpy.ndarray, share: float) -> set[int]:
        passing = numpy.flatnonzero(self.ranks < share * COUNT)
        order = numpy.argsort(-(self.vectors[passing] @ query), kind="stable")
        return set(passing[order[:ASKED]].tolist())


@pytest.fixture(scope="module")
def clouds(stack: Stack) -> Iterator[tuple[psycopg.Connection, Clouds]]:
    """One uncommitted transaction: a worker would delete vectors of films without a description."""
    drawn = Clouds()
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("create temporary table drawn (place int, year int, embedding text)")
        with connection.cursor().copy("copy drawn from stdin") as copy:
            for index, vector in enumerate(drawn.vectors):
                copy.write_row((index, drawn.year(index), str(vector.tolist())))
        connection.execute(
            "insert into content (title, release_date, release_year) "
            "select 'Cloud ' || place, date '1970-01-01' + place, year from drawn"
        )
        connection.execute(
            "insert into item_embeddings (item_id, kind, model, text_hash, embedding) "
            "select c.id, c.kind, 'drawn', gen_random_uuid(), d.embedding::vector "
            "from drawn d join content c on c.title = 'Cloud ' || d.place"
        )
        connection.execute("reindex index item_embeddings_movies")
        connection.execute("analyze content, books, items, item_embeddings, private.search_documents")
        yield connection, drawn
        connection.rollback()


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
@pytest.mark.parametrize("place", range(len(SHARES)))
def test_filtered_vector_search_returns_the_nearest_in_full(
    clouds: tuple[psycopg.Connection, Clouds], function: str, place: int
) -> None:
    connection, drawn = clouds
    right = 0
    for query in drawn.queries:
        parameters = {"query": str(query.tolist()), "year": 1901 + place, "count": ASKED}
        rows = connection.execute(CLOSEST.format(function=FUNCTIONS[function]), parameters).fetchall()
        places = [row[0] // 86_400 for row in rows]
        assert len(places) == len(set(places)) == ASKED
        right += len(drawn.nearest(query, SHARES[place]).intersection(places))
    assert right / (ASKED * len(drawn.queries)) >= 0.98
