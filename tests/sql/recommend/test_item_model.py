"""Lists from a small item model whose weights and expected scores are worked out by hand."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, item, item_model, person, rate


@pytest.fixture
def films(db: psycopg.Connection) -> dict[str, UUID]:
    return {name: item(db, f"Film {name}") for name in "ABCDEF"}


@pytest.fixture
def viewer(db: psycopg.Connection, films: dict[str, UUID]) -> Person:
    """Rated A 5, B 4 and C 1, which weigh 1, 0.8 and 0: C is not liked."""
    viewer = person(db)
    rate(db, viewer.rater_id, {films["A"]: 5, films["B"]: 4, films["C"]: 1})
    return viewer


def weights(films: dict[str, UUID], **rows: dict[str, float]) -> dict[UUID, dict[UUID, float]]:
    return {
        films[name]: {films[neighbour]: weight for neighbour, weight in row.items()}
        for name, row in rows.items()
    }


def item_based(db: psycopg.Connection, who: Person, kind: str | None = None, count: int = 20) -> list[Any]:
    return db.execute(
        "select l.item_id, l.score, b.because_of from private.item_based(%s, %s, %s, null) as l "
        "left join private.because_of(%s, array(select item_id from items)) as b on b.item_id = l.item_id "
        "order by l.score desc, l.item_id",
        [who.rater_id, kind, count, who.rater_id],
    ).fetchall()


def recommended(db: psycopg.Connection, count: int = 20) -> list[Any]:
    return db.execute(
        "select id, reason_code, reason, because_of from get_recommendations(%s)", [count]
    ).fetchall()


def scores(listed: list[Any]) -> dict[UUID, float]:
    return {film: score for film, score, _ in listed}


def rate_on(db: psycopg.Connection, who: Person, day: str, ratings: dict[UUID, float]) -> None:
    for film, rating in ratings.items():
        db.execute(
            "insert into ratings (rater_id, item_id, rating, updated_at) values (%s, %s, %s, %s)",
            [who.rater_id, film, rating, day],
        )


def record(db: psycopg.Connection, film: UUID, kind: str) -> None:
    event = {"client_id": str(uuid4()), "item_id": str(film), "type": kind}
    db.execute("select record_interactions(%s)", [Jsonb([event])])


def test_item_model_score_sums_weights_times_fifths_of_ratings(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    item_model(
        db, weights(films, A={"D": 0.5, "E": 0.25, "B": 0.9}, B={"D": -0.125, "E": 0.5}, C={"D": 0.25})
    )
    # D: 1 * 0.5 - 0.8 * 0.125; E: 1 * 0.25 + 0.8 * 0.5, mostly from B
    assert item_based(db, viewer) == [
        (films["E"], pytest.approx(0.65), films["B"]),
        (films["D"], pytest.approx(0.4), films["A"]),
    ]


def test_latest_tenth_of_the_ratings_counts_half_more(db: psycopg.Connection, films: dict[str, UUID]) -> None:
    viewer = person(db)
    rate(db, viewer.rater_id, {item(db, f"Earlier {n}"): 3 for n in range(7)})
    rate_on(db, viewer, "2001-01-01", {films["A"]: 5})
    rate_on(db, viewer, "2999-01-01", {films["B"]: 4})
    item_model(db, weights(films, A={"D": 0.5}, B={"E": 0.5}))
    # Nine ratings have no latest tenth
    assert scores(item_based(db, viewer)) == {films["D"]: pytest.approx(0.5), films["E"]: pytest.approx(0.4)}
    rate(db, viewer.rater_id, {item(db, "The tenth"): 3})
    assert scores(item_based(db, viewer)) == {films["D"]: pytest.approx(0.5), films["E"]: pytest.approx(0.6)}
    # Two ratings have the same latest time, so neither is the latest tenth
    rate_on(db, viewer, "2999-01-01", {item(db, "The eleventh"): 3})
    assert scores(item_based(db, viewer)) == {films["D"]: pytest.approx(0.5), films["E"]: pytest.approx(0.4)}


def test_item_with_no_positive_weight_is_not_listed(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    item_model(db, weights(films, A={"D": 0.25}, B={"D": -0.5}, C={"E": 0.5}))
    assert item_based(db, viewer) == []


def test_low_rating_above_the_own_mean_is_not_liked(db: psycopg.Connection, films: dict[str, UUID]) -> None:
    strict = person(db)
    rate(db, strict.rater_id, {films["A"]: 2, films["B"]: 1})
    item_model(db, weights(films, A={"D": 0.5}, B={"E": 0.5}))
    assert item_based(db, strict) == []
    rate(db, strict.rater_id, {films["C"]: 4})
    item_model(db, weights(films, A={"D": 0.5}, C={"D": 0.25}), version=2, active=False)
    db.execute("update recommendation_models set is_active = false")
    db.execute("update recommendation_models set is_active = true where version = 2")
    assert item_based(db, strict) == [(films["D"], pytest.approx(0.4), films["C"])]


def test_equal_model_scores_are_ordered_by_id_within_the_count(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    item_model(db, weights(films, A={"D": 0.5, "E": 0.5, "F": 0.5}))
    expected = sorted(films[name] for name in "DEF")
    assert [row[0] for row in item_based(db, viewer)] == expected
    assert [row[0] for row in item_based(db, viewer, count=2)] == expected[:2]


def test_item_model_lists_only_the_requested_kind(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    book = item(db, "A book", "book")
    item_model(db, {films["A"]: {book: 0.1, films["D"]: 0.5}})
    assert [row[0] for row in item_based(db, viewer, "book")] == [book]


def test_inactive_model_version_is_ignored(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    item_model(db, weights(films, A={"D": 0.9}), version=1, active=False)
    item_model(db, weights(films, A={"E": 0.1}), version=2)
    item_model(db, weights(films, A={"F": 0.9}), version=3, active=False)
    assert [row[0] for row in item_based(db, viewer)] == [films["E"]]
    become(db, viewer)
    similar = db.execute("select id from get_similar_items(%s)", [films["A"]]).fetchall()
    assert similar == [(films["E"],)]


def test_two_active_versions_of_a_model_are_refused(db: psycopg.Connection, films: dict[str, UUID]) -> None:
    item_model(db, {}, version=1)
    with pytest.raises(psycopg.errors.UniqueViolation):
        item_model(db, {}, version=2)


def test_inactive_model_leaves_lists_unchanged(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, viewer)
    before = recommended(db)
    db.execute("reset role")
    item_model(db, weights(films, A={"D": 0.9}), active=False)
    become(db, viewer)
    assert recommended(db) == before
    assert has_empty_list(db, viewer)


def has_empty_list(db: psycopg.Connection, who: Person) -> bool:
    db.execute("reset role")
    return item_based(db, who) == []


def test_recommendations_order_sources_by_their_weights(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    ratings = {"A": 5, "B": 4, "C": 1, "D": 5, "E": 4}
    for _ in range(11):
        rate(
            db, person(db, "other_viewer").rater_id, {films[name]: rating for name, rating in ratings.items()}
        )
    item_model(db, weights(films, B={"E": 0.5}))
    db.execute(
        "update recommendation_weights "
        "set weight = case part when 'liked_together' then 1 when 'taste' then 0.5 else 0.1 end"
    )
    become(db, viewer)
    assert recommended(db, 3) == [
        (films["E"], "liked_together", "Because you liked Film B", films["B"]),
        (films["D"], "taste", "People with your taste liked it", None),
        (films["F"], "rated", "Because of what you rated", None),
    ]
    assert [row[0] for row in recommended(db, 1)] == [films["E"]]


def test_new_rating_changes_the_next_item_model_list(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    item_model(db, weights(films, A={"D": 0.5}, D={"E": 0.5}))
    become(db, viewer)
    assert recommended(db, 1)[0][0] == films["D"]
    db.execute("insert into ratings (item_id, rating) values (%s, 5)", [films["D"]])
    assert recommended(db, 1)[0] == (films["E"], "liked_together", "Because you liked Film D", films["D"])


def test_saved_item_counts_as_liked_until_it_is_dismissed(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    newcomer = person(db)
    item_model(db, weights(films, A={"D": 0.5}))
    become(db, newcomer)
    record(db, films["A"], "save")
    assert recommended(db, 1)[0] == (films["D"], "liked_together", "Because you liked Film A", films["A"])
    record(db, films["A"], "dismiss")
    assert {row[1] for row in recommended(db)} == {"popular"}


@pytest.mark.parametrize("kind", ["dislike", "dismiss", "complete"])
def test_disliked_dismissed_or_finished_item_is_not_listed(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID], kind: str
) -> None:
    item_model(db, weights(films, A={"D": 0.5, "E": 0.25}))
    become(db, viewer)
    record(db, films["D"], kind)
    assert films["D"] not in {row[0] for row in recommended(db)}


def test_viewer_reads_models_and_cannot_write_them(db: psycopg.Connection, viewer: Person) -> None:
    item_model(db, {})
    become(db, viewer)
    assert db.execute("select version, is_active from recommendation_models").fetchall() == [(1, True)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("update recommendation_models set is_active = false")


def test_viewer_cannot_read_positive_feedback(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select * from private.positive_feedback")


def test_weights_are_deleted_with_their_version_and_items(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    item_model(db, weights(films, A={"D": 0.5, "E": 0.5}, D={"A": 0.5}))
    db.execute("delete from content where id = %s", [films["D"]])
    assert db.execute("select count(*) from item_neighbours").fetchone() == (1,)
    db.execute("delete from recommendation_models")
    assert db.execute("select count(*) from item_neighbours").fetchone() == (0,)
