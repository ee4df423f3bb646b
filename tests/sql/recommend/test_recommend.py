"""Recommendations and predictions for small tables, with expected values worked out by hand."""

import itertools
import random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb
from scipy.stats import pearsonr

from tests.sql.people import Person, become, embed, item, item_model, person, rate
from tests.sql.recommend.publishing import publish


@pytest.fixture
def films(db: psycopg.Connection) -> dict[str, UUID]:
    return {name: item(db, f"Film {name}") for name in "ABCDE"}


@pytest.fixture
def viewer(db: psycopg.Connection, films: dict[str, UUID]) -> Person:
    """Rated A 5, B 3, C 1, like eleven friends, five of whom also rated D 4 and E 3."""
    viewer = person(db)
    ratings = {films["A"]: 5, films["B"]: 3, films["C"]: 1}
    rate(db, viewer.rater_id, ratings)
    for number in range(11):
        others = {films["D"]: 4, films["E"]: 3} if number < 5 else {}
        rate(db, person(db, f"friend {number}").rater_id, {**ratings, **others})
    return viewer


def collaborative(db: psycopg.Connection, who: Person, count: int = 20) -> list[Any]:
    publish(db)
    return db.execute(
        "select id, predicted_rating, score from get_collaborative_recommendations(%s, %s)", [who.id, count]
    ).fetchall()


def predicted(db: psycopg.Connection, who: Person, rated: UUID) -> float | None:
    publish(db)
    row = db.execute("select predict_rating(%s, %s)", [who.id, rated]).fetchone()
    assert row
    return float(row[0]) if row[0] is not None else None


def recommended(db: psycopg.Connection, **parameters: object) -> list[Any]:
    names = ", ".join(f"{name} => %({name})s" for name in parameters)
    query = f"select id, reason_code, reason, because_of from get_recommendations({names})"
    return db.execute(query, parameters).fetchall()


def test_prediction_adds_residuals_of_similar_raters(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, viewer)
    # Mean of all ratings: 143 / 46 = 3.1087. Baselines, (sum + 5 * 3.1087) / (count + 5): A 4.4437, B 3.0320,
    # C 1.6202, D 3.5543, E 3.0543. The viewer is 0.5563, -0.0320 and -0.6202 above them: a bias of
    # -0.0959 / (3 + 5).
    # A friend's bias over A, B and C is -0.0959 / (3 + 20), the weight 1 * 3 / 53.
    # D: 3.5543 - 0.0120 + 5 * 0.0566 * (4 - 3.5502) / (5 * 0.0566 + 0.5) = 3.7049
    assert predicted(db, viewer, films["D"]) == 3.7
    # E: 3.0543 - 0.0120 + 5 * 0.0566 * (3 - 3.0502) / (5 * 0.0566 + 0.5) = 3.0242
    assert predicted(db, viewer, films["E"]) == 3


