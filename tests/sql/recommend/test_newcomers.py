"""Lists for viewers with few ratings: popular items spread over genres, and items to rate first."""

import re
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.catalog.offers import offer, set_country
from tests.sql.people import Person, become, item, person, rate
from tests.sql.recommend.publishing import publish
from tests.sql.recommend.trends import film, record

NEWCOMER = (
    "select item_id, reason_code, language from private.newcomer(private.viewer(%s), %s, %s) order by place"
)


class Undone(Exception):
    """Raised at the end of an example to roll it back."""


def genre(db: psycopg.Connection, name: str, *items: UUID) -> None:
    slug = "-".join(re.findall("[a-z0-9]+", name.lower()))
    row = db.execute("insert into genres (name, slug) values (%s, %s) returning id", [name, slug]).fetchone()
    assert row
    for member in items:
        db.execute("insert into item_genres (item_id, genre_id) values (%s, %s)", [member, row[0]])


def set_popularity(db: psycopg.Connection, *items: UUID) -> None:
    """Set the source's popularity, highest for the first item."""
    for index, item_id in enumerate(items):
        db.execute("update content set popularity = %s where id = %s", [100 - index, item_id])


def newcomer(db: psycopg.Connection, who: Person | None, count: int, kind: str | None = "movie") -> list[Any]:
    """The list of a profile, read with the rights of the owner."""
    publish(db)
    become(db, None, "service_role")
    db.execute("reset role")
    return db.execute(NEWCOMER, [who.profile_id if who else None, kind, count]).fetchall()


def onboarding(db: psycopg.Connection, count: int = 10) -> list[UUID]:
    publish(db)
    return [row[0] for row in db.execute("select id from get_onboarding_items(%s)", [count])]


@pytest.fixture
def films(db: psycopg.Connection) -> list[UUID]:
    films = [item(db, f"Film {number}") for number in range(6)]
    set_popularity(db, *films)
    return films


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db, "newcomer")


def test_popularity_is_damped_for_each_repeated_genre(
    db: psycopg.Connection, films: list[UUID], viewer: Person
) -> None:
    genre(db, "Drama", *films[:4])
    genre(db, "Western", films[4])
    genre(db, "Sci-fi & more", films[3], films[5])
    # Weights by rank: 1, 0.631, 0.5, 0.431, 0.387, 0.356. A second drama counts half of its weight,
    # 0.315 at most, and the film with two genres 0.431 / 1.5 = 0.287.
    assert [row[0] for row in newcomer(db, viewer, 4)] == [films[0], films[4], films[5], films[1]]


def test_newcomer_list_without_genres_is_the_popular_list(
    db: psycopg.Connection, films: list[UUID], viewer: Person
) -> None:
    assert newcomer(db, viewer, 10) == [(item_id, "popular", None) for item_id in films]


def test_newcomer_list_has_the_viewers_languages_first(
    db: psycopg.Connection, films: list[UUID], viewer: Person
) -> None:
    for item_id, language in zip(films, ["en", "fr", "en", "sv", "en", "fr"], strict=True):
        db.execute("update content set original_language = %s where id = %s", [language, item_id])
    db.execute("update profiles set language_preference = 'fr' where id = %s", [viewer.profile_id])
    assert [row[0] for row in newcomer(db, viewer, 4)] == [films[1], films[5], films[0], films[2]]


def test_newcomer_list_names_trends_of_country_and_language(
    db: psycopg.Connection, films: list[UUID], viewer: Person
) -> None:
    for item_id in films:
        db.execute("update content set original_language = 'en' where id = %s", [item_id])
    record(db, person(db), films[4], "SE")
    record(db, person(db), films[5], "FR")
    db.execute("update accounts set country = 'SE' where id = %s", [viewer.id])
    # The fifth by popularity, but first by trend
    assert newcomer(db, viewer, 1) == [(films[4], "popular_in_country", "en")]
    reasons = {row[0]: row[1] for row in newcomer(db, viewer, 6)}
    # One event is too few for a list of six by country
    assert reasons == {
        item_id: "popular_in_language" if index >= 4 else "popular" for index, item_id in enumerate(films)
    }


def test_newcomer_list_omits_disliked_and_unavailable_items(
    db: psycopg.Connection, films: list[UUID], viewer: Person
) -> None:
    db.execute("update content set maturity_rating = 'R' where id = %s", [films[0]])
    db.execute("update profiles set maturity_rating = 'PG-13' where id = %s", [viewer.profile_id])
    offer(db, films[1], country="FR")
    record(db, viewer, films[2], type="dislike")
    rate(db, viewer.rater_id, {films[3]: 1})
    assert [row[0] for row in newcomer(db, viewer, 10)] == films[4:]


def test_newcomer_list_applies_the_level_factor(
    db: psycopg.Connection, films: list[UUID], viewer: Person
) -> None:
    before = [row[0] for row in newcomer(db, viewer, 6)]
    db.execute(
        "create or replace function private.level_factor(item_id uuid, rater_id uuid) returns real "
        "language sql stable set search_path = '' as $$ "
        f"select case when item_id = '{films[4]}' and rater_id = '{viewer.rater_id}' then 9 else 1 end::real "
        "$$"
    )
    assert before == films
    assert [row[0] for row in newcomer(db, viewer, 6)] == [films[4], *films[:4], films[5]]


