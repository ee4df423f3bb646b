"""Training and comparing on the engine: results equal those of one process, also if a process dies."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import numpy as np
import psutil
import psycopg
import pytest
from scipy.sparse import csr_array

from local.ports import free_port, release
from local.settings import ROOT
from tests.conftest import Stack
from tests.waiting import until
from tests.workers.catalogue import Catalogue
from tests.workers.conftest import Start
from workers.common.blocks import one_by_one, several
from workers.common.engine import Address, EngineForeignError, engine, memory, settle
from workers.common.neighbours import neighbours_of
from workers.common.ratings import ratings, without_rare
from workers.recommend import ease
from workers.recommend.item_model import cluster
from workers.recommend.item_model.core import Parameters

if TYPE_CHECKING:
    from distributed import Client, Future

ITEMS, TILE = 150, 40
PARAMETERS = Parameters(regularisation=5, neighbours=20, popularity=0.3)
WAITING = "select 1 from pg_stat_activity where application_name = %s and wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def client() -> Iterator["Client"]:
    with engine(Address("local:3")) as connected:
        yield connected


@pytest.fixture(scope="module")
def feedback() -> csr_array:
    chance = np.random.default_rng(11)
    weights = np.where(chance.random((90, ITEMS)) < 0.2, chance.integers(1, 11, (90, ITEMS)) / 10, 0)
    return csr_array(weights)


@dataclass
class Stored:
    """The models in the database."""

    connection: psycopg.Connection[Any]

    def versions(self) -> list[int]:
        return [row[0] for row in self.connection.execute("select version from recommendation_models")]

    def weights(self) -> dict[tuple[UUID, UUID], float]:
        rows = self.connection.execute("select item_id, neighbour_id, weight from item_neighbours")
        return {(row[0], row[1]): row[2] for row in rows}


@pytest.fixture
def stored(films: Catalogue) -> Iterator[Stored]:
    """Five films; each of twenty raters likes all but one."""
    items = films.add_unnoticed(5)
    raters = films.add_raters(20)
    films.rate(
        (rater, item, 3 + index % 5 / 2)
        for index, rater in enumerate(raters)
        for item in items
        if item != items[index % 4]
    )
    yield Stored(films.connection)
    films.connection.execute("delete from recommendation_models")


@contextmanager
def running(folder: Path) -> Iterator[tuple[Address, psutil.Process]]:
    """A scheduler, and a worker without a memory limit, as an operator starts them in a folder."""
    from distributed import Client

    port = free_port()
    address = Address(f"tcp://127.0.0.1:{port}")
    here = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
    commands = (
        ("scheduler", *here, "--port", str(port), "--no-dashboard"),
        ("worker", address, *here, "--nthreads", "1", "--no-nanny", "--memory-limit", "0"),
    )
    started = [
        psutil.Popen([sys.executable, "-m", "dask", *arguments], cwd=folder, stdout=DEVNULL, stderr=DEVNULL)
        for arguments in commands
    ]
    try:
        with Client(address, timeout=120) as client:
            client.wait_for_workers(1, timeout=120)
        yield address, started[0]
    finally:
        for process in started:
            process.kill()
            process.wait()
        release(port)


def as_dict(weights: ease.Weights) -> dict[tuple[int, int], float]:
    pairs = zip(weights.item.tolist(), weights.neighbour.tolist(), strict=True)
    return dict(zip(pairs, weights.weight.tolist(), strict=True))


def on_one_machine(feedback: csr_array) -> dict[tuple[int, int], float]:
    parameters = (PARAMETERS.regularisation, PARAMETERS.neighbours, PARAMETERS.popularity)
    return as_dict(ease.item_weights(feedback, *parameters))


def test_weights_of_several_processes_equal_those_of_one(client: "Client", feedback: csr_array) -> None:
    pids = set(client.run(os.getpid).values())
    assert len(pids | {os.getpid()}) == 4
    weights = as_dict(cluster.ease(client, feedback, PARAMETERS, TILE))
    assert weights == pytest.approx(on_one_machine(feedback), abs=1e-6)


def test_memory_is_the_sum_of_all_workers(client: "Client") -> None:
    assert memory(client) == pytest.approx(psutil.virtual_memory().total, rel=0.01)


def test_local_engine_listens_only_on_loopback(client: "Client") -> None:
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        listening = [each.laddr for each in process.net_connections() if each.status == psutil.CONN_LISTEN]
        assert {address.ip for address in listening if address} <= {"127.0.0.1"}


def test_weights_are_the_same_if_a_worker_is_killed(
    client: "Client", feedback: csr_array, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = next(iter(client.run(os.getpid).values()))
    steps = []

    def settle_and_kill(client: "Client", futures: Iterable["Future[Any]"]) -> None:
        settle(client, futures)
        steps.append(1)
        if len(steps) == 3:
            psutil.Process(victim).kill()

    monkeypatch.setattr(cluster, "settle", settle_and_kill)
    weights = as_dict(cluster.ease(client, feedback, PARAMETERS, TILE))
    assert len(steps) > 3
    assert weights == pytest.approx(on_one_machine(feedback), abs=1e-6)


@pytest.mark.parametrize("killed", [False, True])
def test_neighbours_equal_those_of_one_process(client: "Client", killed: bool) -> None:
    chance = np.random.default_rng(3)
    rater, item = np.nonzero(chance.random((60, 40)) < 0.3)
    arranged = ratings(rater, item, chance.integers(1, 11, len(rater)) / 2, 60, 40, 10)
    blocks = np.array_split(np.arange(60), 20)
    results = []
    for each in several(client, neighbours_of, blocks, without_rare(arranged)):
        results.append(each)
        if killed and len(results) == 2:
            psutil.Process(next(iter(client.run(os.getpid).values()))).kill()
    expected = list(one_by_one(neighbours_of, blocks, without_rare(arranged)))
    assert len(results) == len(expected) == 20
    for one, other in zip(results, expected, strict=True):
        for name, values in vars(other).items():
            assert getattr(one, name) == pytest.approx(values, abs=1e-6, nan_ok=True), name


def test_command_stores_the_same_weights_with_an_engine(stored: Stored, start: Start) -> None:
    stored_weights = []
    for options in ((), ("--engine", "local:2")):
        process = start("item_model", "--regularisation", "2", *options)
        out, err = process.communicate(timeout=300)
        assert (process.returncode, err) == (0, "")
        assert out.endswith(": 20 weights between 5 items, of 80 likings\n")
        stored_weights.append(stored.weights())
    assert stored.versions() == [2]
    assert stored_weights[1] == pytest.approx(stored_weights[0], abs=1e-6)


def test_engine_without_the_project_is_refused_with_instructions(tmp_path: Path) -> None:
    sentence = "must run in a checkout of this version"
    with (
        running(tmp_path) as (address, _),
        pytest.raises(EngineForeignError, match=sentence),
        engine(address),
    ):
        pass


def test_training_leaves_the_previous_version_if_the_scheduler_dies(
    stack: Stack, stored: Stored, start: Start
) -> None:
    name = f"test {uuid4()}"
    with running(ROOT) as (address, scheduler):
        environment = {"ENGINE": address, "PGAPPNAME": name}
        assert start("item_model", **environment).wait(300) == 0
        before = stored.weights()
        with psycopg.connect(stack.database_url) as other:
            other.execute("lock table ratings in access exclusive mode")
            process = start("item_model", **environment)
            until(lambda: stored.connection.execute(WAITING, [name]).fetchone() is not None)
            scheduler.kill()
            other.rollback()
        _, err = process.communicate(timeout=300)
    assert process.returncode == 1
    assert err == "The engine could not finish, try again: the scheduler, or what a worker held, is gone\n"
    assert (stored.versions(), stored.weights()) == ([1], before)
