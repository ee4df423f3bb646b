"""Recommendations against small tables whose right answers were worked out by hand."""

import itertools
import random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb
from scipy.stats import pearsonr

from tests.sql.people import Person, become, embed, item, item_model, person, rate
from tests.sql.publishing import publish


@pytest.fixture
def films(db: psycopg.Connection) -> dict[str, UUID]:
    return {name: item(db, f"Film {name}") for name in "ABCDE"}


@pytest.fixture
def viewer(db: psycopg.Connection, films: dict[str, UUID]) -> Person:
    """Rated A 5, B 3, C 1, as eleven friends did, of whom five also gave D 4 and E 3."""
    viewer = person(db)
    given = {films["A"]: 5, films["B"]: 3, films["C"]: 1}
    rate(db, viewer.rater_id, given)
    for number in range(11):
        others = {films["D"]: 4, films["E"]: 3} if number < 5 else {}
        rate(db, person(db, f"friend {number}").rater_id, {**given, **others})
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


def test_a_prediction_adds_what_those_who_rate_alike_departed_by(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, viewer)
    # All ratings: 143 / 46 = 3.1087. Levels, (sum + 5 * 3.1087) / (count + 5): A 4.4437, B 3.0320, C 1.6202,
    # D 3.5543, E 3.0543. The viewer is 0.5563, -0.0320 and -0.6202 above them: a bias of -0.0959 / (3 + 5).
    # A friend's level over A, B and C is -0.0959 / (3 + 20), the weight 1 * 3 / 53.
    # D: 3.5543 - 0.0120 + 5 * 0.0566 * (4 - 3.5502) / (5 * 0.0566 + 0.5) = 3.7049
    assert predicted(db, viewer, films["D"]) == 3.7
    # E: 3.0543 - 0.0120 + 5 * 0.0566 * (3 - 3.0502) / (5 * 0.0566 + 0.5) = 3.0242
    assert predicted(db, viewer, films["E"]) == 3


