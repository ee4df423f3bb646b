"""Popularity in the search index: stated by the data source, or computed from published figures."""

from uuid import UUID

import psycopg
import pytest

from tests.sql.people import become, person, rate
from tests.sql.recommend.publishing import publish
from tests.sql.search.documents import film


def popularity(db: psycopg.Connection, item: UUID) -> tuple[float, float]:
    """That of the document and that of its name."""
    db.execute("reset role")
    row = db.execute(
        "select d.popularity, max(n.popularity) from private.search_documents as d "
        "join private.search_names as n using (document) where d.item_id = %s group by d.popularity",
        [item],
    ).fetchone()
    assert row
    return row


def refreshed(db: psycopg.Connection) -> int:
    row = db.execute("select private.refresh_popularity()").fetchone()
    assert row
    return int(row[0])


def stats(db: psycopg.Connection, item: UUID, rating_sum: float) -> None:
    db.execute(
        "insert into item_stats (item_id, kind, rating_count, rating_sum) values (%s, 'movie', 5, %s)",
        [item, rating_sum],
    )


def test_ratings_make_a_film_popular_that_its_source_says_nothing_of(db: psycopg.Connection) -> None:
    rated, stated = film(db, "Zeta rated"), film(db, "Zeta stated", popularity=7)
    for rating in (5, 4):
        rate(db, person(db).rater_id, {rated: rating, stated: rating})
    publish(db)
    assert refreshed(db) == 1
    # The sum of ratings is 9, and the trend of today 5 x (1 + 0.8).
    document, name = popularity(db, rated)
    assert document == name == pytest.approx(18, rel=0.01)
    assert popularity(db, stated) == (7, 7)


@pytest.mark.parametrize(("weeks", "expected"), [(0, 10), (1, 5), (2, 2.5), (3000, 0)])
def test_trend_counts_half_after_each_week(db: psycopg.Connection, weeks: int, expected: float) -> None:
    trending = film(db, "Zeta")
    db.execute(
        "insert into item_trends (item_id, country, kind, trend) "
        "values (%s, '001', 'movie', private.trend_of(2, now() - %s * interval '1 week'))",
        [trending, weeks],
    )
    refreshed(db)
    assert popularity(db, trending)[0] == pytest.approx(expected, abs=1e-6)


def test_trend_of_one_country_makes_nothing_popular(db: psycopg.Connection) -> None:
    trending = film(db, "Zeta")
    db.execute(
        "insert into item_trends (item_id, country, kind, trend) values (%s, 'AT', 'movie', 1000)", [trending]
    )
    assert refreshed(db) == 0
    assert popularity(db, trending) == (0, 0)


@pytest.mark.parametrize(("rating_sum", "changed"), [(104, 0), (106, 1), (94, 1), (0, 1)])
def test_change_of_up_to_five_percent_waits(db: psycopg.Connection, rating_sum: float, changed: int) -> None:
    rated = film(db, "Zeta")
    stats(db, rated, 100)
    assert refreshed(db) == 1
    db.execute("update item_stats set rating_sum = %s where item_id = %s", [rating_sum, rated])
    assert refreshed(db) == changed


def test_text_change_keeps_the_computed_popularity(db: psycopg.Connection) -> None:
    rated = film(db, "Zeta")
    stats(db, rated, 100)
    db.execute("update content set title = 'Zeta two' where id = %s", [rated])
    assert popularity(db, rated) == (100, 100)


def test_suggestions_and_equal_matches_follow_the_computed_popularity(db: psycopg.Connection) -> None:
    loved, unknown = film(db, "Zeta Orion"), film(db, "Zeta Andromeda")
    stats(db, unknown, 10)
    stats(db, loved, 90)
    refreshed(db)
    become(db, None)
    suggested = db.execute("select suggestion from suggest('zeta')").fetchall()
    found = db.execute("select search_content('zeta') -> 'results'").fetchone()
    assert suggested == [("Zeta Orion",), ("Zeta Andromeda",)]
    assert found and [result["title"] for result in found[0]] == ["Zeta Orion", "Zeta Andromeda"]


def test_client_cannot_refresh_popularity(db: psycopg.Connection) -> None:
    become(db, person(db))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select private.refresh_popularity()")
