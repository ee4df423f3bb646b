"""REST killed while clients write: what was answered is there, nothing is there twice or half."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from local import state
from local.temporary_stack import Stack
from local.tests.clients.realtime.sockets import Socket
from local.tests.faults import counting
from local.tests.faults.counting import ROWS, Traffic
from local.tests.waiting import until

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
KILLS = 2
UNAVAILABLE = (502, 503, 504)


@pytest.fixture
def counted(stack: Stack) -> Iterator[psycopg.Connection]:
    with counting.counted_table(stack) as connection:
        yield connection
        connection.execute("drop table counted")


class Listener(threading.Thread):
    """Receives the rows of committed requests."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(daemon=True)
        self._socket = socket
        self.heard = Counter[str]()

    def run(self) -> None:
        while True:
            change = self._socket.hear("postgres_changes", seconds=60)["data"]["record"]
            if change["n"] < 0:
                return
            self.heard[change["request"]] += 1


def kill(stack: Stack) -> None:
    killed = stack.pid("rest")
    os.kill(killed, signal.SIGKILL)

    def is_back() -> bool:
        current = state.read(stack.settings)
        return bool(current and current.ready and current.parts["rest"].pid not in (None, killed))

    until(is_back)


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_rest_killed_in_mid_traffic_writes_nothing_twice_or_half(
    stack: Stack, counted: psycopg.Connection, turn: int
) -> None:
    if "rest" not in stack.parts:
        pytest.skip("REST is another's server here")
    traffic = Traffic(stack, counting.insert)
    with Socket(stack.url, stack.service_role_key) as socket:
        subscription = {"event": "INSERT", "schema": "public", "table": "counted"}
        socket.join("changes", postgres_changes=[subscription])
        assert socket.hear("system")["status"] == "ok"
        listener = Listener(socket)
        listener.start()
        for _ in range(KILLS):
            traffic.during(lambda: kill(stack))
        counted.execute("insert into counted (request, n) values (gen_random_uuid(), -1)")
        listener.join(60)
    counted.execute("delete from counted where n < 0")
    rows = traffic.check(counted)
    assert listener.heard == rows
    assert {response.status_code for response in traffic.failed} <= set(UNAVAILABLE)
    assert all("message" in response.json() for response in traffic.failed)
    assert ROWS * traffic.well <= rows.total() <= ROWS * len(traffic.answers)