def test_prediction_weighs_similar_items_over_similar_raters(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    item_model(db, {films["D"]: {films["A"]: 0.5, films["C"]: 0.2}}, name="rated_alike")
    become(db, viewer)
    # A is 0.5563 + 0.0120 above, C -0.6202 + 0.0120: (0.5 * 0.5683 - 0.2 * 0.6082) / (0.7 + 0.3) = 0.1625
    # 3.5543 - 0.0120 + 0.8 * 0.1625 + 0.5 * 0.1626 = 3.7536
    assert predicted(db, viewer, films["D"]) == 3.8


def test_collaborative_score_sums_affinities(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, viewer)
    # Twelve rated each of A, B and C, so that each counts sqrt(1 - 11 / 12).
    # Affinity of a friend: 3 * 0.2887 * (1 + 2 * 3 / 53) / sqrt((3 + 20) * (5 + 20)) = 0.0402043
    assert collaborative(db, viewer) == [
        (films["D"], 3.7, pytest.approx(5 * 0.0402043 * 4 / 5, abs=1e-6)),
        (films["E"], 3, pytest.approx(5 * 0.0402043 * 3 / 5, abs=1e-6)),
    ]


def test_one_rating_gives_a_list_and_predictions(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    newcomer = person(db, "newcomer")
    become(db, newcomer)
    before = predicted(db, newcomer, films["D"])
    db.execute("insert into ratings (item_id, rating) values (%s, 5)", [films["A"]])
    assert {row[0] for row in collaborative(db, newcomer)} == {films[name] for name in "BDE"}
    after = predicted(db, newcomer, films["D"])
    assert before is not None and after is not None
    assert after > before


def test_prediction_equals_a_rating_shared_by_all(db: psycopg.Connection, films: dict[str, UUID]) -> None:
    viewer = person(db)
    rate(db, viewer.rater_id, {films["A"]: 4, films["B"]: 4})
    for _ in range(5):
        rate(db, person(db, "other_viewer").rater_id, {films["A"]: 4, films["B"]: 4, films["C"]: 4})
    become(db, viewer)
    assert predicted(db, viewer, films["C"]) == pytest.approx(4)


def test_stored_neighbours_give_the_live_list(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, viewer)
    live = collaborative(db, viewer)
    db.execute("reset role")
    db.execute("select private.refresh_user_similarity(%s)", [viewer.rater_id])
    stored = db.execute(
        "select similarity, co_ratings from user_similarities where rater_id = %s order by similarity",
        [viewer.rater_id],
    ).fetchall()
    become(db, viewer)
    assert stored == [(pytest.approx(1), 3)] * 11
    assert collaborative(db, viewer) == live


def test_new_rating_changes_the_next_collaborative_list(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    db.execute("select private.refresh_user_similarity(%s)", [viewer.rater_id])
    become(db, viewer)
    db.execute("insert into ratings (item_id, rating) values (%s, 2)", [films["D"]])
    assert [row[0] for row in collaborative(db, viewer)] == [films["E"]]
    db.execute("delete from ratings where item_id = %s", [films["D"]])
    assert [row[0] for row in collaborative(db, viewer)] == [films["D"], films["E"]]


def test_prediction_without_neighbours_is_baseline_plus_bias(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    lonely, unrated = item(db, "Rated by strangers"), item(db, "Rated by nobody")
    for rating in (2, 4.5, 4.5, 4.5, 4.5):
        rate(db, person(db).rater_id, {lonely: rating})
    become(db, viewer)
    # Mean of all ratings: 163 / 51. Baseline (20 + 5 * 3.1961) / 10, bias (9 - 9.1730) / 8: 3.5980 - 0.0216
    assert predicted(db, viewer, lonely) == 3.6
    assert predicted(db, viewer, unrated) is None


def test_similarity_equals_the_pearson_correlation_of_scipy(db: psycopg.Connection) -> None:
    chance = random.Random(7)
    films = [item(db, f"Film {number}") for number in range(40)]
    steps = [step / 2 for step in range(1, 11)]
    raters = [person(db).rater_id for _ in range(24)]
    all_ratings = {
        rater: {film: chance.choice(steps) for film in films if chance.random() < 0.6} for rater in raters
    }
    for rater, ratings in all_ratings.items():
        rate(db, rater, ratings)
    usual = {film for film in films if sum(film in all_ratings[rater] for rater in raters) > 11}
    compared = 0
    for rater in raters:
        rows = db.execute("select * from private.compute_neighbours(%s)", [rater]).fetchall()
        for neighbour, similarity, co_ratings, *_ in rows:
            both = all_ratings[rater].keys() & all_ratings[neighbour].keys() & usual
            mine, theirs = ([all_ratings[who][film] for film in both] for who in (rater, neighbour))
            assert co_ratings == len(both)
            assert similarity == pytest.approx(pearsonr(mine, theirs).statistic, abs=1e-9)
            compared += 1
    assert compared == len(list(itertools.permutations(raters, 2)))


def test_similarity_without_variance_or_overlap_is_null(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    viewer, flat, single = (person(db).rater_id for _ in range(3))
    for _ in range(10):
        rate(db, person(db).rater_id, {films["A"]: 5, films["B"]: 3})
    rate(db, viewer, {films["A"]: 5, films["B"]: 3})
    rate(db, flat, {films["A"]: 4, films["B"]: 4})
    rate(db, single, {films["A"]: 5, films["C"]: 1})
    rows = db.execute(
        "select neighbour_id, similarity, co_ratings from private.compute_neighbours(%s)", [viewer]
    ).fetchall()
    assert [row for row in rows if row[0] == single] == [(single, None, 1)]
    assert [row for row in rows if row[0] == flat] == [(flat, None, 2)]


def test_collaborative_list_of_another_user_is_refused(db: psycopg.Connection, viewer: Person) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="this user is not you"):
        collaborative(db, viewer)


def test_prediction_for_another_user_is_refused(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="this user is not you"):
        predicted(db, viewer, films["D"])


def test_service_role_gets_lists_of_any_user_or_rater(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, None, "service_role")
    by_user = collaborative(db, viewer)
    by_rater = db.execute(
        "select id from get_collaborative_recommendations(%s, 20)", [viewer.rater_id]
    ).fetchall()
    assert [row[0] for row in by_user] == [row[0] for row in by_rater] == [films["D"], films["E"]]


def test_newcomer_gets_popular_items_with_their_reason(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, person(db, "newcomer"))
    publish(db)
    rows = recommended(db, count=5)
    # Sums of ratings: A 60, B 36, D 20, E 15, C 12
    assert [row[0] for row in rows][:2] == [films["A"], films["B"]]
    assert {row[2] for row in rows} == {"Popular with everyone"}


def test_sources_without_weight_fill_a_list(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    near, far, popular = item(db, "Near A"), item(db, "Far from A"), item(db, "Seen by many")
    embed(db, films["A"], [1.0, 0.0] + [0.0] * 382)
    embed(db, near, [1.0, 0.1] + [0.0] * 382)
    embed(db, far, [0.1, 1.0] + [0.0] * 382)
    for _ in range(3):
        rate(db, person(db).rater_id, {popular: 5})
    db.execute("update recommendation_weights set weight = 0")
    publish(db)
    become(db, viewer)
    assert recommended(db, count=5, diversity=0) == [
        (films["D"], "taste", "People with your taste liked it", None),
        (films["E"], "taste", "People with your taste liked it", None),
        (near, "liked", "Similar to Film A", films["A"]),
        (far, "rated", "Because of what you rated", None),
        (popular, "popular", "Popular with everyone", None),
    ]


def test_recommendations_omit_rated_disliked_and_finished_items(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, viewer)
    for name, kind in (("D", "dislike"), ("E", "complete")):
        event = {"client_id": str(uuid4()), "item_id": str(films[name]), "type": kind}
        db.execute("select record_interactions(%s)", [Jsonb([event])])
    assert not {row[0] for row in recommended(db, count=200)} & set(films.values())


def test_recommendations_have_only_the_requested_kind(db: psycopg.Connection, viewer: Person) -> None:
    book = item(db, "A book", "book")
    become(db, viewer)
    assert [row[0] for row in recommended(db, count=50, kind="book")] == [book]


def test_recommendations_for_another_users_profile_are_refused(
    db: psycopg.Connection, viewer: Person
) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not yours"):
        recommended(db, profile_id=viewer.profile_id)


@pytest.mark.parametrize(
    "call",
    [
        "select id from get_collaborative_recommendations(%(user)s, 20)",
        "select id from get_recommendations(profile_id => %(profile)s)",
    ],
)
@pytest.mark.parametrize("join", ["nestloop", "hashjoin", "mergejoin"])
def test_lists_of_another_user_are_refused_under_any_join(
    db: psycopg.Connection, viewer: Person, join: str, call: str
) -> None:
    publish(db)
    db.execute("delete from items")
    for other in {"nestloop", "hashjoin", "mergejoin"} - {join}:
        db.execute(f"set local enable_{other} = off")
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(call, {"user": viewer.id, "profile": viewer.profile_id})


@pytest.mark.parametrize(
    "call",
    [
        "get_recommendations(count => 0)",
        "get_recommendations(count => -1)",
        "get_recommendations(count => 1000000)",
        "get_recommendations(diversity => 1.1)",
        "get_recommendations(diversity => 'NaN')",
        "get_recommendations(kind => 'opera')",
        "get_popular_items(201)",
        'get_popular_items("limit" => 0)',
        'get_popular_items(3, "limit" => 4)',
        "get_trending_items(-5)",
        "get_similar_items(null, 5)",
        "get_collaborative_recommendations(null, 5)",
        "record_interactions(null)",
        "record_interactions('{}')",
        "record_interactions('[]')",
        "record_interactions('[1]')",
    ],
)
def test_recommendation_parameter_out_of_range_is_named(
    db: psycopg.Connection, viewer: Person, call: str
) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        db.execute(f"select * from {call}")
    assert '"field"' in (refused.value.diag.message_detail or "")


def test_popular_list_orders_by_rating_sum_then_source_popularity(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    db.execute("insert into content (title, popularity) values ('Known elsewhere', 50)")
    become(db, None)
    publish(db)
    rows = db.execute("select title, rating_count, average_rating from get_popular_items(6)").fetchall()
    for size in ('"limit" => 6', 'count => 6, "limit" => 6'):
        query = f"select title, rating_count, average_rating from get_popular_items({size})"
        assert db.execute(query.encode()).fetchall() == rows
    assert rows[0] == ("Film A", 12, pytest.approx(5))
    assert rows[1] == ("Film B", 12, pytest.approx(3))
    assert rows[5] == ("Known elsewhere", 0, None)


def test_trending_score_halves_in_a_week(db: psycopg.Connection, films: dict[str, UUID]) -> None:
    rater = person(db).rater_id
    for name, age in (("A", "0 days"), ("B", "7 days"), ("C", "14 days")):
        db.execute(
            "insert into ratings (rater_id, item_id, rating, created_at) "
            "values (%s, %s, 5, now() - %s::interval)",
            [rater, films[name], age],
        )
    become(db, None)
    publish(db)
    rows = db.execute("select id, score from get_trending_items(3)").fetchall()
    assert rows == [
        (films["A"], pytest.approx(1)),
        (films["B"], pytest.approx(0.5)),
        (films["C"], pytest.approx(0.25)),
    ]


def test_ratings_of_a_deleted_user_are_kept_pseudonymised(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    rated = list(films.values())
    db.execute("update ratings set updated_at = now() - interval '8 days' where item_id = any(%s)", [rated])
    query = "select item_id, rating from ratings where item_id = any(%s) order by 1, 2"
    before = db.execute(query, [rated]).fetchall()
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select from raters where id = %s", [viewer.rater_id]).rowcount == 0
    assert db.execute(query, [rated]).fetchall() == before != []
    assert db.execute("select count(*) from profiles where id = %s", [viewer.profile_id]).fetchone() == (0,)
