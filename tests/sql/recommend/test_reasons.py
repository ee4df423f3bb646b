"""Reasons name what is in common, at most two of a kind in ten, and never something weak or untrue."""

from collections import Counter
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.sql.people import Person, become, embed_all, empty_catalog, item_model, person, rate
from tests.sql.recommend.content import credit, film, genre, keyword_of, share

QUERY = "select id, reason_code, reason, because_of from get_recommendations(%s, 'movie', 0::real)"


@pytest.fixture
def liked(db: psycopg.Connection) -> list[UUID]:
    empty_catalog(db)
    db.execute("delete from private.feature_shares")
    return [film(db, f"Liked {number}", "hi", 1947) for number in range(3)]


@pytest.fixture
def viewer(db: psycopg.Connection, liked: list[UUID]) -> Person:
    """Rated three Hindi films of 1947 5."""
    viewer = person(db)
    rate(db, viewer.rater_id, {film: 5 for film in liked})
    return viewer


def reasons(db: psycopg.Connection, viewer: Person, count: int = 20) -> dict[UUID, Any]:
    become(db, viewer)
    return {row[0]: row[1:] for row in db.execute(QUERY, [count])}


def test_reason_names_the_common_person(db: psycopg.Connection, liked: list[UUID], viewer: Person) -> None:
    by, acted = film(db, "By"), film(db, "With")
    credit(db, 'Ritwik "घटक" Ghatak', "director", liked[0], by)
    credit(db, "Irrfan Khan", "actor", liked[0], liked[1], acted)
    listed = reasons(db, viewer)
    assert listed[by] == ("same_director", 'Directed by Ritwik "घटक" Ghatak, like Liked 0', liked[0])
    assert listed[acted][:2] == ("same_actor", f"With Irrfan Khan, as in {title(db, listed[acted][2])}")


def title(db: psycopg.Connection, film: UUID) -> str:
    row = db.execute("select title from content where id = %s", [film]).fetchone()
    assert row
    return str(row[0])


def test_keyword_is_a_reason_if_two_liked_items_have_it(
    db: psycopg.Connection, liked: list[UUID], viewer: Person
) -> None:
    once, twice = film(db, "Once"), film(db, "Twice")
    for member, keyword in ((liked[0], "heist"), (once, "heist")):
        keyword_of(db, member, keyword)
    for member in (*liked[:2], twice):
        keyword_of(db, member, "road movie")
    listed = reasons(db, viewer)
    assert listed[once] == ("rated", "Because of what you rated", None)
    assert listed[twice][0] == "same_keyword"
    assert listed[twice][1].startswith("Road movie, like Liked ")


def test_genre_language_and_decade_are_reasons_of_a_narrow_taste(
    db: psycopg.Connection, liked: list[UUID], viewer: Person
) -> None:
    romance, hindi, forties = film(db, "R"), film(db, "H", "hi"), film(db, "F", None, 1943)
    value = genre(db, "Romance", *liked, romance)
    share(db, "genre", **{f"_{value}": 0.1})
    share(db, "language", hi=0.01)
    share(db, "decade", **{"_1940": 0.02})
    listed = reasons(db, viewer)
    assert listed[romance][:2] == ("same_genre", "Because you like Romance")
    assert listed[hindi][:2] == ("same_language", "In Hindi, like much that you like")
    assert listed[forties][:2] == ("same_decade", "From the 1940s, like much that you like")


def test_common_genre_of_an_average_taste_is_no_reason(
    db: psycopg.Connection, liked: list[UUID], viewer: Person
) -> None:
    drama = film(db, "D")
    value = genre(db, "Drama", *liked[:2], drama)
    share(db, "genre", **{f"_{value}": 0.5})
    assert reasons(db, viewer)[drama][0] == "rated"


@pytest.mark.parametrize(("weight", "code"), [(0.021, "liked_together"), (0.019, "rated")])
def test_weak_weight_of_the_item_model_is_no_reason(
    db: psycopg.Connection, liked: list[UUID], viewer: Person, weight: float, code: str
) -> None:
    other = film(db, "Other")
    item_model(db, {liked[0]: {other: weight}})
    assert reasons(db, viewer)[other][0] == code


@pytest.mark.parametrize(("x", "code"), [(0.5, "liked"), (0.4, "rated")])
def test_weak_similarity_of_descriptions_is_no_reason(
    db: psycopg.Connection, liked: list[UUID], viewer: Person, x: float, code: str
) -> None:
    other = film(db, "Other")
    # Cosine x / sqrt(x² + 1): 0.447 and 0.371
    embed_all(db, {liked[0]: [1.0, 0.0] + [0.0] * 382, other: [x, 1.0] + [0.0] * 382})
    assert reasons(db, viewer)[other][0] == code


def test_ten_in_a_row_have_at_most_two_reasons_of_a_kind(
    db: psycopg.Connection, liked: list[UUID], viewer: Person
) -> None:
    others = [film(db, f"Other {number}", "hi", 1943) for number in range(20)]
    credit(db, "Somebody", "director", liked[0], *others)
    credit(db, "An actor", "actor", liked[1], *others)
    value = genre(db, "Romance", *liked, *others)
    share(db, "genre", **{f"_{value}": 0.1})
    share(db, "language", hi=0.01)
    share(db, "decade", **{"_1940": 0.02})
    item_model(db, {liked[0]: {other: 0.5 - number / 100 for number, other in enumerate(others)}})
    codes = [reason[0] for reason in reasons(db, viewer).values()]
    for start in range(len(codes) - 9):
        assert max(Counter(codes[start : start + 10]).values()) == 2


def test_item_above_the_age_limit_is_not_named(
    db: psycopg.Connection, liked: list[UUID], viewer: Person
) -> None:
    other = film(db, "Other")
    credit(db, "Somebody", "director", *liked, other)
    db.execute("update content set maturity_rating = 'R' where id = any(%s)", [liked])
    db.execute("update content set maturity_rating = 'G' where id = %s", [other])
    db.execute("update profiles set maturity_rating = 'PG-13' where id = %s", [viewer.profile_id])
    assert reasons(db, viewer)[other] == ("rated", "Because of what you rated", None)
