"""search_content without a query: filters alone, in a chosen order, page by page."""

from typing import Any

import psycopg
import pytest

from tests.sql.people import become
from tests.sql.search.documents import film, genre, ids, pages, search, titles


@pytest.fixture
def shelf(db: psycopg.Connection) -> psycopg.Connection:
    """Popularity, year, rating and title each order these films differently."""
    for title, year, popularity, mean in (
        ("Bravo", 1990, 30, 3.0),
        ("alpha", 2010, 10, 4.0),
        ("Charlie", 2000, 20, None),
        ("Émile", 1980, 40, 5.0),
    ):
        each = film(db, title, release_year=year, popularity=popularity, original_language="fr")
        genre(db, "drama", each)
        if mean:
            db.execute(
                "insert into item_stats (item_id, kind, rating_count, rating_sum) "
                "values (%s, 'movie', 10, %s) "
                "on conflict (item_id) do update set rating_count = 10, "
                "rating_sum = excluded.rating_sum",
                [each, mean * 10],
            )
    film(db, "Other", release_year=2020, popularity=99)
    become(db, None)
    return db


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (None, ["Émile", "Bravo", "Charlie", "alpha"]),
        ("popularity", ["Émile", "Bravo", "Charlie", "alpha"]),
        ("year", ["alpha", "Charlie", "Bravo", "Émile"]),
        ("rating", ["Émile", "alpha", "Bravo", "Charlie"]),
        ("title", ["alpha", "Bravo", "Charlie", "Émile"]),
    ],
)
def test_browsing_lists_all_items_that_match_in_order(
    shelf: psycopg.Connection, sort: str | None, expected: list[str]
) -> None:
    parameters: dict[str, Any] = {"genre": "drama", "sort": sort}
    assert titles(shelf, None, **parameters) == expected
    assert search(shelf, "", **parameters)["total"] == 4
    walked = pages(shelf, None, 3, **parameters)
    assert [len(page["results"]) for page in walked] == [3, 1]
    assert len(set(ids(walked))) == 4


def test_sort_alone_lists_the_catalogue(shelf: psycopg.Connection) -> None:
    assert titles(shelf, None, sort="year")[0] == "Other"
    assert search(shelf, None, language="fr", count=1)["facets"]["decade"][0]["count"] == 1


def test_sort_orders_the_matches_of_a_query(shelf: psycopg.Connection) -> None:
    assert titles(shelf, "drama", sort="title") == ["alpha", "Bravo", "Charlie", "Émile"]


def test_browsing_without_filter_or_sort_is_refused(shelf: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="query"):
        search(shelf, None)
