"""The distributed engine, Dask: processes of this machine, or workers behind a scheduler somebody runs.

Its package is optional (requirements-engine.txt) and imported when an engine is asked for. Tasks and their
data travel as pickles: whoever reaches the scheduler can run code on every worker, so it belongs in a network
of its own or behind TLS (an address tls://…, with Dask's own settings for the certificates).
"""

import logging
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from workers.common.errors import AwayError, WorkerError

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

Data = TypeVar("Data")
ANSWER_WITHIN = 10
"""Seconds after which a scheduler that does not answer, or has no workers, is away."""
LARGE = "distributed.admin.large-graph-warning-threshold"
LOCAL = re.compile(r"local(?::([1-9]\d{0,2}))?")
SCHEDULER = re.compile(r"(?:tcp|tls)://[^\s/]+:\d+")
USAGE = "local, local:PROCESSES, or a scheduler's tcp://HOST:PORT or tls://HOST:PORT"


class EngineMissingError(WorkerError):
    """The engine is not installed, see requirements-engine.txt."""


class EngineAwayError(AwayError):
    """The engine does not answer, or has no workers; start `dask scheduler` and `dask worker`."""


class EngineForeignError(WorkerError):
    """The engine does no task of ours; all of it must run in a checkout of this version, and be free."""


class EngineLostError(WorkerError):
    """The engine could not finish, try again."""


class Address(str):
    """As USAGE says; ValueError for any other text."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Address":
        if LOCAL.fullmatch(text) or SCHEDULER.fullmatch(text):
            return super().__new__(cls, text)
        raise ValueError(f"{text!r} is not {USAGE}")

    @property
    def processes(self) -> int | None:
        """How many to start on this machine, one a core if it does not say; None: it is a scheduler's."""
        found = LOCAL.fullmatch(self)
        return int(found[1] or os.cpu_count() or 1) if found else None


@contextmanager
def engine(address: Address) -> Iterator["Client"]:
    """A client of the engine. Raises the errors above, EngineLostError for what fails on it meanwhile."""
    try:
        import dask
        from distributed import Client
        from distributed.client import ClosedClientError
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise EngineMissingError(str(error)) from error
    be_silent()
    with ExitStack() as stack:
        stack.enter_context(dask.config.set({LARGE: "1 GiB"}))
        try:
            scheduler = stack.enter_context(local(address.processes)) if address.processes else address
            client = stack.enter_context(Client(scheduler, timeout=ANSWER_WITHIN))
            client.wait_for_workers(1, timeout=ANSWER_WITHIN)
        except (OSError, TimeoutError) as error:
            raise EngineAwayError(address) from error
        try:
            hold(client, None).result(ANSWER_WITHIN)
        except (ImportError, RuntimeError, CancelledError, KilledWorker, TimeoutError) as error:
            raise EngineForeignError(address) from error
        try:
            yield client
        except KilledWorker as error:
            raise EngineLostError(f"worker after worker fell over a task, {error.task}") from error
        except (CancelledError, ClosedClientError, OSError) as error:
            raise EngineLostError("the scheduler, or what a worker held, is gone") from error


def be_silent() -> None:
    """Dask logs each fall with a traceback; what matters is raised."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def local(processes: int) -> "LocalCluster":
    """Workers on this machine, that no other one can reach."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=processes,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        silence_logs=logging.CRITICAL,
    )


def memory(client: "Client") -> int | None:
    """Bytes that all workers together may take; None where one of them has no limit."""
    limits = [worker["memory_limit"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()]
    return sum(limits) if all(limits) else None


def settle(client: "Client", futures: Iterable["Future[Any]"]) -> None:
    """Wait until each is done or has failed. Raises EngineLostError where no worker is left to do it."""
    from distributed import wait

    waited = list(futures)
    while True:
        try:
            wait(waited, timeout=ANSWER_WITHIN)
            return
        except TimeoutError:
            if not client.nthreads():
                raise EngineLostError("all of its workers are gone") from None


def hold(client: "Client", data: Data) -> "Future[Data]":
    """For tasks. What is sent as one can be sent again; what is scattered is lost with the worker."""
    return client.submit(as_it_is, data, pure=False)


def as_it_is(data: Data) -> Data:
    return data
