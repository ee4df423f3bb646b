"""Realtime cut off in mid-traffic: what was committed arrives or is told as missed, nothing comes twice."""

import asyncio
import os
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest
from realtime import AsyncRealtimeClient, RealtimeSubscribeStates
from websockets.exceptions import WebSocketException

from tests.clients.realtime.sockets import Socket
from tests.conftest import Stack

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
MESSAGES = 20
"""No more than a channel can hear again when it joins."""


class Listener(threading.Thread):
    """Joined to a private topic; whenever it is thrown out it joins again and asks for what it missed."""

    def __init__(self, stack: Stack, topic: str) -> None:
        super().__init__(daemon=True)
        self.stack, self.topic = stack, topic
        self.live = Counter[int]()
        self.again: set[int] = set()
        self.joined = threading.Event()
        self.joins = 0
        self.done = False

    def run(self) -> None:
        while not self.done:
            try:
                with Socket(self.stack.url, self.stack.service_role_key, "2.0.0") as socket:
                    self.listen(socket)
            except (WebSocketException, OSError, TimeoutError):
                self.joined.clear()
                time.sleep(0.1)

    def listen(self, socket: Socket) -> None:
        while not self.done:
            replay = {"since": 0, "limit": 25}
            answer = socket.join(self.topic, private=True, broadcast={"replay": replay})
            if answer["status"] != "ok":
                time.sleep(0.1)
                continue
            self.joins += 1
            self.joined.set()
            while not self.done:
                try:
                    message = socket.until(lambda found: True, seconds=0.5)
                except TimeoutError:
                    socket.ask("phoenix", "heartbeat", {})
                    continue
                if message["event"] in ("phx_error", "phx_close"):
                    break
                if message["event"] == "broadcast":
                    number = message["payload"]["payload"]["n"]
                    if message["payload"]["meta"].get("replayed"):
                        self.again.add(number)
                    else:
                        self.live[number] += 1
            self.joined.clear()


def write(stack: Stack, topic: str, number: int) -> None:
    """Commit a message, however often it takes; a commit whose answer was lost is looked up."""

    def written() -> bool:
        try:
            with psycopg.connect(stack.database_url, autocommit=True, connect_timeout=2) as connection:
                query = "select 1 from realtime.messages where topic = %s and payload ->> 'n' = %s"
                if not connection.execute(query, [topic, str(number)]).fetchone():
                    send = "select realtime.send(jsonb_build_object('n', %s::integer), 'counted', %s)"
                    connection.execute(send, [number, topic])
            return True
        except psycopg.OperationalError:
            return False

    eventually(written)


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.mark.parametrize("part", ["postgres", "platform", "gateway"])
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_what_was_committed_arrives_once_or_is_told_as_missed(stack: Stack, part: str, turn: int) -> None:
    topic = f"faults {part} {turn} {uuid.uuid4()}"
    listener = Listener(stack, topic)
    listener.start()
    assert listener.joined.wait(20)
    for number in range(MESSAGES):
        if number == MESSAGES // 3:
            os.kill(stack.pid(part), signal.SIGKILL)
        write(stack, topic, number)
    eventually(lambda: listener.joins >= 2 and listener.joined.is_set())
    write(stack, topic, MESSAGES)
    eventually(lambda: MESSAGES in set(listener.live) | listener.again)
    listener.done = True
    listener.join(20)
    assert set(listener.live) | listener.again == set(range(MESSAGES + 1))
    assert set(listener.live.values()) == {1}


@pytest.mark.filterwarnings("ignore:ConnectionClosed:DeprecationWarning")
@pytest.mark.parametrize("part", ["postgres", "platform"])
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_the_official_client_joins_again_by_itself(stack: Stack, part: str, turn: int) -> None:
    topic = f"official {part} {turn} {uuid.uuid4()}"
    heard: list[int] = []
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
        channel.on_broadcast("*", lambda found: heard.append(found["payload"]["n"]))
        await channel.subscribe(lambda state, _: states.append(state))
        await asyncio.to_thread(write, stack, topic, 1)
        await asyncio.to_thread(eventually, lambda: heard == [1])
        os.kill(stack.pid(part), signal.SIGKILL)
        await asyncio.to_thread(
            eventually, lambda: states[-1] == RealtimeSubscribeStates.SUBSCRIBED and len(states) >= 3
        )
        await asyncio.to_thread(write, stack, topic, 2)
        await asyncio.to_thread(eventually, lambda: heard[-1:] == [2])
        await client.close()

    asyncio.run(listen())
    assert heard == [1, 2]
    assert RealtimeSubscribeStates.CHANNEL_ERROR in states
