"""Realtime interrupted under load: commits arrive or the gap is reported, and nothing arrives twice."""

import asyncio
import os
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from realtime import AsyncRealtimeClient, RealtimeSubscribeStates
from websockets.exceptions import WebSocketException

from local.temporary_stack import Stack
from local.tests.clients.realtime.sockets import Socket
from local.tests.waiting import until

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
MESSAGES = 20
"""At most as many as a channel can replay when it joins."""


INTERRUPT = """
    select pg_terminate_backend(pid) from pg_stat_replication where application_name = 'realtime'
"""
WAITS = """
    select 1 from pg_stat_activity
    where application_name = 'realtime' and wait_event_type = 'Lock' and query like 'CREATE_REPLICATION_SLOT%'
"""


class Listener(threading.Thread):
    """Joins a private topic and a table's changes. Whenever it is disconnected it joins again, and requests
    the messages that it missed."""

    def __init__(self, stack: Stack, topic: str) -> None:
        super().__init__(daemon=True)
        self.stack, self.topic = stack, topic
        self.heard: list[list[tuple[int, bool]]] = []
        """At each join, the numbers of messages and whether they were replayed."""
        self.rows: list[list[int]] = []
        """At each join, the numbers of rows."""
        self.joined = threading.Event()
        self.done = False

    @property
    def live(self) -> Counter[int]:
        return Counter(number for messages in self.heard for number, replayed in messages if not replayed)

    @property
    def numbers(self) -> set[int]:
        return {number for messages in self.heard for number, _ in messages}

    def run(self) -> None:
        while not self.done:
            try:
                with Socket(self.stack.url, self.stack.service_role_key, "2.0.0") as socket:
                    self.listen(socket)
            except (WebSocketException, OSError, TimeoutError):
                self.joined.clear()
                time.sleep(0.1)

    def listen(self, socket: Socket) -> None:
        config: dict[str, Any] = {
            "private": True,
            "broadcast": {"replay": {"since": 0, "limit": 25}},
            "postgres_changes": [{"event": "INSERT", "schema": "public", "table": "counted"}],
        }
        while not self.done:
            response = socket.join(self.topic, **config)
            if response["status"] != "ok":
                time.sleep(0.1)
                continue
            self.heard.append([])
            self.rows.append([])
            self.follow(socket)
            self.joined.clear()

    def follow(self, socket: Socket) -> None:
        """Until the channel ends."""
        while not self.done:
            try:
                message = socket.until(lambda message: True, seconds=0.5)
            except TimeoutError:
                socket.ask("phoenix", "heartbeat", {})
                continue
            payload = message["payload"]
            match message["event"]:
                case "phx_error" | "phx_close" if message["join_ref"] == socket.join_refs[message["topic"]]:
                    return
                case "broadcast":
                    self.heard[-1].append((payload["payload"]["n"], "replayed" in payload["meta"]))
                case "postgres_changes":
                    self.rows[-1].append(payload["data"]["record"]["n"])
                case "system" if payload["status"] == "ok":
                    self.joined.set()
                case "system":
                    socket.ask(f"realtime:{self.topic}", "phx_leave", {})
                    socket.heard.clear()
                    return


@contextmanager
def listening(stack: Stack, topic: str, count: int) -> Iterator[list[Listener]]:
    listeners = [Listener(stack, topic) for _ in range(count)]
    for listener in listeners:
        listener.start()
    try:
        assert all(listener.joined.wait(60) for listener in listeners)
        yield listeners
    finally:
        for listener in listeners:
            listener.done = True
            listener.join(60)


