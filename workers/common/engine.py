"""The distributed engine, Dask: processes on this machine, or workers behind a scheduler of the operator.

Its package is optional (requirements-engine.txt) and imported when an engine is used. Tasks and data are sent
as pickles: a client that can connect to the scheduler can run code on every worker. So the scheduler belongs
in a private network or behind TLS (an address tls://…, with Dask's own settings for the certificates).
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
"""Seconds after which a scheduler that does not respond, or has no workers, is away."""
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
    """An address in one of the forms of USAGE. Raises ValueError for any other text."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Address":
        if LOCAL.fullmatch(text) or SCHEDULER.fullmatch(text):
            return super().__new__(cls, text)
        raise ValueError(f"{text!r} is not {USAGE}")

    @property
    def processes(self) -> int | None:
        """The processes to start on this machine, by default one per core; None for a scheduler's address."""
        match = LOCAL.fullmatch(self)
        return int(match[1] or os.cpu_count() or 1) if match else None


@contextmanager
def engine(address: Address) -> Iterator["Client"]:
    """A client of the engine. Raises the errors above; EngineLostError if it fails while in use."""
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
            raise EngineLostError(f"a task killed several workers, {error.task}") from error
        except (CancelledError, ClosedClientError, OSError) as error:
            raise EngineLostError("the scheduler, or what a worker held, is gone") from error


def be_silent() -> None:
    """Silence Dask's logs: it logs each failure with a traceback, and the relevant ones are raised."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def local(processes: int) -> "LocalCluster":
    """Workers on this machine that accept no connections from other machines."""
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
    """The sum of all workers' memory limits in bytes; None if one of them has no limit."""
    limits = [worker["memory_limit"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()]
    return sum(limits) if all(limits) else None


def settle(client: "Client", futures: Iterable["Future[Any]"]) -> None:
    """Wait until each is done or has failed. Raises EngineLostError if no worker is left."""
    from distributed import wait

    pending = list(futures)
    while True:
        try:
            wait(pending, timeout=ANSWER_WITHIN)
            return
        except TimeoutError:
            if not client.nthreads():
                raise EngineLostError("all of its workers are gone") from None


def hold(client: "Client", data: Data) -> "Future[Data]":
    """Data as an argument of tasks. A task can be sent again; scattered data is lost with its worker."""
    return client.submit(unchanged, data, pure=False)


def unchanged(data: Data) -> Data:
    return data
