"""The item model's arithmetic, compared with NumPy's inverse and hand-worked numbers."""

import struct
from functools import partial
from uuid import UUID

import numpy as np
import pytest
from scipy.sparse import csr_array

from workers.common import copying
from workers.recommend import ease
from workers.recommend.item_model import core
from workers.recommend.item_model.__main__ import parse
from workers.recommend.item_model.core import Parameters
from workers.recommend.item_model.feedback import ROW, assemble, most_liked

read_rows = partial(copying.read_rows, row=ROW)
DAY = 86_400.0
ANN, BOB = UUID(int=1), UUID(int=2)
FIRST, SECOND, THIRD = UUID(int=1 << 120), UUID(int=2 << 120), UUID(int=3)


def plain(likings: np.ndarray, regularisation: float) -> np.ndarray:
    """EASE as published: Steck, WWW 2019."""
    inverse = np.linalg.inv(likings.T @ likings + regularisation * np.eye(likings.shape[1]))
    weights: np.ndarray = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def copied(*rows: tuple[UUID, UUID, float, float]) -> bytes:
    """Rows in the format of `copy … (format binary)`."""
    body = b"".join(
        struct.pack(">hi16si16sidid", 4, 16, a.bytes, 16, b.bytes, 8, x, 8, y) for a, b, x, y in rows
    )
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + body + struct.pack(">h", -1)


def test_ease_weights_of_two_items_equal_the_hand_worked_ones() -> None:
    # XᵀX + I = [[3, 2], [2, 4]]; its inverse is [[4, -2], [-2, 3]] / 8, so B = [[0, 2/3], [2/4, 0]]
    weights = ease.ease(csr_array([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0]]), 1)
    assert weights == pytest.approx(np.array([[0, 2 / 3], [1 / 2, 0]]))


@pytest.mark.parametrize("items", [1, 5, ease.BLOCK - 1, ease.BLOCK, ease.BLOCK + 70])
def test_ease_weights_equal_the_plain_inverse(items: int) -> None:
    chance = np.random.default_rng(items)
    likings = np.where(chance.random((40, items)) < 0.3, chance.integers(1, 11, (40, items)) / 10, 0)
    assert ease.ease(csr_array(likings), 3) == pytest.approx(plain(likings, 3), abs=1e-9)


def test_popularity_exponent_divides_by_raters_of_the_target() -> None:
    likings = csr_array([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0]])
    weights = ease.ease(likings, 1, popularity=0.5)
    assert weights == pytest.approx(np.array([[0, 2 / 3 / 3**0.5], [1 / 2 / 2**0.5, 0]]))


def test_strongest_weights_are_the_largest_by_magnitude() -> None:
    pruned = ease.strongest(np.array([[0, -0.5, 0.25, 0.125], [0.5, 0, 0, 0], *np.zeros((2, 4))]), 2)
    rows = set(zip(pruned.item.tolist(), pruned.neighbour.tolist(), pruned.weight.tolist(), strict=True))
    assert rows == {(0, 1, -0.5), (0, 2, 0.25), (1, 0, 0.5)}


def test_item_model_without_feedback_has_no_weights() -> None:
    likings = assemble(read_rows(copied()), Parameters(half_life_days=1), 0)
    assert len(ease.strongest(ease.ease(likings.matrix, 200), 5).weight) == 0
    assert likings.items == []


def test_feedback_halves_in_its_half_life() -> None:
    times = np.array([10 * DAY, 7 * DAY, 4 * DAY])
    assert ease.decayed(np.ones(3), times, 3).tolist() == pytest.approx([1, 0.5, 0.25])
    assert ease.decayed(np.ones(3), times, None).tolist() == [1, 1, 1]


