"""How a taste that differs from the average weighs a list, with expected values worked out by hand."""

from math import exp, log

import psycopg
import pytest

from tests.sql.people import Person, become, item_model, person, rate
from tests.sql.recommend.content import film, genre, share
from tests.sql.recommend.publishing import publish

LIFTS = "select value, items, lift from private.liked_features(%s) where feature = %s order by value"
FACTORS = (
    "select item_id, factor from private.feature_factors("
    "array(select l from private.liked_features(%s) as l), %s, %s)"
)
WEIGHTS = '{"genres": 0.1, "decades": 0.5, "places": 1}'


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    """Rated three Hindi films of 1995 5."""
    db.execute("delete from private.feature_shares")
    viewer = person(db)
    rate(db, viewer.rater_id, {film(db, f"हिन्दी {number}", "hi", 1995): 5 for number in range(3)})
    return viewer


def test_lift_of_a_language_is_the_log_of_its_shrunk_share(db: psycopg.Connection, viewer: Person) -> None:
    share(db, "language", hi=0.01, en=0.9)
    # p: hi (3 + 30 * 0.01) / 33 = 0.1, en 30 * 0.9 / 33 = 0.81818
    assert db.execute(LIFTS, [viewer.rater_id, "language"]).fetchall() == [
        ("en", 0, pytest.approx(log(0.81818 / 0.9), abs=1e-4)),
        ("hi", 3, pytest.approx(log(0.1 / 0.01), abs=1e-4)),
    ]


def test_lift_of_a_genre_is_the_difference_of_log_odds(db: psycopg.Connection, viewer: Person) -> None:
    liked = [
        row[0] for row in db.execute("select item_id from ratings where rater_id = %s", [viewer.rater_id])
    ]
    drama = genre(db, "Drama", *liked[:2])
    share(db, "genre", **{f"_{drama}": 0.4})
    # p: (2 + 5 * 0.4) / (3 + 5) = 0.5, so its odds are 1; those of 0.4 are 2 / 3
    assert db.execute(LIFTS, [viewer.rater_id, "genre"]).fetchall() == [(drama, 2, pytest.approx(log(1.5)))]


def test_disliked_items_have_no_part_in_a_taste(db: psycopg.Connection, viewer: Person) -> None:
    share(db, "language", fr=0.1)
    rate(db, viewer.rater_id, {film(db, "Français", "fr"): 2})
    # p: 30 * 0.1 / 33
    assert db.execute(LIFTS, [viewer.rater_id, "language"]).fetchall() == [
        ("fr", 0, pytest.approx(log(30 / 33)))
    ]


def test_factor_multiplies_what_exceeds_the_average_taste(db: psycopg.Connection, viewer: Person) -> None:
    share(db, "language", hi=0.01, en=0.9)
    share(db, "decade", **{"_1990": 0.2})
    hindi, english, unknown = film(db, "नई", "hi", 1999), film(db, "New", "en"), film(db, "?")
    rows = db.execute(FACTORS, [viewer.rater_id, [hindi, english, unknown], WEIGHTS]).fetchall()
    factors = {row[0]: row[1] for row in rows}
    # Hindi: lift 2.3026, half of what exceeds 1: 0.6513. 1990s: p (3 + 2) / 13, lift 0.6539, below 1.
    # English: -0.0953.
    assert factors == {hindi: pytest.approx(exp(0.6513), abs=1e-3), english: 1}


def test_factor_is_limited_to_the_third_power_of_e(db: psycopg.Connection, viewer: Person) -> None:
    share(db, "language", hi=0.0001)
    hindi = film(db, "नई", "hi")
    weights = '{"places": 10}'
    rows = db.execute(FACTORS, [viewer.rater_id, [hindi], weights]).fetchall()
    assert rows == [(hindi, pytest.approx(exp(3)))]


def test_lists_of_a_newcomer_are_not_weighed(db: psycopg.Connection, viewer: Person) -> None:
    share(db, "language", hi=0.01)
    newcomer = person(db, "newcomer")
    assert db.execute(LIFTS, [newcomer.rater_id, "language"]).fetchall() == []


def test_narrow_taste_comes_before_a_higher_score(db: psycopg.Connection, viewer: Person) -> None:
    share(db, "language", hi=0.01, en=0.9)
    liked = db.execute("select item_id from ratings where rater_id = %s", [viewer.rater_id]).fetchone()
    assert liked
    popular, hindi = film(db, "Popular", "en"), film(db, "नई", "hi")
    item_model(db, {liked[0]: {popular: 0.5, hindi: 0.3}})
    become(db, viewer)
    query = "select id from get_recommendations(2, 'movie', 0::real)"
    assert db.execute(query).fetchall() == [(hindi,), (popular,)]
    db.execute("reset role")
    db.execute("delete from recommendation_weights where part = 'places'")
    become(db, viewer)
    assert db.execute(query).fetchall() == [(popular,), (hindi,)]


def test_items_that_nobody_rated_enter_a_list_by_their_features(
    db: psycopg.Connection, viewer: Person
) -> None:
    share(db, "language", hi=0.01)
    unrated = film(db, 'नई; "100 %"', "hi", 1998)
    db.execute("insert into private.feature_items values ('language', 'hi', 'movie', 1, %s)", [unrated])
    rate(db, person(db, "other_viewer").rater_id, {film(db, "Popular"): 5})
    become(db, viewer)
    query = "select id, reason_code from get_recommendations(1, 'movie', 0::real)"
    assert db.execute(query).fetchall() == [(unrated, "same_language")]


def test_counting_features_reads_published_figures(db: psycopg.Connection, viewer: Person) -> None:
    english = film(db, "English", "en", 2001)
    db.execute(
        "delete from items where id not in (select item_id from ratings where rater_id = %s) and id <> %s",
        [viewer.rater_id, english],
    )
    publish(db)
    rows = db.execute(
        "select feature, value, share from private.feature_shares "
        "where feature in ('language', 'decade') order by 1, 2"
    ).fetchall()
    # Four items and three published ratings: each Hindi film counts twice.
    assert rows == [
        ("decade", "1990", pytest.approx(6 / 7)),
        ("decade", "2000", pytest.approx(1 / 7)),
        ("language", "en", pytest.approx(1 / 7)),
        ("language", "hi", pytest.approx(6 / 7)),
    ]


@pytest.mark.parametrize("role", ["anon", "authenticated"])
@pytest.mark.parametrize(
    "call", ["liked_features(gen_random_uuid())", "by_features(null, null, null, 1, null)"]
)
def test_clients_cannot_read_a_taste(db: psycopg.Connection, role: str, call: str) -> None:
    become(db, person(db) if role == "authenticated" else None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"select * from private.{call}")
