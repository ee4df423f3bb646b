"""Fitting the weights of the blend, on hand-worked numbers."""

import numpy as np
import pytest

from workers.recommend.blend import fit, replay, sources
from workers.recommend.item_model.core import Parameters

LOG3 = np.log2(3)


def test_ndcg_discounts_by_rank_and_ignores_unscored_hits() -> None:
    scores = np.array([[3.0, 2.0, 1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
    hidden = np.array([[False, True, False], [True, True, True], [False, True, True]])
    # One of one hidden item at rank 2; nothing listed; both hidden items at the top.
    assert fit.ndcg(scores, hidden) == pytest.approx([1 / LOG3, 0, 1])


def test_source_proposes_its_best_unknown_items_scaled_to_1() -> None:
    scores = np.array([[8.0, 4.0, 2.0, 1.0, -1.0]])
    known = np.array([[True, False, False, False, False]])
    assert fit.proposed(scores, known, 2) == pytest.approx(np.array([[0, 1, 0.5, 0, 0]]))
    assert fit.proposed(scores, known, 9) == pytest.approx(np.array([[0, 1, 0.5, 0.25, 0]]))


def test_dropping_unproposed_items_leaves_ndcg_unchanged() -> None:
    chance = np.random.default_rng(1)
    hidden = chance.random((30, 200)) < 0.1
    parts_ = {name: fit.proposed(chance.random((30, 200)), hidden & False, 15) for name in ("a", "b")}
    kept, left = fit.narrowed(parts_, hidden, 30)
    assert left.shape == (30, 30 + fit.COUNT)
    for name, scores in parts_.items():
        assert fit.ndcg(kept[name], left) == pytest.approx(fit.ndcg(scores, hidden))


def test_latest_tenth_of_ratings_weighs_half_more_if_times_differ() -> None:
    ten, at = np.full((1, 10), 0.4), np.arange(10.0)[None, :]
    assert sources.by_time(ten, at) == pytest.approx(np.array([[0.4] * 9 + [0.6]]))
    nine = np.where(at > 0, ten, 0)
    assert (sources.by_time(nine, at) == nine).all()
    # The two latest have the same time and a tenth of ten is one item; of twenty it is two.
    assert (sources.by_time(ten, np.minimum(at, 8)) == ten).all()
    twenty = sources.by_time(np.hstack([ten, ten]), np.hstack([at, at]))
    assert np.flatnonzero(twenty > 0.5).tolist() == [9, 19]


def test_taste_score_is_affinity_times_ratings_of_neighbours() -> None:
    # Seven rated the first film 5; all but the first of them also rated the second, one of them the third.
    known = np.array([[1, 0, 0], *[[1, 0.6, 0]] * 5, [1, 0.6, 1]])
    scores = sources.taste(known, np.array([0]), 5)
    # One common film of weight sqrt(1 - 5 / 7), above its baseline for both raters: agreement 1 / 51.
    affinities = [(2 / 7) ** 0.5 * (1 + 2 / 51) / ((1 + 20) * (count + 20)) ** 0.5 for count in (2, 3)]
    assert affinities[0] > affinities[1]
    by_film = 5 * affinities[0] + affinities[1]
    assert scores[0] == pytest.approx([by_film, 0.6 * by_film, 0])


def test_affinity_of_a_neighbour_is_capped_at_the_fifth_largest() -> None:
    affinity = np.array([9.0, 4.0, 3.0, 2.0, 1.0, 0.5])
    rated = np.array([[1, 1, 0.4]] * 5 + [[1, 0, 0.4]])
    # Six liked the first, five the second; all rated the third 2.
    assert sources.summed(affinity, rated) == pytest.approx([5.5, 5, 0])
    assert sources.summed(affinity[:4], rated[:4]).tolist() == [0, 0, 0]


def test_semantic_source_uses_the_best_liked_items_with_a_vector() -> None:
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.6, 0.8]])
    scores = sources.by_meaning(np.array([[0.5, 0.2, 1.0, 0.0]]), vectors, count=1)
    assert scores == pytest.approx(np.array([[0.5, 0, 0, 0.3]]))


def test_popularity_score_falls_with_the_root_of_the_rank() -> None:
    scores = sources.popular(np.array([[0.2, 1, 0, 0.5]]), 2)
    assert scores == pytest.approx(np.array([[3**-0.5, 1, 0, 2**-0.5]] * 2))


def test_item_weights_equal_the_plain_inverse_for_five_common_raters() -> None:
    # Five of seven liked both: XᵀX + I = [[6, 5], [5, 8]]; its inverse is [[8, -5], [-5, 6]] / 23
    known = np.array([[1.0, 1.0, 0.0]] * 5 + [[0.0, 1.0, 1.0]] * 2)
    weights = sources.item_weights(known, Parameters(regularisation=1, neighbours=2, depth=0), 2)
    assert weights == pytest.approx(np.array([[0, 5 / 6, 0], [5 / 8, 0, 0], [0, 0, 0]]))


def rows(people: int, wanted_by: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Scores of two sources, of which one is right for all people and the other for none."""
    hidden = np.zeros((people, 20), bool)
    hidden[:, 0] = True
    right = np.where(hidden, 1.0, 0.0)
    wrong = np.zeros((people, 20))
    wrong[:, 5:15] = 1
    return {name: right if name == wanted_by else wrong for name in ("taste", "popular")}, hidden


@pytest.mark.parametrize("good", ["taste", "popular"])
def test_fit_gives_the_accurate_source_the_largest_weight(good: str) -> None:
    scores, hidden = rows(120, good)
    fitted = fit.fit(scores, hidden, {name: 0.1 if name == good else 0.4 for name in scores})
    assert fitted and fitted.weights[good] > max(w for name, w in fitted.weights.items() if name != good)
    assert fitted.blend == pytest.approx(1)
    assert fitted.people == 120


def test_fit_keeps_the_weights_on_random_scores() -> None:
    chance = np.random.default_rng(3)
    start = {"taste": 0.3, "liked": 0.1, "popular": 0.05}
    moved = 0
    for _ in range(20):
        scores = {name: chance.random((104, 30)) for name in start}
        fitted = fit.fit(scores, chance.random((104, 30)) < 0.1, start)
        moved += not fitted or fitted.weights != start
    assert moved <= 8


def test_fit_returns_none_for_too_few_people() -> None:
    scores, hidden = rows(fit.FEWEST - 1, "taste")
    assert fit.fit(scores, hidden, {"taste": 0.5, "popular": 0.5}) is None


def test_replay_hides_a_fifth_of_the_ratings_of_sampled_raters() -> None:
    rater = np.concatenate([np.repeat(np.arange(29), 40), [29]])
    sample = replay.cut(rater, 2, np.random.default_rng(0))
    assert sample.brackets == dict.fromkeys(range(2, 29, 3), 20)
    for person in range(29):
        assert sample.hidden[rater == person].sum() == (8 if person in sample.brackets else 0)
    assert (sample.hidden == ~sample.known).all() and sample.known[-1]


@pytest.mark.parametrize(("ratings", "bracket"), [(2, 0), (5, 0), (6, 5), (24, 20), (123, 20), (124, 100)])
def test_replay_bracket_is_by_number_of_known_ratings(ratings: int, bracket: int) -> None:
    assert replay.cut(np.zeros(ratings, np.int64), 0, np.random.default_rng(0)).brackets == {0: bracket}