def test_level_factor_without_a_rater_is_one(db: psycopg.Connection, films: list[UUID]) -> None:
    assert db.execute("select private.level_factor(%s, null)", [films[0]]).fetchone() == (1.0,)


def test_viewer_cannot_call_the_private_newcomer_function(
    db: psycopg.Connection, films: list[UUID], viewer: Person
) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(NEWCOMER, [None, "movie", 5])


def test_onboarding_ranks_by_rating_count_and_deviation(
    db: psycopg.Connection, films: list[UUID], viewer: Person
) -> None:
    critics = [person(db).rater_id for _ in range(4)]
    for critic, disputed, fewer in zip(critics, (1, 5, 1, 5), (1, 5, None, None), strict=True):
        rate(db, critic, {films[1]: 5, films[4]: disputed, films[5]: disputed / 2 + 1})
        if fewer:
            rate(db, critic, {films[3]: fewer})
    become(db, viewer)
    # Root of the count times the deviation: 2 * 2 for the fifth, 1.41 * 2 for the fourth, 2 * 1 for the
    # sixth; the second has no deviation, and the others no ratings
    assert onboarding(db) == [films[4], films[3], films[5], films[1], films[0], films[2]]


def test_onboarding_spreads_over_genres(db: psycopg.Connection, films: list[UUID], viewer: Person) -> None:
    genre(db, "Drama", *films[:5])
    genre(db, "Western", films[5])
    become(db, viewer)
    assert onboarding(db, 2) == [films[0], films[5]]


def test_onboarding_omits_rated_dismissed_and_hidden_items(
    db: psycopg.Connection, films: list[UUID], viewer: Person
) -> None:
    db.execute("update content set maturity_rating = 'NC-17' where id = %s", [films[0]])
    db.execute("update profiles set maturity_rating = 'PG-13' where id = %s", [viewer.profile_id])
    offer(db, films[1], country="FR")
    record(db, viewer, films[2], type="dismiss")
    become(db, viewer)
    db.execute("insert into ratings (item_id, rating) values (%s, 3)", [films[3]])
    assert onboarding(db) == films[4:]
    set_country(db, "FR")
    assert onboarding(db) == [films[1], *films[4:]]


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_anon_and_service_role_get_onboarding_items(
    db: psycopg.Connection, films: list[UUID], role: str
) -> None:
    become(db, None, role)
    assert onboarding(db) == films


def test_onboarding_of_an_empty_catalog_is_empty(db: psycopg.Connection) -> None:
    become(db, None)
    assert onboarding(db) == []


@pytest.mark.parametrize("call", ["0", "51", "-1", "10, 'opera'"])
def test_onboarding_names_a_parameter_out_of_range(db: psycopg.Connection, call: str) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        db.execute(f"select * from get_onboarding_items({call})")
    assert '"field"' in (refused.value.diag.message_detail or "")


@given(
    genres=st.lists(st.sets(st.integers(0, 3), max_size=3), min_size=1, max_size=9),
    rated=st.lists(st.tuples(st.integers(0, 8), st.integers(1, 10)), max_size=12, unique_by=lambda r: r[0]),
    count=st.integers(1, 12),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_newcomer_lists_have_each_item_once_in_a_stable_order(
    db: psycopg.Connection, genres: list[set[int]], rated: list[tuple[int, int]], count: int
) -> None:
    with pytest.raises(Undone), db.transaction():
        films = [film(db, f"Film {number}") for number in range(len(genres))]
        for number in range(4):
            genre(db, f"Genre {number}", *(f for f, g in zip(films, genres, strict=True) if number in g))
        viewer, critic = person(db), person(db)
        for what, halves in rated:
            if what < len(films):
                rate(db, critic.rater_id, {films[what]: halves / 2})
        seen = films[0]
        rate(db, viewer.rater_id, {seen: 4})
        listed = [row[0] for row in newcomer(db, viewer, count)]
        assert listed == [row[0] for row in newcomer(db, viewer, count)]
        become(db, viewer)
        questions = onboarding(db, count)
        assert questions == onboarding(db, count)
        for items in (listed, questions):
            assert len(items) == len(set(items)) == min(count, len(films) - 1)
            assert set(items) <= set(films) - {seen}
        raise Undone


def test_scores_of_a_genre_spread_never_rise(db: psycopg.Connection) -> None:
    rows = db.execute(
        "select s.score from private.diversify_by_genre((select array_agg((gen_random_uuid(), 0, 1.0 / n, "
        "1::bigint << (n % 3))::private.candidate) from generate_series(1, 50) as n), 30) as s "
        "order by s.place"
    ).fetchall()
    assert len(rows) == 30
    assert all(first[0] >= second[0] for first, second in pairwise(rows))
