"""postgres_changes: every committed change of a published table, by filter and as far as each may see."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.clients.realtime.conftest import Open, Token
from local.tests.clients.realtime.letters import ann, insert, listen, tables
from local.tests.waiting import until

__all__ = ["ann", "tables"]


def test_owner_receives_row_with_values_as_json(
    open_socket: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    socket = open_socket("2.0.0")
    response = listen(socket, token(ann), table="letters")
    (bound,) = response["response"]["postgres_changes"]
    assert {**bound, "id": 0} == {"event": "*", "schema": "public", "table": "letters", "id": 0}
    assert (response["system"]["status"], response["system"]["message"]) == ("ok", "Subscribed to PostgreSQL")
    insert(
        database,
        id=1,
        owner=ann,
        text="a; 'b' 🎬",
        at="2026-03-01 12:00:00+01",
        n="1.50",
        done=False,
        tags=["x y", "z"],
        more='{"a": [1, null]}',
        bytes=b"\x00\xff",
        mood="so so",
        short="ab",
        name="a; b",
        secret="hidden",
    )
    message = socket.hear("postgres_changes")
    assert message["ids"] == [bound["id"]]
    data = message["data"]
    assert (data["type"], data["schema"], data["table"], data["errors"]) == (
        "INSERT",
        "public",
        "letters",
        None,
    )
    assert data["commit_timestamp"].endswith("Z") and len(data["commit_timestamp"]) == 24
    assert data["record"] == {
        "id": 1,
        "owner": ann,
        "text": "a; 'b' 🎬",
        "at": "2026-03-01T11:00:00+00:00",
        "n": 1.5,
        "done": False,
        "tags": ["x y", "z"],
        "more": {"a": [1, None]},
        "bytes": "\\x00ff",
        "mood": "so so",
        "short": "ab   ",
        "name": "a; b",
    }
    assert "old_record" not in data
    assert {"name": "id", "type": "int4"} in data["columns"] and {"name": "n", "type": "numeric"} in data[
        "columns"
    ]
    assert "secret" not in {column["name"] for column in data["columns"]}


def test_row_is_not_sent_to_another_user_or_without_read_grant(
    open_socket: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    owner, other, nobody = open_socket(), open_socket(), open_socket()
    listen(owner, token(ann), table="letters")
    listen(other, token(), table="letters")
    listen(nobody, table="letters")
    insert(database, id=1, owner=ann, text="private")
    assert owner.hear("postgres_changes")["data"]["record"]["text"] == "private"
    assert other.hears_nothing_before_a_heartbeat("postgres_changes")
    change = nobody.hear("postgres_changes")["data"]
    assert (change["errors"], change["record"]) == (["Error 401: Unauthorized"], {})


def test_updates_and_deletes_include_the_old_row(open_socket: Open, database: psycopg.Connection) -> None:
    socket = open_socket()
    listen(socket, table="open_letters")
    database.execute("insert into open_letters values (1, 'a', 'x y')")
    database.execute("update open_letters set text = null")
    database.execute("delete from open_letters")
    changes = [socket.hear("postgres_changes")["data"] for _ in range(3)]
    first = {"id": 1, "text": "a", "Odd Name": "x y"}
    second = {**first, "text": None}
    assert [data["type"] for data in changes] == ["INSERT", "UPDATE", "DELETE"]
    assert [data.get("record") for data in changes] == [first, second, None]
    assert [data.get("old_record") for data in changes] == [None, first, second]


def test_secured_table_sends_only_keys_of_old_rows_and_deletes_to_all(
    open_socket: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    owner, other = open_socket(), open_socket()
    listen(owner, token(ann), table="letters")
    listen(other, token(), table="letters")
    insert(database, id=1, owner=ann, text="private")
    changes = [owner.hear("postgres_changes")["data"]]
    for statement in (b"update letters set text = 'changed'", b"delete from letters"):
        database.execute(statement)
        changes.append(owner.hear("postgres_changes")["data"])
    assert [data.get("old_record") for data in changes] == [None, {"id": 1}, {"id": 1}]
    assert other.hear("postgres_changes")["data"]["old_record"] == {"id": 1}
    assert other.hears_nothing_before_a_heartbeat("postgres_changes")


def test_unchanged_long_value_is_sent_if_the_old_row_has_it(
    open_socket: Open, database: psycopg.Connection
) -> None:
    socket = open_socket()
    listen(socket, table="open_letters")
    long = "".join(str(uuid4()) for _ in range(500))
    database.execute("insert into open_letters values (1, %s, 'x')", [long])
    database.execute("""update open_letters set "Odd Name" = 'y'""")
    socket.hear("postgres_changes")
    assert socket.hear("postgres_changes")["data"]["record"] == {"id": 1, "text": long, "Odd Name": "y"}


@pytest.mark.parametrize("event", ["INSERT", "UPDATE", "DELETE"])
def test_only_the_subscribed_event_is_sent(
    open_socket: Open, database: psycopg.Connection, event: str
) -> None:
    socket = open_socket()
    listen(socket, event=event, table="open_letters")
    with database.transaction():
        database.execute("insert into open_letters values (1, 'a', null)")
        database.execute("update open_letters set text = 'b'")
        database.execute("delete from open_letters")
        database.execute("insert into open_letters values (2, 'end', null)")
        database.execute("update open_letters set text = 'end 2'")
        database.execute("delete from open_letters")
    changes = [socket.hear("postgres_changes")["data"] for _ in range(2)]
    assert [data["type"] for data in changes] == [event, event]


def test_two_subscriptions_of_one_channel_are_one_message(
    open_socket: Open, database: psycopg.Connection
) -> None:
    socket = open_socket()
    filters = [
        {"event": "*", "schema": "public", "table": "open_letters"},
        {"event": "INSERT", "schema": "public", "table": "open_letters", "filter": "id=eq.1"},
        {"event": "INSERT", "schema": "public", "table": "open_letters", "filter": "id=eq.2"},
    ]
    bound = socket.join("changes", postgres_changes=filters)["response"]["postgres_changes"]
    database.execute("insert into open_letters values (1, 'a', null)")
    assert sorted(socket.hear("postgres_changes")["ids"]) == sorted(one["id"] for one in bound[:2])


def test_chosen_columns_come_with_the_key(open_socket: Open, database: psycopg.Connection) -> None:
    socket = open_socket()
    listen(socket, table="open_letters", select=["Odd Name"])
    database.execute("insert into open_letters values (1, 'a', 'x')")
    assert socket.hear("postgres_changes")["data"]["record"] == {"id": 1, "Odd Name": "x"}


def test_table_without_key_sends_an_error(open_socket: Open, database: psycopg.Connection) -> None:
    socket = open_socket()
    listen(socket, table="keyless")
    database.execute("insert into keyless values ('a')")
    assert socket.hear("postgres_changes")["data"]["errors"] == ["Error 400: Bad Request, no primary key"]


def test_too_large_row_is_sent_with_short_values_only(
    open_socket: Open, database: psycopg.Connection
) -> None:
    socket = open_socket()
    listen(socket, table="open_letters")
    database.execute("insert into open_letters values (1, repeat('long', 300000), 'short')")
    data = socket.hear("postgres_changes")["data"]
    assert (data["errors"], data["record"]) == (
        ["Error 413: Payload Too Large"],
        {"id": 1, "Odd Name": "short"},
    )


def test_a_policy_that_raises_withholds_that_row_alone(
    open_socket: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    owner, service = open_socket(), open_socket()
    listen(owner, token(ann), table="letters")
    listen(service, token(role="service_role"), table="letters")
    insert(database, id=1, owner=ann, text="raise")
    insert(database, id=2, owner=ann, text="fine")
    first, second = (owner.hear("postgres_changes")["data"] for _ in range(2))
    assert (first["record"], "Error 500" in first["errors"][0]) == ({}, True)
    assert second["record"]["id"] == 2
    assert [service.hear("postgres_changes")["data"]["record"]["id"] for _ in range(2)] == [1, 2]


@contextmanager
def uncommitted_for_readers(stack: Stack, statement: str) -> Iterator[None]:
    """Committed and streamed, but invisible until the end of the block: the commit waits for a standby."""
    with (
        psycopg.connect(stack.admin_database_url, autocommit=True) as admin,
        psycopg.connect(stack.database_url, autocommit=True) as connection,
    ):
        admin.execute("alter system set synchronous_standby_names = 'nobody'")
        admin.execute("select pg_reload_conf()")
        writer = threading.Thread(target=connection.execute, args=[statement.encode()])
        try:
            until(lambda: commits_wait(stack, admin))
            writer.start()
            try:
                until(lambda: waiting(admin, connection))
                yield
            finally:
                waiting(admin, connection, "pg_cancel_backend(pid)")
                writer.join()
        finally:
            admin.execute("alter system reset synchronous_standby_names")
            admin.execute("select pg_reload_conf()")


def commits_wait(stack: Stack, admin: psycopg.Connection) -> bool:
    """Whether a commit does, which then is given up: from when the checkpointer has read the setting too."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        commit = "select pg_logical_emit_message(true, '', '')"
        trying = threading.Thread(target=connection.execute, args=[commit])
        trying.start()
        while trying.is_alive():
            if waiting(admin, connection, "pg_cancel_backend(pid)"):
                trying.join()
                return True
    return False


