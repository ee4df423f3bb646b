"""Messages that the database sends: each reaches everybody who joined once, when its transaction commits."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import psycopg.sql
import pytest

from local.realtime import upkeep
from local.temporary_stack import Stack
from local.tests.clients.realtime.conftest import Open, Token
from local.tests.clients.realtime.sockets import Socket


@pytest.fixture
def service(open_socket: Open, stack: Stack, room: str) -> Socket:
    """Joined to the private room, past all policies."""
    socket = open_socket("2.0.0")
    assert socket.join(room, stack.service_role_key, private=True)["status"] == "ok"
    return socket


def send(database: psycopg.Connection, payload: object, event: str, topic: str, private: bool = True) -> None:
    database.execute("select realtime.send(%s, %s, %s, %s)", [json.dumps(payload), event, topic, private])


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
def test_a_sent_message_reaches_private_members_with_its_id(
    open_socket: Open, stack: Stack, room: str, database: psycopg.Connection, vsn: str
) -> None:
    socket = open_socket(vsn)
    socket.join(room, stack.service_role_key, private=True)
    send(database, {"text": "a + b; 'c' % 🎬 שלום", "n": None}, "news; & %", room)
    message = socket.hear("broadcast")
    message_id = message["meta"]["id"]
    assert message == {
        "type": "broadcast",
        "event": "news; & %",
        "payload": {"text": "a + b; 'c' % 🎬 שלום", "n": None, "id": message_id},
        "meta": {"id": message_id},
    }


def test_a_public_message_reaches_the_public_topic_alone(
    open_socket: Open, service: Socket, room: str, database: psycopg.Connection
) -> None:
    stranger = open_socket()
    stranger.join(room)
    send(database, {}, "secret", room)
    send(database, {}, "public", room, private=False)
    assert stranger.hear("broadcast")["event"] == "public"
    assert service.hear("broadcast")["event"] == "secret"
    assert stranger.hears_nothing_before_a_heartbeat("broadcast")
    assert service.hears_nothing_before_a_heartbeat("broadcast")


def test_commits_arrive_once_in_order_and_rollbacks_never(
    service: Socket, room: str, database: psycopg.Connection
) -> None:
    with pytest.raises(RuntimeError), database.transaction():
        send(database, {}, "undone", room)
        raise RuntimeError
    with database.transaction():
        for n in range(500):
            send(database, {"n": n}, "counted", room)
    numbers = [service.hear("broadcast")["payload"]["n"] for _ in range(500)]
    assert numbers == list(range(500))
    assert service.hears_nothing_before_a_heartbeat("broadcast")


def test_messages_of_many_writers_at_once_all_arrive_once(service: Socket, room: str, stack: Stack) -> None:
    def write(writer: int) -> None:
        with psycopg.connect(stack.database_url, autocommit=True) as connection:
            for n in range(25):
                send(connection, {"by": [writer, n]}, "x", room)

    writers = [threading.Thread(target=write, args=[n]) for n in range(8)]
    for thread in writers:
        thread.start()
    pairs = [tuple(service.hear("broadcast")["payload"]["by"]) for _ in range(200)]
    for thread in writers:
        thread.join()
    assert sorted(pairs) == [(writer, n) for writer in range(8) for n in range(25)]


def test_a_message_of_more_than_8000_bytes_arrives_whole(
    service: Socket, room: str, database: psycopg.Connection
) -> None:
    send(database, {"text": "🎬" * 50_000}, "long", room)
    assert service.hear("broadcast")["payload"]["text"] == "🎬" * 50_000


def test_unwritable_message_warns_and_its_transaction_commits(
    service: Socket, room: str, database: psycopg.Connection
) -> None:
    warned: list[str] = []
    database.add_notice_handler(lambda notice: warned.append(notice.message_primary or ""))
    with database.transaction():
        database.execute("set local role authenticated")
        send(database, {}, "forged", room)
        assert database.execute("select 1").fetchone() == (1,)
    assert warned[0].startswith("ErrorSendingBroadcastMessage: new row violates row-level security")
    assert service.hears_nothing_before_a_heartbeat("broadcast")


@pytest.fixture
def notes(database: psycopg.Connection, room: str) -> Iterator[None]:
    """A table whose changes are sent to the room."""
    database.execute("create table public.notes (id integer primary key, text text)")
    database.execute("""
        create function public.tell_of_note() returns trigger language plpgsql as $$
        begin
            perform realtime.broadcast_changes(
                tg_argv[0], tg_op, tg_op, tg_table_name, tg_table_schema, new, old, tg_level
            );
            return null;
        end
        $$
    """)
    database.execute(
        psycopg.sql.SQL(
            "create trigger tell after insert or update or delete on public.notes "
            "for each row execute function public.tell_of_note({})"
        ).format(psycopg.sql.Literal(room))
    )
    yield
    database.execute("drop table public.notes; drop function public.tell_of_note")


@pytest.mark.usefixtures("notes")
def test_changes_of_a_table_are_broadcast_with_the_row_before_and_after(
    service: Socket, database: psycopg.Connection
) -> None:
    database.execute("insert into notes values (1, 'a; b')")
    database.execute("update notes set text = null")
    database.execute("delete from notes")
    messages = [service.hear("broadcast") for _ in range(3)]
    first, second = {"id": 1, "text": "a; b"}, {"id": 1, "text": None}
    assert [message["event"] for message in messages] == ["INSERT", "UPDATE", "DELETE"]
    assert [(message["payload"]["old_record"], message["payload"]["record"]) for message in messages] == [
        (None, first),
        (first, second),
        (second, None),
    ]
    assert {(m["payload"]["table"], m["payload"]["schema"], m["payload"]["operation"]) for m in messages} == {
        ("notes", "public", operation) for operation in ("INSERT", "UPDATE", "DELETE")
    }


@pytest.mark.parametrize(
    ("operation", "level", "words"),
    [
        ("TRUNCATE", "ROW", "Failed to process the row: Unexpected operation type: TRUNCATE"),
        ("INSERT", "STATEMENT", "function can only be triggered for each row, not for each statement"),
    ],
)
def test_a_change_that_is_none_is_refused(
    database: psycopg.Connection, operation: str, level: str, words: str
) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match=words):
        database.execute(
            "select realtime.broadcast_changes('x', 'x', %s, 't', 's', null::record, null::record, %s)",
            [operation, level],
        )


def test_private_channel_replays_missed_messages(
    open_socket: Open, stack: Stack, room: str, database: psycopg.Connection
) -> None:
    for n in range(4):
        send(database, {"n": n}, "x", room)
    send(database, {"n": "public"}, "x", room, private=False)
    socket = open_socket()
    socket.join(room, stack.service_role_key, private=True, broadcast={"replay": {"since": 0, "limit": 3}})
    messages = [socket.hear("broadcast") for _ in range(3)]
    assert [message["payload"]["n"] for message in messages] == [1, 2, 3]
    assert all(message["meta"]["replayed"] for message in messages)
    send(database, {"n": 4}, "x", room)
    assert "replayed" not in socket.hear("broadcast")["meta"]


@pytest.mark.parametrize(
    ("private", "replay", "why"),
    [
        (False, {"since": 0}, "Replay is not allowed for public channels"),
        (True, {"since": "yesterday"}, "Replay params are not valid"),
        (True, {}, "Replay params are not valid"),
    ],
)
def test_a_replay_that_cannot_be_is_refused(
    open_socket: Open, stack: Stack, room: str, private: bool, replay: object, why: str
) -> None:
    response = open_socket().join(room, stack.service_role_key, private=private, broadcast={"replay": replay})
    assert response["response"] == {"reason": f"UnableToReplayMessages: {why}"}


def test_messages_cannot_be_read_without_a_policy(
    open_socket: Open, token: Token, room: str, database: psycopg.Connection
) -> None:
    send(database, {}, "x", room)
    with database.transaction():
        database.execute("set local role authenticated")
        assert database.execute("select count(*) from realtime.messages").fetchone() == (0,)


def test_messages_have_partitions_for_the_days_to_come(database: psycopg.Connection) -> None:
    """Of the fourth day from midnight on, when it is looked for next."""
    rows = database.execute(
        "select inhrelid::regclass::text from pg_inherits where inhparent = %s::regclass",
        ["realtime.messages"],
    ).fetchall()
    today = datetime.now(UTC).date()
    names = {f"realtime.{today + timedelta(days=n):messages_%Y_%m_%d}" for n in range(3)}
    assert names <= {name for (name,) in rows}


def test_partitions_are_made_ahead_and_dropped_after_three_days() -> None:
    present = ["messages_2026_02_25", "messages_2026_02_26", "messages_2026_02_28", "messages_2026_03_01"]
    today = date(2026, 3, 1)
    assert upkeep.missing(today, present) == [date(2026, 3, day) for day in (2, 3, 4)]
    assert upkeep.stale(today, present) == ["messages_2026_02_25"]


@pytest.mark.parametrize(
    "payload",
    ['{"a":' * 200 + "1" + "}" * 200, '{"a":' * 3000 + "1" + "}" * 3000, '{"a": 1e5000}', '{"a": 1e130000}'],
    ids=lambda text: f"{text[:8]}{len(text)}",
)
def test_message_that_cannot_be_read_is_skipped_and_no_channel_ends(
    open_socket: Open, service: Socket, stack: Stack, room: str, database: psycopg.Connection, payload: str
) -> None:
    stranger = open_socket()
    stranger.join("another room")
    database.execute("select realtime.send(%s, 'odd', %s, true)", [payload, room])
    send(database, {"n": 1}, "next", room)
    assert service.hear("broadcast")["event"] == "next"
    assert stranger.hears_nothing_before_a_heartbeat("phx_error")
    late = open_socket()
    late.join(room, stack.service_role_key, private=True, broadcast={"replay": {"since": 0, "limit": 3}})
    assert late.hear("broadcast")["event"] == "next"