@pytest.fixture
def counted(stack: Stack) -> Iterator[None]:
    """A table whose rows are listened to."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute("create table public.counted (n integer primary key)")
        connection.execute("grant select on public.counted to service_role")
        connection.execute("alter publication supabase_realtime add table public.counted")
    yield
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute("drop table public.counted")


def write_all(stack: Stack, topic: str, numbers: Iterable[int]) -> None:
    for number in numbers:
        write(stack, topic, number)


def write(stack: Stack, topic: str, number: int, count: bool = True) -> None:
    """Commit a message and a row, however often it takes; a commit whose answer was lost is looked up."""

    def is_written() -> bool:
        try:
            with psycopg.connect(stack.database_url, autocommit=True, connect_timeout=2) as connection:
                query = "select 1 from realtime.messages where topic = %s and payload ->> 'n' = %s"
                if not connection.execute(query, [topic, str(number)]).fetchone():
                    with connection.transaction():
                        send = "select realtime.send(jsonb_build_object('n', %s::integer), 'counted', %s)"
                        connection.execute(send, [number, topic])
                        if count:
                            connection.execute("insert into public.counted values (%s)", [number])
            return True
        except psycopg.OperationalError:
            return False

    until(is_written)


@pytest.mark.soak
@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("part", ["postgres", "platform", "gateway"])
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_commit_arrives_once_or_channel_reports_the_gap(stack: Stack, part: str, turn: int) -> None:
    """Two write and two listen; after the fall, both listen again before the last is written."""
    topic = f"faults {part} {turn} {uuid.uuid4()}"
    halves = [range(writer, MESSAGES, 2) for writer in range(2)]
    writers = [threading.Thread(target=write_all, args=[stack, topic, half]) for half in halves]
    with listening(stack, topic, 2) as listeners:
        for writer in writers:
            writer.start()
        until(lambda: len(listeners[0].numbers) >= MESSAGES // 3)
        os.kill(stack.pid(part), signal.SIGKILL)
        for writer in writers:
            writer.join()
        until(lambda: all(len(one.heard) >= 2 and one.joined.is_set() for one in listeners))
        write(stack, topic, MESSAGES)
        until(lambda: all(MESSAGES in one.numbers and MESSAGES in one.rows[-1] for one in listeners))
    for listener in listeners:
        assert listener.numbers == set(range(MESSAGES + 1))
        assert set(listener.live.values()) == {1}
        for numbers in listener.heard:
            assert len({number for number, _ in numbers}) == len(numbers)
        rows = Counter(number for numbers in listener.rows for number in numbers)
        assert set(rows.values()) == {1} and set(rows) <= set(range(MESSAGES + 1))
        for half in halves:
            for numbers_of_rows in listener.rows:
                own = [number for number in numbers_of_rows if number in half]
                assert own == [number for number in half if own and own[0] <= number <= own[-1]]


@pytest.mark.usefixtures("counted")
def test_channel_is_confirmed_only_if_it_receives_changes(stack: Stack) -> None:
    """Replication cannot start again while an earlier transaction runs."""
    name, changes = f"faults {uuid.uuid4()}", [{"event": "*", "schema": "public", "table": "counted"}]
    with (
        psycopg.connect(stack.database_url) as before,
        psycopg.connect(stack.database_url, autocommit=True) as connection,
        Socket(stack.url, stack.service_role_key) as socket,
    ):
        before.execute("select pg_current_xact_id()")
        with psycopg.connect(stack.admin_database_url, autocommit=True) as admin:
            admin.execute(INTERRUPT)
            until(lambda: admin.execute(WAITS).fetchone())
        assert socket.join(name, postgres_changes=changes)["status"] == "ok"
        connection.execute("insert into public.counted values (1)")
        assert socket.hears_nothing_before_a_heartbeat("system")
        before.commit()
        socket.hear("phx_error")
        assert socket.join(name, postgres_changes=changes)["status"] == "ok"
        assert socket.hear("system")["message"] == "Subscribed to PostgreSQL"
        connection.execute("insert into public.counted values (2)")
        assert socket.hear("postgres_changes")["data"]["record"] == {"n": 2}


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore:ConnectionClosed:DeprecationWarning")
@pytest.mark.parametrize("part", ["postgres", "platform"])
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_the_official_client_joins_again_by_itself(stack: Stack, part: str, turn: int) -> None:
    topic = f"official {part} {turn} {uuid.uuid4()}"
    numbers: list[int] = []
    states: list[RealtimeSubscribeStates] = []

    async def listen() -> None:
        client = AsyncRealtimeClient(f"{stack.url}/realtime/v1", stack.service_role_key, max_retries=8)
        channel = client.channel(
            topic,
            {
                "config": {
                    "private": True,
                    "broadcast": {"self": False, "ack": False},
                    "presence": {"key": "", "enabled": False},
                }
            },
        )
        channel.on_broadcast("*", lambda message: numbers.append(message["payload"]["n"]))
        await channel.subscribe(lambda state, _: states.append(state))
        await asyncio.to_thread(write, stack, topic, 1, False)
        await asyncio.to_thread(until, lambda: numbers == [1])
        os.kill(stack.pid(part), signal.SIGKILL)
        await asyncio.to_thread(
            until, lambda: states[-1] == RealtimeSubscribeStates.SUBSCRIBED and len(states) >= 3, 180
        )
        await asyncio.to_thread(write, stack, topic, 2, False)
        await asyncio.to_thread(until, lambda: numbers[-1:] == [2])
        await client.close()

    asyncio.run(listen())
    assert numbers == [1, 2]
    assert RealtimeSubscribeStates.CHANNEL_ERROR in states