def waiting(admin: psycopg.Connection, connection: psycopg.Connection, act: str = "pid") -> bool:
    """Whether the connection's commit waits for a standby; then with its `pid` it is acted."""
    query = f"select {act} from pg_stat_activity where pid = %s and wait_event = 'SyncRep'"
    return admin.execute(query.encode(), [connection.info.backend_pid]).rowcount > 0


def test_policies_are_checked_once_the_row_is_visible(
    stack: Stack, open_socket: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    owner, next_owner, bob = open_socket(), open_socket("2.0.0"), str(uuid4())
    listen(owner, token(ann), table="letters")
    listen(next_owner, token(bob), table="letters")
    with uncommitted_for_readers(stack, f"insert into letters (id, owner) values (1, '{ann}')"):
        time.sleep(0.3)
    assert owner.hear("postgres_changes")["data"]["record"]["id"] == 1
    with uncommitted_for_readers(stack, f"update letters set owner = '{bob}', text = 'for bob'"):
        time.sleep(0.3)
    assert next_owner.hear("postgres_changes")["data"]["record"]["text"] == "for bob"
    assert owner.hears_nothing_before_a_heartbeat("postgres_changes")


def test_a_renewed_token_sees_as_its_user(
    open_socket: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    socket = open_socket()
    listen(socket, token(), table="letters")
    socket.send("realtime:changes", "access_token", {"access_token": token(ann)})
    socket.ask("phoenix", "heartbeat", {})
    insert(database, id=1, owner=ann)
    assert socket.hear("postgres_changes")["data"]["record"]["id"] == 1


def test_changes_of_a_schema_arrive_in_commit_order_without_rollbacks(
    open_socket: Open, database: psycopg.Connection
) -> None:
    socket = open_socket()
    listen(socket)
    with database.transaction(force_rollback=True):
        database.execute("insert into open_letters values (0, 'undone', null)")
    with database.transaction():
        for n in range(1, 201):
            database.execute("insert into open_letters values (%s, 'x', null)", [n])
    ids = [socket.hear("postgres_changes")["data"]["record"]["id"] for _ in range(200)]
    assert ids == list(range(1, 201))


def test_table_may_be_in_any_client_schema_with_types_of_extensions(
    open_socket: Open, database: psycopg.Connection
) -> None:
    database.execute("""
        create schema "club; rooms";
        grant usage on schema "club; rooms" to anon;
        create type "club; rooms".size as enum ('small', 'so big');
        create table "club; rooms".rooms (
            id integer primary key, size "club; rooms".size,
            name extensions.citext, taste extensions.vector (2)
        );
        grant select on "club; rooms".rooms to anon;
        alter publication supabase_realtime add table "club; rooms".rooms
    """)
    try:
        socket = open_socket()
        assert (
            listen(socket, schema="club; rooms", table="rooms", filter="size=eq.so big")["system"]["status"]
            == "ok"
        )
        database.execute("insert into \"club; rooms\".rooms values (1, 'so big', 'Attic', '[1, 2.5]')")
        record = socket.hear("postgres_changes")["data"]["record"]
        assert record == {"id": 1, "size": "so big", "name": "Attic", "taste": "[1,2.5]"}
    finally:
        database.execute('drop schema "club; rooms" cascade')


def test_client_that_left_receives_no_changes(open_socket: Open, database: psycopg.Connection) -> None:
    closed, there = open_socket(), open_socket()
    listen(closed, table="open_letters")
    listen(there, table="open_letters")
    closed.ask("realtime:changes", "phx_leave", {})
    database.execute("insert into open_letters values (1, 'a', null)")
    there.hear("postgres_changes")
    assert closed.hears_nothing_before_a_heartbeat("postgres_changes")
