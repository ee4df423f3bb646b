"""Lists merged from several sources, re-ranked for diversity, and complete when a source fails."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.people import Person, become, embed_all, item, item_model, person, rate
from tests.sql.recommend.publishing import publish
from workers.recommend.blend.fit import START

ALL = "select id, reason_code, reason, because_of, score from get_recommendations(%s, %s, %s::real)"
BREAKING = {
    "the item model": "alter table private.item_weights rename to item_weights_gone",
    "neighbours": "alter table user_similarities rename to user_similarities_gone",
    "vectors": "alter table item_embeddings rename to item_embeddings_gone",
    "trends": "alter table item_trends rename to item_trends_gone",
    "weights": "alter table recommendation_weights rename to recommendation_weights_gone",
}


class Undone(Exception):
    """Raised at the end of an example to roll it back."""


@pytest.fixture
def films(db: psycopg.Connection) -> dict[str, UUID]:
    return {name: item(db, f'Film "{name}"; 100 % & +, é 🎬 שלום') for name in "ABCDEF"}


@pytest.fixture
def viewer(db: psycopg.Connection, films: dict[str, UUID]) -> Person:
    """Rated A and B 5; the weights are A to C 0.4, A to D 0.2, B to D 0.1, so C scores 0.4 and D 0.3."""
    viewer = person(db)
    rate(db, viewer.rater_id, {films["A"]: 5, films["B"]: 5})
    item_model(
        db, {films["A"]: {films["C"]: 0.4, films["D"]: 0.2}, films["B"]: {films["D"]: 0.1, films["A"]: 0.9}}
    )
    return viewer


def listed(
    db: psycopg.Connection, count: int = 20, kind: str | None = None, diversity: float = 0
) -> list[Any]:
    return db.execute(ALL, [count, kind, diversity]).fetchall()


def weigh(db: psycopg.Connection, min_ratings: int = 0, **weights: float) -> None:
    db.execute("reset role")
    db.execute("delete from recommendation_weights where min_ratings = %s", [min_ratings])
    for part, weight in weights.items():
        db.execute(
            "insert into recommendation_weights (part, min_ratings, weight, explanation) "
            "values (%s, %s, %s, 'a test''s')",
            [part, min_ratings, weight],
        )


def blend(db: psycopg.Connection, proposals: list[tuple[UUID, str, float]], weights: str) -> list[Any]:
    rows = ", ".join(
        f"('{film}', '{part}', {score}, '{part}', null, null)" for film, part, score in proposals
    )
    candidates = f"array[{rows}]::private.proposal[]"
    return db.execute(
        f"select item_id, part, score from private.merge_sources({candidates}, %s, null, null, 9)", [weights]
    ).fetchall()


def test_blended_score_is_the_weighted_sum_of_the_sources(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    proposals = [
        (films["A"], "taste", 4.0),
        (films["B"], "taste", 3.0),
        (films["B"], "popular", 0.5),
        (films["C"], "popular", 0.25),
        (films["D"], "unheard of", 9.0),
    ]
    # A: 1 * 1; B: 1 * 0.75 + 0.5 * 1, the best; C: 0.5 * 0.5; D has no weight
    assert blend(db, proposals, '{"taste": 1, "popular": 0.5}') == [
        (films["B"], "taste", 1),
        (films["A"], "taste", pytest.approx(1 / 1.25)),
        (films["C"], "popular", pytest.approx(0.25 / 1.25)),
    ]


def test_equal_blended_scores_are_ordered_by_id(db: psycopg.Connection, films: dict[str, UUID]) -> None:
    proposals = [(films[name], "taste", 1.0) for name in "FADBEC"]
    assert [row[0] for row in blend(db, proposals, '{"taste": 1}')] == sorted(films.values())


def test_blend_without_candidates_is_empty(db: psycopg.Connection) -> None:
    assert blend(db, [], "{}") == []


def test_source_weights_depend_on_the_number_of_ratings(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    weigh(db, liked_together=1, popular=0)
    weigh(db, min_ratings=3, liked_together=0.001, popular=1)
    for _ in range(3):
        rate(db, person(db, "other_viewer").rater_id, {films["E"]: 5})
    publish(db)
    become(db, viewer)
    assert [row[0] for row in listed(db, 2)] == [films["C"], films["D"]]
    db.execute("insert into ratings (item_id, rating) values (%s, 1)", [films["F"]])
    assert listed(db, 1)[0][:3] == (films["E"], "popular", "Popular with everyone")


def test_reason_names_the_most_similar_liked_item(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, viewer)
    reason = 'Because you liked Film "A"; 100 % & +, é 🎬 שלום'
    assert [row[:4] for row in listed(db, 2)] == [
        (films["C"], "liked_together", reason, films["A"]),
        (films["D"], "liked_together", reason, films["A"]),
    ]


def test_item_trending_in_the_viewers_language_has_its_reason(db: psycopg.Connection, viewer: Person) -> None:
    weigh(db, trending=1)
    db.execute("update profiles set language_preference = 'fr' where id = %s", [viewer.profile_id])
    french = item(db, "Amélie")
    db.execute("update content set original_language = 'fr' where id = %s", [french])
    rate(db, person(db, "other_viewer").rater_id, {french: 5})
    publish(db)
    become(db, viewer)
    assert (french, "popular_in_language", "Popular in French") in [row[:3] for row in listed(db)]


@pytest.mark.parametrize("broken", BREAKING)
def test_failed_source_leaves_the_other_sources(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID], broken: str
) -> None:
    embed_all(db, {films[name]: [1.0] + [0.0] * 383 for name in "AB"})
    weigh(db, liked_together=1, taste=1, liked=1, trending=1, popular=1)
    db.execute("reset role")
    db.execute(BREAKING[broken])
    become(db, viewer)
    assert {row[0] for row in listed(db, diversity=0.5)} == {films[name] for name in "CDEF"}


def test_cancelled_query_is_not_treated_as_a_failed_source(db: psycopg.Connection, viewer: Person) -> None:
    db.execute(
        "create or replace function private.active_item_model() returns bigint "
        "language plpgsql stable as $$ begin perform pg_sleep(5); return 1; end $$"
    )
    become(db, viewer)
    db.execute("set local statement_timeout = 300")
    with pytest.raises(psycopg.errors.QueryCanceled):
        listed(db)


def store_vectors(db: psycopg.Connection, films: dict[str, UUID]) -> None:
    """Store vectors: C and D are similar, E is not, F has none."""
    vectors = {"C": [1.0, 0.0], "D": [1.0, 0.01], "E": [0.0, 1.0]}
    embed_all(db, {films[name]: vector + [0.0] * 382 for name, vector in vectors.items()})


def diversified(
    db: psycopg.Connection, films: dict[str, UUID], scores: dict[str, float], diversity: float
) -> str:
    rows = ", ".join(f"('{films[name]}', 'p', {score}, 'p', null, null)" for name, score in scores.items())
    row = db.execute(
        f"select private.rerank_by_mmr(array[{rows}]::private.proposal[], %s::real, 10)", [diversity]
    ).fetchone()
    assert row
    return "".join(list(scores)[index - 1] for index in row[0])


@pytest.mark.parametrize(
    ("diversity", "order"),
    [
        (0, "CDEF"),
        # 0.1643: D 0.8357 * 0.9 - 0.1643 = 0.5878 is below E 0.8357 * 0.85 = 0.7103
        (0.3, "CEDF"),
        # dissimilarity alone: E and F are similar to no item before them
        (1, "CEFD"),
    ],
)
def test_diversity_lowers_similar_items(
    db: psycopg.Connection, films: dict[str, UUID], diversity: float, order: str
) -> None:
    store_vectors(db, films)
    assert diversified(db, films, {"C": 1, "D": 0.9, "E": 0.85, "F": 0.1}, diversity) == order


def test_default_diversity_keeps_a_clearly_higher_score_first(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    store_vectors(db, films)
    # D: 0.8357 * 0.9 - 0.1643 = 0.5878; E: 0.8357 * 0.7 = 0.585
    assert diversified(db, films, {"C": 1, "D": 0.9, "E": 0.7}, 0.3) == "CDE"


@given(
    ratings=st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 10).map(lambda step: step / 2)),
    hidden=st.sets(st.sampled_from("ABCDEF")),
    count=st.integers(1, 8),
    diversity=st.sampled_from([0, 0.3, 1]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_list_has_unseen_visible_items_once_in_a_stable_order(
    db: psycopg.Connection,
    films: dict[str, UUID],
    ratings: dict[str, float],
    hidden: set[str],
    count: int,
    diversity: float,
) -> None:
    with pytest.raises(Undone), db.transaction():
        viewer, other = person(db), person(db, "other_viewer")
        db.execute("update profiles set maturity_rating = 'PG-13' where id = %s", [viewer.profile_id])
        rate(db, other.rater_id, {films[name]: 4 for name in "ABCDEF"})
        rate(db, viewer.rater_id, {films[name]: rating for name, rating in ratings.items()})
        store_vectors(db, films)
        item_model(db, {films[a]: {films[b]: 0.5 for b in "ABCDEF" if a != b} for a in "ABCDEF"})
        for name in hidden:
            db.execute("update content set maturity_rating = 'NC-17' where id = %s", [films[name]])
        become(db, viewer)
        ids = [row[0] for row in listed(db, count, None, diversity)]
        allowed = {films[name] for name in "ABCDEF" if name not in hidden and name not in ratings}
        assert set(ids) <= allowed
        assert len(ids) == len(set(ids)) == min(count, len(allowed))
        assert ids == [row[0] for row in listed(db, count, None, diversity)]
        raise Undone


def test_empty_catalog_has_an_empty_list(db: psycopg.Connection) -> None:
    become(db, person(db))
    assert listed(db) == []


def test_viewer_cannot_read_source_weights(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select * from recommendation_weights")


def test_migrated_weights_equal_the_start_of_the_fit(db: psycopg.Connection) -> None:
    for part, low, weight in db.execute(
        "select part, min_ratings, weight from recommendation_weights where part = any(%s)", [list(START[0])]
    ).fetchall():
        assert weight == pytest.approx(START[low][part])
