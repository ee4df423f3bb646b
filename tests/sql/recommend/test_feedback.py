"""Positive and negative feedback: the latest event or rating of an item, undo, and the threshold of 3."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, embed_all, item, item_model, person, rate

AGAINST = ("dislike", "dismiss")


@pytest.fixture
def films(db: psycopg.Connection) -> dict[str, UUID]:
    return {name: item(db, f'Film "{name}"; 100 % & +, é 🎬 שלום') for name in "ABCDEF"}


@pytest.fixture
def viewer(db: psycopg.Connection, films: dict[str, UUID]) -> Person:
    """A viewer; the item model has a weight from A to D."""
    item_model(db, {films["A"]: {films["D"]: 0.5}})
    viewer = person(db)
    become(db, viewer)
    return viewer


def record(db: psycopg.Connection, film: UUID, *types: str, **fields: object) -> None:
    """Record events of the given types in one call."""
    events = [{"client_id": str(uuid4()), "item_id": str(film), "type": type, **fields} for type in types]
    db.execute("select record_interactions(%s)", [Jsonb(events)])


def listed(db: psycopg.Connection) -> dict[UUID, str]:
    return dict(db.execute("select id, reason from get_recommendations(200, null, 0)").fetchall())


def is_liked(db: psycopg.Connection, films: dict[str, UUID]) -> bool:
    return listed(db).get(films["D"], "").startswith("Because you liked")


def is_listed(db: psycopg.Connection, film: UUID) -> bool:
    return film in listed(db)


@pytest.mark.parametrize("types", [*product(AGAINST, ["like", "save"])], ids="-".join)
@pytest.mark.parametrize("one_call", [True, False])
def test_latest_feedback_on_an_item_counts(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID], types: tuple[str, str], one_call: bool
) -> None:
    against, liking = types
    for call in [[against, liking]] if one_call else [[against], [liking]]:
        record(db, films["A"], *call)
    assert is_liked(db, films)
    assert is_listed(db, films["A"])
    record(db, films["A"], against)
    assert not is_liked(db, films)
    assert not is_listed(db, films["A"])


def test_later_event_counts_even_if_it_arrived_first(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    record(db, films["A"], "like")
    record(db, films["A"], "dislike", occurred_at="2026-11-29T00:00:00Z")
    assert is_liked(db, films)


def test_event_of_a_fast_clock_does_not_outrank_later_ones(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    ahead = db.execute("select now() + interval '50 seconds'").fetchone()
    assert ahead
    record(db, films["A"], "dislike", occurred_at=ahead[0].isoformat())
    record(db, films["A"], "like")
    assert is_liked(db, films)


@pytest.mark.parametrize("type", ["dislike", "dismiss", "complete"])
def test_undo_shows_a_hidden_item_again(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID], type: str
) -> None:
    record(db, films["E"], type)
    assert not is_listed(db, films["E"])
    record(db, films["E"], "undo")
    assert is_listed(db, films["E"])


@pytest.mark.parametrize("type", ["like", "save", "share", "complete"])
def test_undo_removes_positive_feedback(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID], type: str
) -> None:
    record(db, films["A"], type)
    assert is_liked(db, films)
    record(db, films["A"], "undo")
    assert not is_liked(db, films)
    record(db, films["A"], type)
    assert is_liked(db, films)


def test_undo_does_not_restore_earlier_feedback(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    record(db, films["A"], "like", "dislike", "undo")
    assert not is_liked(db, films)
    assert is_listed(db, films["A"])


@pytest.mark.parametrize("type", ["share", "complete"])
def test_sharing_or_finishing_a_disliked_item_is_no_like(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID], type: str
) -> None:
    record(db, films["A"], "dislike", type)
    assert not is_liked(db, films)
    assert not is_listed(db, films["A"])


def test_undo_of_another_item_or_profile_changes_nothing(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    record(db, films["A"], "dislike")
    record(db, films["B"], "undo")
    become(db, person(db, "other_viewer"))
    record(db, films["A"], "undo")
    become(db, viewer)
    assert not is_listed(db, films["A"])


def test_low_rating_overrides_a_like_event(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    db.execute("insert into ratings (item_id, rating) values (%s, 1)", [films["A"]])
    record(db, films["A"], "like")
    assert not is_liked(db, films)


@pytest.mark.parametrize("type", AGAINST)
def test_dislike_after_a_high_rating_counts(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID], type: str
) -> None:
    db.execute("insert into ratings (item_id, rating) values (%s, 5)", [films["A"]])
    record(db, films["A"], type)
    assert not is_liked(db, films)
    record(db, films["A"], "undo")
    assert is_liked(db, films)


@pytest.mark.parametrize("type", AGAINST)
def test_high_rating_after_a_dislike_counts(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID], type: str
) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    record(db, films["A"], type, occurred_at=hour_ago.isoformat())
    db.execute("insert into ratings (item_id, rating) values (%s, 5)", [films["A"]])
    assert is_liked(db, films)


def test_dislike_by_another_profile_keeps_the_rating(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    db.execute("insert into ratings (item_id, rating) values (%s, 5)", [films["A"]])
    record(db, films["B"], "dislike")
    become(db, person(db, "other_viewer"))
    record(db, films["A"], "dislike")
    become(db, viewer)
    assert is_liked(db, films)


@pytest.mark.parametrize(
    ("ratings", "liked"),
    [
        ({"A": 0.5, "B": 0.5}, False),
        ({"A": 2, "B": 1}, False),
        ({"A": 2.5, "B": 0.5, "C": 1}, False),
        ({"A": 3, "B": 3}, True),
        ({"A": 3, "B": 1}, True),
        ({"A": 3, "B": 5, "C": 5}, False),
        ({"A": 4, "B": 5, "C": 5}, True),
    ],
)
def test_liked_rating_is_high_absolutely_and_for_its_rater(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID], ratings: dict[str, float], liked: bool
) -> None:
    rate(db, viewer.rater_id, {films[name]: rating for name, rating in ratings.items()})
    assert is_liked(db, films) is liked


def genre(db: psycopg.Connection, name: str, *films: UUID) -> None:
    row = db.execute(
        "insert into genres (name, slug) values (%s, %s) returning id", [name, name.lower().replace(" ", "-")]
    ).fetchone()
    assert row
    for film in films:
        db.execute("insert into item_genres (item_id, genre_id) values (%s, %s)", [film, row[0]])


@pytest.fixture
def horror(db: psycopg.Connection) -> list[UUID]:
    """Ten popular horror films with similar vectors, and ten comedies with fewer ratings."""
    films = [item(db, f"Film {number}") for number in range(20)]
    genre(db, "Test Horror", *films[:10])
    genre(db, "Test Comedy", *films[10:])
    embed_all(db, {film: [1.0, number / 50] + [0.0] * 382 for number, film in enumerate(films[:10])})
    for count, some in ((6, films[:10]), (5, films[10:])):
        for _ in range(count):
            rate(db, person(db, "crowd").rater_id, dict.fromkeys(some, 4.0))
    item_model(db, {film: dict.fromkeys(set(films[:10]) - {film}, 0.5) for film in films[:10]})
    return films


@pytest.mark.parametrize("rating", [0.5, 1, 2, 2.5])
def test_low_ratings_alone_list_only_dissimilar_items(
    db: psycopg.Connection, horror: list[UUID], rating: float
) -> None:
    strict = person(db, "strict_viewer")
    rate(db, strict.rater_id, dict.fromkeys(horror[:7], rating))
    become(db, strict)
    rows = db.execute("select id, reason_code, reason, because_of from get_recommendations(10)").fetchall()
    assert {row[0] for row in rows} == set(horror[10:])
    assert {row[3] for row in rows} == {None}
    assert not [row for row in rows if "liked" in row[1] + row[2]]


def test_dislike_events_list_only_dissimilar_items(db: psycopg.Connection, horror: list[UUID]) -> None:
    strict = person(db, "strict_viewer")
    become(db, strict)
    for film in horror[:7]:
        record(db, film, "dislike")
    rows = db.execute("select id from get_recommendations(10)").fetchall()
    assert {row[0] for row in rows} == set(horror[10:])


def test_dismissal_after_a_low_rating_keeps_the_dislike(db: psycopg.Connection, horror: list[UUID]) -> None:
    strict = person(db, "strict_viewer")
    rate(db, strict.rater_id, dict.fromkeys(horror[:7], 1.0))
    become(db, strict)
    for film in horror[:7]:
        record(db, film, "dismiss")
    rows = db.execute("select id from get_recommendations(10)").fetchall()
    assert {row[0] for row in rows} == set(horror[10:])


def test_dislike_event_counts_after_fifty_low_ratings(db: psycopg.Connection, horror: list[UUID]) -> None:
    strict = person(db, "strict_viewer")
    rate(db, strict.rater_id, {item(db, f"Low film {number}"): 1.0 for number in range(50)})
    become(db, strict)
    record(db, horror[0], "dislike")
    db.execute("reset role")
    rows = db.execute(
        "select aversion from private.aversion(%s, %s)", [strict.rater_id, [horror[0]]]
    ).fetchall()
    assert rows == [(pytest.approx(1, abs=1e-3),)]


def test_one_liked_film_among_low_ratings_decides_the_list(
    db: psycopg.Connection, horror: list[UUID]
) -> None:
    db.execute("delete from recommendation_models")
    item_model(db, {horror[0]: {horror[8]: 0.9}, horror[10]: {horror[11]: 0.2, horror[9]: 0.1}})
    viewer = person(db)
    rate(db, viewer.rater_id, {**dict.fromkeys(horror[:7], 1.0), horror[10]: 5})
    become(db, viewer)
    rows = db.execute("select id, because_of from get_recommendations(3, null, 0)").fetchall()
    assert rows[0] == (horror[11], horror[10])
    assert {row[1] for row in rows} <= {horror[10], None}
