"""realtime-py as an app uses it, two of them on one channel."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from realtime import AsyncRealtimeChannel, AsyncRealtimeClient, RealtimeSubscribeStates
from realtime.types import RealtimePostgresChangesListenEvent

from local.temporary_stack import Stack
from local.tests.clients.realtime.conftest import Token

PATIENCE = 60


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def client(stack: Stack, token: str | None = None) -> AsyncIterator[AsyncRealtimeClient]:
    realtime_client = AsyncRealtimeClient(f"{stack.url}/realtime/v1", stack.anon_key, timeout=PATIENCE)
    await realtime_client.connect()
    if token:
        await realtime_client.set_auth(token)
    try:
        yield realtime_client
    finally:
        await realtime_client.close()


def channel(of: AsyncRealtimeClient, topic: str, private: bool = False) -> AsyncRealtimeChannel:
    return of.channel(
        topic,
        {
            "config": {
                "broadcast": {"ack": True, "self": False},
                "presence": {"key": "", "enabled": True},
                "private": private,
            }
        },
    )


async def subscribed(to: AsyncRealtimeChannel) -> list[tuple[RealtimeSubscribeStates, Exception | None]]:
    states: list[tuple[RealtimeSubscribeStates, Exception | None]] = []
    await to.subscribe(lambda state, error: states.append((state, error)))
    return states


def run(test: Awaitable[None]) -> None:
    async def main() -> None:
        await test

    asyncio.run(main())


def test_two_clients_talk_and_see_each_other(stack: Stack, room: str) -> None:
    async def talk() -> None:
        messages: list[Any] = []
        async with client(stack) as ann, client(stack) as bob:
            anns, bobs = channel(ann, room), channel(bob, room)
            bobs.on_broadcast("news", messages.append)
            for one in (anns, bobs):
                assert await subscribed(one) == [(RealtimeSubscribeStates.SUBSCRIBED, None)]
            await anns.track({"name": "Ann 'A' 🎬"})
            await eventually(bobs.presence_state)
            ((metas,),) = bobs.presence_state().values()
            assert metas["name"] == "Ann 'A' 🎬"  # type: ignore[typeddict-item]
            await anns.send_broadcast("news", {"text": "50 % ; שלום", "none": None})
            await eventually(lambda: messages)
            await anns.http_send("news", {"by": "http"})
            await eventually(lambda: len(messages) == 2)
            await anns.unsubscribe()
            await eventually(lambda: not bobs.presence_state())
        assert [message["payload"] for message in messages] == [
            {"text": "50 % ; שלום", "none": None},
            {"by": "http"},
        ]

    run(talk())


def test_private_channel_requires_a_user(stack: Stack, token: Token, database: psycopg.Connection) -> None:
    async def join() -> None:
        async with client(stack) as anon, client(stack, token()) as user:
            ((state, error),) = await subscribed(channel(anon, "members", private=True))
            assert state == RealtimeSubscribeStates.CHANNEL_ERROR
            assert "You do not have permissions to read from this Channel topic: members" in str(error)
            ((state, _),) = await subscribed(channel(user, "members", private=True))
            assert state == RealtimeSubscribeStates.SUBSCRIBED

    database.execute("""
        create policy members on realtime.messages for select to authenticated
        using (realtime.topic() = 'members')
    """)
    try:
        run(join())
    finally:
        database.execute("drop policy members on realtime.messages")


@pytest.fixture
def chairs(database: psycopg.Connection) -> Iterator[None]:
    database.execute("create table public.chairs (id integer primary key, name text)")
    database.execute("grant select on public.chairs to anon")
    database.execute("alter publication supabase_realtime add table public.chairs")
    yield
    database.execute("drop table public.chairs")


@pytest.mark.usefixtures("chairs")
def test_changes_of_a_table_arrive_by_filter(stack: Stack, database: psycopg.Connection) -> None:
    async def listen() -> None:
        messages: list[Any] = []
        async with client(stack) as app:
            changes = app.channel("changes")
            changes.on_postgres_changes(
                RealtimePostgresChangesListenEvent.All, messages.append, "chairs", filter='name=eq."a; b, c"'
            )
            changes.on_postgres_changes(RealtimePostgresChangesListenEvent.Delete, messages.append, "chairs")
            assert (await subscribed(changes))[0][0] == RealtimeSubscribeStates.SUBSCRIBED
            await asyncio.to_thread(
                database.execute, "insert into chairs values (1, 'other'), (2, 'a; b, c')"
            )
            await eventually(lambda: messages)
            await asyncio.to_thread(database.execute, "delete from chairs where id = 1")
            await eventually(lambda: len(messages) == 2)
        assert messages[0]["data"]["record"] == {"id": 2, "name": "a; b, c"}
        assert messages[1]["data"]["old_record"] == {"id": 1}

    run(listen())
