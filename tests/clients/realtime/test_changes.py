"""postgres_changes: every committed change of a published table, by filter and as far as each may see."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.clients.realtime.conftest import Open, Token
from tests.clients.realtime.sockets import Message, Socket

TABLES = """
    create type public.mood as enum ('good', 'so so');
    create table public.letters (
        id integer primary key, owner uuid, text text, at timestamptz, n numeric(10, 2), done boolean,
        tags text [], more jsonb, bytes bytea, mood public.mood, secret text
    );
    alter table public.letters enable row level security;
    grant select (id, owner, text, at, n, done, tags, more, bytes, mood) on public.letters to authenticated;
    grant select on public.letters to service_role;
    create policy letters_select_owner on public.letters for select to authenticated
    using (owner = (select auth.uid()) and (text is distinct from 'raise' or 1 / (id - id) = 1));
    create table public.open_letters (id integer primary key, text text, "Odd Name" text);
    alter table public.open_letters replica identity full;
    grant select on public.open_letters to anon;
    create table public.keyless (text text);
    grant select on public.keyless to anon;
    create table public.unpublished (id integer primary key);
    alter publication supabase_realtime add table public.letters, public.open_letters, public.keyless;
"""


@pytest.fixture(autouse=True)
def tables(database: psycopg.Connection) -> Iterator[None]:
    database.execute(TABLES.encode())
    yield
    database.execute("drop table letters, open_letters, keyless, unpublished; drop type mood")


@pytest.fixture
def ann() -> str:
    return str(uuid4())


def listen(socket: Socket, key: str | None = None, **asked: object) -> Message:
    """The answer to a join that asks for changes, once they are subscribed to or refused."""
    answer = socket.join("changes", key, postgres_changes=[{"event": "*", "schema": "public", **asked}])
    told = socket.hear("system")
    assert told["extension"] == "postgres_changes" and told["channel"] == "changes"
    return {**answer, "told": told}


def insert(database: psycopg.Connection, **values: object) -> None:
    names = ", ".join(values)
    marks = ", ".join(f"%({name})s" for name in values)
    database.execute(f"insert into letters ({names}) values ({marks})".encode(), values)


def test_a_row_is_told_to_its_owner_with_values_as_json(
    opened: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    socket = opened("2.0.0")
    answer = listen(socket, token(ann), table="letters")
    (bound,) = answer["response"]["postgres_changes"]
    assert {**bound, "id": 0} == {"event": "*", "schema": "public", "table": "letters", "id": 0}
    assert (answer["told"]["status"], answer["told"]["message"]) == ("ok", "Subscribed to PostgreSQL")
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
        secret="hidden",
    )
    heard = socket.hear("postgres_changes")
    assert heard["ids"] == [bound["id"]]
    data = heard["data"]
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
    }
    assert "old_record" not in data
    assert {"name": "id", "type": "int4"} in data["columns"] and {"name": "n", "type": "numeric"} in data[
        "columns"
    ]
    assert "secret" not in {column["name"] for column in data["columns"]}


def test_a_row_is_not_told_to_another_user_nor_to_who_may_not_read(
    opened: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    owner, other, nobody = opened(), opened(), opened()
    listen(owner, token(ann), table="letters")
    listen(other, token(), table="letters")
    listen(nobody, table="letters")
    insert(database, id=1, owner=ann, text="private")
    assert owner.hear("postgres_changes")["data"]["record"]["text"] == "private"
    assert other.hears_nothing_before_a_heartbeat("postgres_changes")
    refused = nobody.hear("postgres_changes")["data"]
    assert (refused["errors"], refused["record"]) == (["Error 401: Unauthorized"], {})


def test_updates_and_deletes_tell_what_was(opened: Open, database: psycopg.Connection) -> None:
    socket = opened()
    listen(socket, table="open_letters")
    database.execute("insert into open_letters values (1, 'a', 'x y')")
    database.execute("update open_letters set text = null")
    database.execute("delete from open_letters")
    heard = [socket.hear("postgres_changes")["data"] for _ in range(3)]
    first = {"id": 1, "text": "a", "Odd Name": "x y"}
    second = {**first, "text": None}
    assert [data["type"] for data in heard] == ["INSERT", "UPDATE", "DELETE"]
    assert [data.get("record") for data in heard] == [first, second, None]
    assert [data.get("old_record") for data in heard] == [None, first, second]


def test_of_a_secured_table_only_keys_are_told_of_what_was_and_deletes_go_to_all(
    opened: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    owner, other = opened(), opened()
    listen(owner, token(ann), table="letters")
    listen(other, token(), table="letters")
    insert(database, id=1, owner=ann, text="private")
    heard = [owner.hear("postgres_changes")["data"]]
    for statement in (b"update letters set text = 'changed'", b"delete from letters"):
        database.execute(statement)
        heard.append(owner.hear("postgres_changes")["data"])
    assert [data.get("old_record") for data in heard] == [None, {"id": 1}, {"id": 1}]
    assert other.hear("postgres_changes")["data"]["old_record"] == {"id": 1}
    assert other.hears_nothing_before_a_heartbeat("postgres_changes")


def test_a_filter_tells_nothing_of_a_deleted_row_that_may_not_be_seen(
    opened: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    database.execute("alter table letters replica identity full")
    guessing, by_key = opened(), opened()
    listen(guessing, token(), table="letters", filter="text=eq.private")
    listen(by_key, token(), table="letters", filter="id=eq.1")
    insert(database, id=1, owner=ann, text="private")
    database.execute("delete from letters")
    assert by_key.hear("postgres_changes")["data"]["old_record"] == {"id": 1}
    assert guessing.hears_nothing_before_a_heartbeat("postgres_changes")


def test_a_long_value_that_did_not_change_is_told_where_the_old_row_has_it(
    opened: Open, database: psycopg.Connection
) -> None:
    socket = opened()
    listen(socket, table="open_letters")
    long = "".join(str(uuid4()) for _ in range(500))
    database.execute("insert into open_letters values (1, %s, 'x')", [long])
    database.execute("""update open_letters set "Odd Name" = 'y'""")
    socket.hear("postgres_changes")
    assert socket.hear("postgres_changes")["data"]["record"] == {"id": 1, "text": long, "Odd Name": "y"}


@pytest.mark.parametrize("event", ["INSERT", "UPDATE", "DELETE"])
def test_only_the_event_that_was_asked_for_is_told(
    opened: Open, database: psycopg.Connection, event: str
) -> None:
    socket = opened()
    listen(socket, event=event, table="open_letters")
    with database.transaction():
        database.execute("insert into open_letters values (1, 'a', null)")
        database.execute("update open_letters set text = 'b'")
        database.execute("delete from open_letters")
        database.execute("insert into open_letters values (2, 'end', null)")
        database.execute("update open_letters set text = 'end 2'")
        database.execute("delete from open_letters")
    heard = [socket.hear("postgres_changes")["data"] for _ in range(2)]
    assert [data["type"] for data in heard] == [event, event]


LETTERS: list[dict[str, Any]] = [
    {"id": 9, "text": "b", "n": "2"},
    {"id": 10, "text": 'a,b;(c) "d" 🎬', "n": "10"},
    {"id": 11, "text": None, "n": None, "done": True},
]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("id=eq.10", [10]),
        ("id=neq.10", [9, 11]),
        ("id=lt.10", [9]),
        ("id=lte.10", [9, 10]),
        ("n=gt.9", [10]),
        ("n=gte.2", [9, 10]),
        ("id=in.(9,11)", [9, 11]),
        ("id=not.in.(9,11)", [10]),
        ('text=in.(b,"a,b;(c) \\"d\\" 🎬")', [9, 10]),
        ('text=eq."a,b;(c) \\"d\\" 🎬"', [10]),
        ("text=eq.b", [9]),
        ("text=neq.b", [10]),
        ("text=isdistinct.b", [10, 11]),
        ("text=is.null", [11]),
        ("done=is.true", [11]),
        ("n=not.is.null", [9, 10]),
        ("id=gt.9,id=lt.11", [10]),
        ("", [9, 10, 11]),
    ],
)
def test_a_filter_passes_what_it_says(
    opened: Open, token: Token, ann: str, database: psycopg.Connection, text: str, ids: list[int]
) -> None:
    socket = opened()
    listen(socket, token(ann), table="letters", filter=text)
    with database.transaction():
        for letter in LETTERS:
            insert(database, owner=ann, **letter)
    everything = opened()
    listen(everything, token(ann), table="letters", filter="id=eq.99")
    insert(database, id=99, owner=ann)
    everything.hear("postgres_changes")
    socket.ask("phoenix", "heartbeat", {})
    heard = [m["payload"]["data"]["record"]["id"] for m in socket.heard if m["event"] == "postgres_changes"]
    assert [number for number in heard if number != 99] == ids


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"table": "unpublished"}, "Please check Realtime is enabled for the given connect parameters"),
        ({"table": "letters", "filter": "nothing=eq.1"}, "invalid column for filter nothing"),
        ({"table": "letters", "filter": "secret=eq.1"}, "invalid column for filter secret"),
        ({"table": "letters", "filter": "id=eq.one"}, "invalid input syntax for type integer"),
        ({"table": "letters", "filter": "more=lt.{}x"}, "invalid input syntax for type json"),
        ({"table": "letters", "filter": "id=foo.1"}, "Error parsing `filter` params"),
        ({"table": "letters", "filter": "id=in.1"}, "must be wrapped by parentheses"),
        ({"table": "letters", "filter": "id=eq.1,,"}, "must not contain empty segments"),
        ({"table": "letters", "filter": "done=is.(select 1)"}, "invalid filter is"),
        ({"table": "letters", "filter": f"id=in.({','.join(['1'] * 101)})"}, "Maximum 100"),
        ({"schema": 5}, "No subscription params provided"),
    ],
)
def test_what_cannot_be_subscribed_to_is_told_and_the_channel_joined_all_the_same(
    opened: Open, token: Token, asked: dict[str, object], words: str
) -> None:
    socket = opened()
    answer = listen(socket, token(), **asked)
    assert answer["status"] == "ok" and answer["told"]["status"] == "error"
    assert words in answer["told"]["message"]


def test_two_subscriptions_of_one_channel_are_one_message(opened: Open, database: psycopg.Connection) -> None:
    socket = opened()
    asked = [
        {"event": "*", "schema": "public", "table": "open_letters"},
        {"event": "INSERT", "schema": "public", "table": "open_letters", "filter": "id=eq.1"},
        {"event": "INSERT", "schema": "public", "table": "open_letters", "filter": "id=eq.2"},
    ]
    bound = socket.join("changes", postgres_changes=asked)["response"]["postgres_changes"]
    database.execute("insert into open_letters values (1, 'a', null)")
    assert sorted(socket.hear("postgres_changes")["ids"]) == sorted(one["id"] for one in bound[:2])


def test_chosen_columns_come_with_the_key(opened: Open, database: psycopg.Connection) -> None:
    socket = opened()
    listen(socket, table="open_letters", select=["Odd Name"])
    database.execute("insert into open_letters values (1, 'a', 'x')")
    assert socket.hear("postgres_changes")["data"]["record"] == {"id": 1, "Odd Name": "x"}


def test_a_table_without_a_key_tells_an_error(opened: Open, database: psycopg.Connection) -> None:
    socket = opened()
    listen(socket, table="keyless")
    database.execute("insert into keyless values ('a')")
    assert socket.hear("postgres_changes")["data"]["errors"] == ["Error 400: Bad Request, no primary key"]


def test_of_a_row_that_is_too_large_only_short_values_are_told(
    opened: Open, database: psycopg.Connection
) -> None:
    socket = opened()
    listen(socket, table="open_letters")
    database.execute("insert into open_letters values (1, repeat('long', 300000), 'short')")
    data = socket.hear("postgres_changes")["data"]
    assert (data["errors"], data["record"]) == (
        ["Error 413: Payload Too Large"],
        {"id": 1, "Odd Name": "short"},
    )


def test_a_policy_that_raises_withholds_that_row_alone(
    opened: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    owner, service = opened(), opened()
    listen(owner, token(ann), table="letters")
    listen(service, token(role="service_role"), table="letters")
    insert(database, id=1, owner=ann, text="raise")
    insert(database, id=2, owner=ann, text="fine")
    first, second = (owner.hear("postgres_changes")["data"] for _ in range(2))
    assert (first["record"], "Error 500" in first["errors"][0]) == ({}, True)
    assert second["record"]["id"] == 2
    assert [service.hear("postgres_changes")["data"]["record"]["id"] for _ in range(2)] == [1, 2]


def test_a_renewed_token_sees_as_its_user(
    opened: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    socket = opened()
    listen(socket, token(), table="letters")
    socket.send("realtime:changes", "access_token", {"access_token": token(ann)})
    socket.ask("phoenix", "heartbeat", {})
    insert(database, id=1, owner=ann)
    assert socket.hear("postgres_changes")["data"]["record"]["id"] == 1


def test_all_changes_of_a_schema_come_in_order_of_commit_and_undone_ones_never(
    opened: Open, database: psycopg.Connection
) -> None:
    socket = opened()
    listen(socket)
    with database.transaction(force_rollback=True):
        database.execute("insert into open_letters values (0, 'undone', null)")
    with database.transaction():
        for n in range(1, 201):
            database.execute("insert into open_letters values (%s, 'x', null)", [n])
    heard = [socket.hear("postgres_changes")["data"]["record"]["id"] for _ in range(200)]
    assert heard == list(range(1, 201))


def test_who_left_hears_no_changes(opened: Open, database: psycopg.Connection) -> None:
    gone, there = opened(), opened()
    listen(gone, table="open_letters")
    listen(there, table="open_letters")
    gone.ask("realtime:changes", "phx_leave", {})
    database.execute("insert into open_letters values (1, 'a', null)")
    there.hear("postgres_changes")
    assert gone.hears_nothing_before_a_heartbeat("postgres_changes")