def test_items_rated_alike_tell_more_than_people(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    item_model(db, {films["D"]: {films["A"]: 0.5, films["C"]: 0.2}}, name="rated_alike")
    become(db, viewer)
    # A is 0.5563 + 0.0120 above, C -0.6202 + 0.0120: (0.5 * 0.5683 - 0.2 * 0.6082) / (0.7 + 0.3) = 0.1625
    # 3.5543 - 0.0120 + 0.8 * 0.1625 + 0.5 * 0.1626 = 3.7536
    assert predicted(db, viewer, films["D"]) == 3.8


def test_a_list_sums_the_affinities_of_those_who_liked_it(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, viewer)
    # Twelve rated each of A, B and C, so that each counts sqrt(1 - 11 / 12).
    # A friend: 3 * 0.2887 * (1 + 2 * 3 / 53) / sqrt((3 + 20) * (5 + 20)) = 0.0402043
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


def test_where_everybody_gave_the_same_that_is_predicted(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    viewer = person(db)
    rate(db, viewer.rater_id, {films["A"]: 4, films["B"]: 4})
    for _ in range(5):
        rate(db, person(db, "other").rater_id, {films["A"]: 4, films["B"]: 4, films["C"]: 4})
    become(db, viewer)
    assert predicted(db, viewer, films["C"]) == pytest.approx(4)


def test_stored_neighbours_give_the_same_list(
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


def test_a_rating_given_now_changes_the_next_list(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    db.execute("select private.refresh_user_similarity(%s)", [viewer.rater_id])
    become(db, viewer)
    db.execute("insert into ratings (item_id, rating) values (%s, 2)", [films["D"]])
    assert [row[0] for row in collaborative(db, viewer)] == [films["E"]]
    db.execute("delete from ratings where item_id = %s", [films["D"]])
    assert [row[0] for row in collaborative(db, viewer)] == [films["D"], films["E"]]


def test_an_item_that_no_neighbour_rated_is_predicted_by_its_level_and_ones_bias(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    lonely, unrated = item(db, "Rated by strangers"), item(db, "Rated by nobody")
    for rating in (2, 4.5, 4.5, 4.5, 4.5):
        rate(db, person(db).rater_id, {lonely: rating})
    become(db, viewer)
    # All ratings: 163 / 51. The level (20 + 5 * 3.1961) / 10, the bias (9 - 9.1730) / 8: 3.5980 - 0.0216
    assert predicted(db, viewer, lonely) == 3.6
    assert predicted(db, viewer, unrated) is None


def test_correlations_are_scipys(db: psycopg.Connection) -> None:
    chance = random.Random(7)
    films = [item(db, f"Film {number}") for number in range(40)]
    steps = [step / 2 for step in range(1, 11)]
    raters = [person(db).rater_id for _ in range(24)]
    given = {
        rater: {film: chance.choice(steps) for film in films if chance.random() < 0.6} for rater in raters
    }
    for rater, ratings in given.items():
        rate(db, rater, ratings)
    usual = {film for film in films if sum(film in given[rater] for rater in raters) > 11}
    compared = 0
    for rater in raters:
        found = db.execute("select * from private.compute_neighbours(%s)", [rater]).fetchall()
        for neighbour, similarity, co_ratings, *_ in found:
            both = given[rater].keys() & given[neighbour].keys() & usual
            mine, theirs = ([given[who][film] for film in both] for who in (rater, neighbour))
            assert co_ratings == len(both)
            assert similarity == pytest.approx(pearsonr(mine, theirs).statistic, abs=1e-9)
            compared += 1
    assert compared == len(list(itertools.permutations(raters, 2)))


def test_without_variance_or_with_one_common_rating_there_is_no_correlation(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    viewer, flat, single = (person(db).rater_id for _ in range(3))
    for _ in range(10):
        rate(db, person(db).rater_id, {films["A"]: 5, films["B"]: 3})
    rate(db, viewer, {films["A"]: 5, films["B"]: 3})
    rate(db, flat, {films["A"]: 4, films["B"]: 4})
    rate(db, single, {films["A"]: 5, films["C"]: 1})
    found = db.execute(
        "select neighbour_id, similarity, co_ratings from private.compute_neighbours(%s)", [viewer]
    ).fetchall()
    assert [row for row in found if row[0] == single] == [(single, None, 1)]
    assert [row for row in found if row[0] == flat] == [(flat, None, 2)]


def test_another_users_recommendations_are_refused(db: psycopg.Connection, viewer: Person) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="this user is not you"):
        collaborative(db, viewer)


def test_another_users_prediction_is_refused(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="this user is not you"):
        predicted(db, viewer, films["D"])


def test_the_service_may_ask_for_anybody_and_for_a_bare_rater(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, None, "service_role")
    by_user = collaborative(db, viewer)
    by_rater = db.execute(
        "select id from get_collaborative_recommendations(%s, 20)", [viewer.rater_id]
    ).fetchall()
    assert [row[0] for row in by_user] == [row[0] for row in by_rater] == [films["D"], films["E"]]


def test_a_newcomer_gets_popular_items_with_that_reason(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, person(db, "newcomer"))
    publish(db)
    rows = recommended(db, count=5)
    # Sums of ratings: A 60, B 36, D 20, E 15, C 12
    assert [row[0] for row in rows][:2] == [films["A"], films["B"]]
    assert {row[2] for row in rows} == {"Popular with everyone"}


def test_parts_without_weight_fill_a_list(
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
        (near, "liked", "Because you liked Film A", films["A"]),
        (far, "liked", "Because you liked Film A", films["A"]),
        (popular, "popular", "Popular with everyone", None),
    ]


def test_what_was_rated_disliked_dismissed_or_finished_is_left_out(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    become(db, viewer)
    for name, kind in (("D", "dislike"), ("E", "complete")):
        event = {"client_id": str(uuid4()), "item_id": str(films[name]), "type": kind}
        db.execute("select record_interactions(%s)", [Jsonb([event])])
    assert not {row[0] for row in recommended(db, count=200)} & set(films.values())


def test_a_list_has_only_the_kind_asked_for(db: psycopg.Connection, viewer: Person) -> None:
    book = item(db, "A book", "book")
    become(db, viewer)
    assert [row[0] for row in recommended(db, count=50, kind="book")] == [book]


def test_another_users_profile_is_refused(db: psycopg.Connection, viewer: Person) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not yours"):
        recommended(db, profile_id=viewer.profile_id)


@pytest.mark.parametrize("join", ["nestloop", "hashjoin", "mergejoin"])
def test_another_users_lists_are_refused_whatever_the_plan(
    db: psycopg.Connection, viewer: Person, join: str
) -> None:
    db.execute("delete from items")
    for other in {"nestloop", "hashjoin", "mergejoin"} - {join}:
        db.execute(f"set local enable_{other} = off")
    become(db, person(db, "other_viewer"))
    for ask in (collaborative, lambda db, of: recommended(db, profile_id=of.profile_id)):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
            ask(db, viewer)


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
def test_a_parameter_out_of_range_is_named(db: psycopg.Connection, viewer: Person, call: str) -> None:
    become(db, viewer)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        db.execute(f"select * from {call}")
    assert '"field"' in (refused.value.diag.message_detail or "")


def test_similar_items_are_a_models_first_then_alike_ones_of_the_same_kind(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    book = item(db, "A book", "book")
    for name, angle in (("A", 0.0), ("B", 0.1), ("C", 0.5)):
        embed(db, films[name], [1.0, angle] + [0.0] * 382)
    embed(db, book, [1.0, 0.0] + [0.0] * 382, "book")
    item_model(db, {films["A"]: {films["D"]: 0.7, films["C"]: 0.9, book: 2.0}})
    become(db, None)
    rows = db.execute("select id, reason_code from get_similar_items(%s)", [films["A"]]).fetchall()
    assert rows == [(films["C"], "liked_together"), (films["D"], "liked_together"), (films["B"], "alike")]


def test_similar_items_of_an_unknown_item_are_refused(db: psycopg.Connection) -> None:
    become(db, None)
    with pytest.raises(psycopg.Error) as refused:
        db.execute("select * from get_similar_items(%s)", [uuid4()])
    assert refused.value.sqlstate == "PT404"


def test_popular_goes_by_the_sum_of_ratings_then_by_the_sources_word(
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


def test_trending_halves_in_a_week(db: psycopg.Connection, films: dict[str, UUID]) -> None:
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


def test_counts_follow_inserts_updates_and_deletes(db: psycopg.Connection, films: dict[str, UUID]) -> None:
    viewer = person(db)

    def counts() -> tuple[object, ...] | None:
        return db.execute(
            "select s.rating_count, s.rating_sum, r.rating_count, r.rating_sum "
            "from private.item_counts s, raters r where s.item_id = %s and r.id = %s",
            [films["A"], viewer.rater_id],
        ).fetchone()

    rate(db, viewer.rater_id, {films["A"]: 4, films["B"]: 2})
    assert counts() == (1, 4, 2, 6)
    db.execute("update ratings set rating = 5 where item_id = %s", [films["A"]])
    assert counts() == (1, 5, 2, 7)
    db.execute("delete from ratings where item_id = %s", [films["A"]])
    assert counts() == (0, 0, 1, 2)


def test_deleting_an_item_takes_its_ratings_out_of_the_counts(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    viewer = person(db)
    rate(db, viewer.rater_id, {films["A"]: 4, films["B"]: 2})
    db.execute("delete from content where id = %s", [films["A"]])
    assert db.execute("select count(*) from items where id = %s", [films["A"]]).fetchone() == (0,)
    row = db.execute(
        "select rating_count, rating_sum from raters where id = %s", [viewer.rater_id]
    ).fetchone()
    assert row == (1, 2)


def test_a_deleted_users_ratings_still_count_under_another_pseudonym(
    db: psycopg.Connection, viewer: Person, films: dict[str, UUID]
) -> None:
    db.execute("update ratings set updated_at = now() - interval '8 days'")
    before = db.execute("select item_id, rating from ratings order by 1, 2").fetchall()
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select from raters where id = %s", [viewer.rater_id]).rowcount == 0
    assert db.execute("select item_id, rating from ratings order by 1, 2").fetchall() == before
    assert db.execute("select count(*) from profiles where id = %s", [viewer.profile_id]).fetchone() == (0,)