def test_binary_copy_rows_of_postgres_are_read() -> None:
    assert ROW.itemsize == 66
    likings = assemble(
        read_rows(copied((ANN, FIRST, 1, 0), (ANN, THIRD, 0.5, 0), (BOB, THIRD, 0.25, 0))),
        Parameters(depth=0),
        0,
    )
    assert likings.items == [THIRD, FIRST]
    assert likings.matrix.toarray().tolist() == [[0.5, 1], [0.25, 0]]


def test_heavy_raters_count_less_by_depth() -> None:
    # Five items and three, four on average: (5 / 4) ** -0.5 and (3 / 4) ** -0.5.
    scaled = ease.by_depth(csr_array(np.array([[1.0] * 5, [0.4, 0.4, 0.4, 0, 0]])), 0.5).toarray()
    assert scaled == pytest.approx(np.array([[0.894427] * 5, [0.461880] * 3 + [0, 0]]))


def test_max_items_keeps_the_most_liked_and_counts_the_rest() -> None:
    rows = [(ANN, FIRST, 1.0, 0.0), (ANN, SECOND, 1.0, 0.0), (BOB, SECOND, 1.0, 0.0), (BOB, THIRD, 1.0, 0.0)]
    likings = assemble(read_rows(copied(*rows)), Parameters(max_items=1), 0)
    assert (likings.items, likings.left_out) == ([SECOND], 2)
    assert likings.matrix.toarray().tolist() == [[1], [1]]


def test_rare_items_are_left_out_and_not_counted() -> None:
    rows = [(ANN, FIRST, 1.0, 0.0), (ANN, SECOND, 1.0, 0.0), (BOB, SECOND, 1.0, 0.0)]
    likings = assemble(read_rows(copied(*rows)), Parameters(), 1)
    assert (likings.items, likings.left_out) == ([SECOND], 0)


def test_positive_item_weights_need_five_common_raters() -> None:
    likings = np.zeros((9, 3))
    likings[:5, :2] = likings[4:, 2] = 1
    # Five raters liked the first and the second item, one of them the third too.
    weights = np.array([[0, 0.5, 0.25], [0.5, 0, -0.25], [0.25, 0.25, 0]])
    kept = ease.by_several(weights.copy(), csr_array(likings))
    assert kept.tolist() == [[0, 0.5, 0], [0.5, 0, -0.25], [0, 0, 0]]


def test_most_liked_breaks_ties_by_the_first_item() -> None:
    assert most_liked(np.array([2, 3, 2, 3]), 3).tolist() == [0, 1, 3]


@pytest.mark.parametrize(
    "parameters",
    [
        Parameters(regularisation=0),
        Parameters(regularisation=float("nan")),
        Parameters(neighbours=0),
        Parameters(half_life_days=0),
        Parameters(half_life_days=float("inf")),
        Parameters(popularity=-0.1),
        Parameters(max_items=0),
    ],
)
def test_model_parameter_out_of_range_is_a_fault(parameters: Parameters) -> None:
    assert len(core.faults(parameters)) == 1


def test_command_line_names_a_model_parameter_out_of_range(capsys: pytest.CaptureFixture[str]) -> None:
    parameters, engine = parse(["--neighbours", "5", "--half-life-days", "30"])
    assert (parameters, engine) == (Parameters(neighbours=5, half_life_days=30), None)
    with pytest.raises(SystemExit):
        parse(["--regularisation", "-1"])
    assert "regularisation must be above 0" in capsys.readouterr().err


def test_item_model_too_large_for_the_memory_is_refused_with_numbers() -> None:
    free = core.bytes_free("MemTotal: 9 kB\nMemAvailable:    2097152 kB\n")
    assert core.shortage(10_000, free) is None
    assert core.shortage(20_000, free) == (
        "20,000 items need 3.0 GB and 2.0 GB are free; give a lower --max-items"
    )
    assert core.shortage(20_000, core.bytes_free("")) is None
    assert core.shortage(12_000, free) is None
    assert core.shortage(12_000, free, 2) == (
        "12,000 items need 2.1 GB and 2.0 GB are free; give a lower --max-items"
    )
