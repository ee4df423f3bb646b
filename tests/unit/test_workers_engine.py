"""Distributed training: the engine's addresses, and EASE by tiles compared with EASE as one matrix."""

import builtins
import socket
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from workers.common.engine import Address, EngineAwayError, EngineMissingError, engine
from workers.common.settings import SettingsError, load
from workers.recommend import ease
from workers.recommend.item_model import tiles
from workers.recommend.item_model.__main__ import parse
from workers.recommend.settings import Settings


def at_once(function: Any, *arguments: Any) -> Any:
    return function(*arguments)


def swept(likings: np.ndarray, size: int, regularisation: float) -> tiles.Tiles:
    blocks = tiles.columns(csr_array(likings), size)
    swept_tiles = tiles.products(at_once, blocks, regularisation)
    for k in range(len(blocks)):
        swept_tiles = tiles.sweep(at_once, swept_tiles, k)
    return swept_tiles


def random_likings(seed: int, raters: int, items: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return np.where(chance.random((raters, items)) < 0.4, chance.integers(1, 11, (raters, items)) / 10, 0)


def test_tiled_sweep_of_two_items_gives_the_negative_inverse() -> None:
    # XᵀX + I = [[3, 2], [2, 4]]; its inverse is [[4, -2], [-2, 3]] / 8
    swept_tiles = swept(np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0]]), 1, 1)
    assert {place: tile.item() for place, tile in swept_tiles.items()} == pytest.approx(
        {(0, 0): -4 / 8, (1, 0): 2 / 8, (1, 1): -3 / 8}
    )


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 30), st.integers(1, 31))
@settings(deadline=None, max_examples=60)
def test_tiles_of_any_size_hold_the_lower_negative_inverse(
    seed: int, raters: int, items: int, size: int
) -> None:
    likings = random_likings(seed, raters, items)
    inverse = np.linalg.inv(likings.T @ likings + 2 * np.eye(items))
    for (i, j), tile in swept(likings, size, 2).items():
        assert i >= j
        part = inverse[i * size : (i + 1) * size, j * size : (j + 1) * size]
        assert tile == pytest.approx(-part, abs=1e-9)


@pytest.mark.parametrize("popularity", [0.0, 0.5])
def test_pruned_tiles_give_the_same_rows_as_the_whole_matrix(popularity: float) -> None:
    likings = csr_array(random_likings(7, 20, 23))
    whole = ease.strongest(ease.by_several(ease.ease(likings, 3, popularity), likings), 4)
    swept_tiles = swept(likings.toarray(), 5, 3)
    blocks = tiles.columns(likings, 5)
    by_column = ease.divisors(
        np.concatenate([swept_tiles[k, k].diagonal() for k in range(5)]), likings, popularity
    )
    rows = [
        tiles.strongest_of(
            [
                tiles.prune(
                    *(tile, turned, (blocks[i], blocks[j])), by_column[5 * j : 5 * j + 5], (5 * i, 5 * j), 4
                )
                for j, (tile, turned) in enumerate(tiles.row(swept_tiles, i))
            ],
            4,
        )
        for i in range(5)
    ]
    pruned = ease.together(rows)
    assert weights(pruned) == pytest.approx(weights(whole), abs=1e-6)


def test_merging_tiles_keeps_the_weights_of_largest_magnitude() -> None:
    one = ease.Weights(np.array([7, 7, 8]), np.array([1, 2, 1]), np.array([0.5, -0.25, 0.125], np.float32))
    other = ease.Weights(np.array([7, 8, 8]), np.array([4, 4, 5]), np.array([-0.75, 0.5, -0.25], np.float32))
    kept = weights(tiles.strongest_of([one, other], 2))
    assert kept == {(7, 4): -0.75, (7, 1): 0.5, (8, 4): 0.5, (8, 5): -0.25}


def weights(model: ease.Weights) -> dict[tuple[int, int], float]:
    pairs = zip(model.item.tolist(), model.neighbour.tolist(), strict=True)
    return dict(zip(pairs, model.weight.tolist(), strict=True))


@pytest.mark.parametrize(
    ("text", "processes"),
    [("local:3", 3), ("local:128", 128), ("tcp://10.0.0.7:8786", None), ("tls://a-b.example:1", None)],
)
def test_engine_address_gives_the_number_of_local_processes(text: str, processes: int | None) -> None:
    assert (Address(text), Address(text).processes) == (text, processes)


def test_local_engine_has_at_least_one_process() -> None:
    assert (Address("local").processes or 0) >= 1


@pytest.mark.parametrize(
    "text",
    ["", " ", "local:0", "local:-1", "local:9999", "locale", "127.0.0.1:8786", "tcp://host", "tcp://ho st:1",
     "http://host:1", "inproc://host:1", "tcp://host:1;rm", "tcp://host:1\n", "شبكة", "🎬"],
)  # fmt: skip
def test_invalid_engine_address_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="is not local, local:PROCESSES, or a scheduler's"):
        Address(text)
    with pytest.raises(SystemExit):
        parse(["--engine", text])
    assert "argument --engine: invalid Address value" in capsys.readouterr().err


def test_engine_option_overrides_the_engine_setting() -> None:
    environment = {"DATABASE_URL": "postgresql://somewhere", "ENGINE": "tcp://10.0.0.7:8786"}
    assert load(Settings, environment).engine == "tcp://10.0.0.7:8786"
    assert load(Settings, environment | {"ENGINE": ""}).engine is None
    assert parse(["--engine", "local:2"])[1] == "local:2"
    with pytest.raises(SettingsError, match="ENGINE cannot be read"):
        load(Settings, environment | {"ENGINE": "somewhere"})


def test_missing_engine_package_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    there = builtins.__import__

    def missing(name: str, *arguments: Any, **named: Any) -> ModuleType:
        if name.partition(".")[0] == "distributed":
            raise ModuleNotFoundError(f"No module named {name!r}")
        return there(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(EngineMissingError, match=r"see requirements-engine\.txt"), engine(Address("local:1")):
        pass


def test_unreachable_scheduler_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.common.engine.ANSWER_WITHIN", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = Address(f"tcp://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(EngineAwayError) as caught, engine(address):
            pass
    assert str(caught.value) == (
        f"The engine does not answer, or has no workers; start `dask scheduler` and `dask worker`: {address}"
    )
