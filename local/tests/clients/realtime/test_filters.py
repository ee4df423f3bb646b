"""Filters of postgres_changes: what passes, and what is refused in which words."""

from typing import Any

import psycopg
import pytest

from local.tests.clients.realtime.conftest import Open, Token
from local.tests.clients.realtime.letters import ann, insert, listen, tables

__all__ = ["ann", "tables"]

SLOW = r"(\w{1,100}x){1,50}"
"""Postgres reads it for about 40 ms, and keeps 32 patterns that it has read."""
TOO_SLOW = "((a{1,90}b?){1,90}){1,20}c"
LETTERS: list[dict[str, Any]] = [
    {
        "id": 9,
        "text": "b",
        "n": "2",
        "at": "2026-03-01T11:00:00Z",
        "mood": "good",
        "short": "ab",
        "name": "ab",
    },
    {
        "id": 10,
        "text": 'a,b;(c) "d" 🎬',
        "n": "10",
        "at": "2026-03-01T11:00:00.000001Z",
        "mood": "so so",
        "short": "abc",
        "name": "a b; 🎬",
    },
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
        ("text=like.B", []),
        ("text=like._", [9]),
        ('text=like."a,b;(%) \\"d\\" 🎬"', [10]),
        ("text=not.like.b", [10]),
        ("text=ilike.B", [9]),
        ("text=ilike.%D%", [10]),
        ("text=match.^[a-b]", [9, 10]),
        ("text=match.[A-B]", []),
        ("text=imatch.[A-B]", [9, 10]),
        ("text=not.imatch.^B$", [10]),
        (r"text=not.match.\\\\1", [9, 10]),
        ("text=like.%,id=gt.9", [10]),
        ("text=not.isdistinct.b", [9]),
        ("text=not.eq.b", [10]),
        ("text=in.(b,null)", [9]),
        ("text=not.in.(b,null)", []),
        ('text=not.in.(b,"null")', [10]),
        ("text=in.()", []),
        ("text=not.in.()", [9, 10, 11]),
        ("n=eq.2", [9]),
        ("n=lt.10.01", [9, 10]),
        ("at=gt.2026-03-01T12:00:00+01:00", [10]),
        ("at=gte.2026-03-01 11:00:00Z", [9, 10]),
        ("at=is.null", [11]),
        ("mood=eq.so so", [10]),
        ("mood=lt.so so", [9]),
        ("short=eq.ab", [9]),
        ("short=like.a%", [9, 10]),
        ("name=like.a b%", [10]),
        ("done=not.is.true", [9, 10]),
        ("done=is.unknown", [9, 10]),
    ],
)
def test_a_filter_passes_what_it_says(
    open_socket: Open, token: Token, ann: str, database: psycopg.Connection, text: str, ids: list[int]
) -> None:
    socket = open_socket()
    listen(socket, token(ann), table="letters", filter=text)
    with database.transaction():
        for letter in LETTERS:
            insert(database, owner=ann, **letter)
    everything = open_socket()
    listen(everything, token(ann), table="letters", filter="id=eq.99")
    insert(database, id=99, owner=ann)
    everything.hear("postgres_changes")
    socket.ask("phoenix", "heartbeat", {})
    received_ids = [
        m["payload"]["data"]["record"]["id"] for m in socket.heard if m["event"] == "postgres_changes"
    ]
    assert [number for number in received_ids if number != 99] == ids


@pytest.mark.parametrize(
    ("subscription", "words"),
    [
        ({"table": "unpublished"}, "Please check Realtime is enabled for the given connect parameters"),
        (
            {"table": "letters", "filter": "nothing=eq.1"},
            "Unable to subscribe to changes with given parameters. An exception happened so please check "
            "your connect parameters: [event: *, schema: public, table: letters, "
            'filters: [{"nothing", "eq", "1", false}], select: nil]. '
            "Exception: ERROR P0001 (raise_exception) invalid column for filter nothing",
        ),
        ({"table": "letters", "filter": "secret=eq.1"}, "invalid column for filter secret"),
        (
            {"table": "letters", "filter": "id=not.eq.one", "select": ["id", "text"]},
            '[event: *, schema: public, table: letters, filters: [{"id", "eq", "one", true}], '
            'select: ["id", "text"]]. Exception: ERROR 22P02 (invalid_text_representation) '
            'invalid input syntax for type integer: "one"',
        ),
        ({"table": "letters", "filter": "more=lt.{}x"}, "invalid input syntax for type json"),
        ({"table": "letters", "filter": "id=foo.1"}, 'Error parsing `filter` params: ["foo", "1"]'),
        (
            {"table": "letters", "filter": "id=like.1"},
            "operator like is not supported on column id of type integer: operator does not exist",
        ),
        (
            {"table": "letters", "filter": "bytes=ilike.x"},
            "operator ilike is not supported on column bytes of type bytea: ",
        ),
        (
            {"table": "letters", "filter": "text=match.(a"},
            "invalid regular expression for match filter: invalid regular expression: parentheses ()",
        ),
        ({"table": "letters", "filter": f"text=like.{'%' * 257}"}, "a pattern has at most 256 characters"),
        ({"table": "letters", "filter": r"text=match.(.+)x\1$"}, "a pattern has no references back"),
        ({"table": "letters", "filter": r"text=not.imatch.(.)\\\1"}, "a pattern has no references back"),
        (
            {"table": "letters", "filter": "text=is.true"},
            "(raise_exception) is true filter requires a boolean column, got text",
        ),
        ({"table": "letters", "select": ["id", "secret"]}, "invalid column for select secret"),
        ({"table": "*", "select": ["id"]}, "Column selection is not supported for wildcard subscriptions."),
        ({"table": "*", "filter": "id=eq.1"}, "A filter takes one schema and one table"),
        ({"table": "letters", "filter": ",".join(["id=eq.1"] * 101)}, "at most 100 filters"),
        ({"table": "letters", "filter": "id=eq." + "(" * 10_000}, "at most 10000 characters"),
        ({"table": "letters", "filter": "id=in.1"}, "must be wrapped by parentheses"),
        ({"table": "letters", "filter": "id=eq.1,,"}, "must not contain empty segments"),
        ({"table": "letters", "filter": "done=is.(select 1)"}, "must be null, true, false, or unknown"),
        ({"table": "letters", "filter": f"id=in.({','.join(['1'] * 101)})"}, "Maximum 100"),
        ({"schema": 5}, "No subscription params provided"),
    ],
)
def test_invalid_subscription_sends_an_error_and_channel_is_joined(
    open_socket: Open, token: Token, subscription: dict[str, object], words: str
) -> None:
    socket = open_socket()
    response = listen(socket, token(), **subscription)
    assert response["status"] == "ok" and response["system"]["status"] == "error"
    assert words in response["system"]["message"]


def test_pattern_that_is_costly_to_read_is_refused(open_socket: Open, token: Token) -> None:
    """By its time on a slow machine, by PostgreSQL's limit of its size on a quick one."""
    response = listen(open_socket(), token(), table="letters", filter=f"text=match.({TOO_SLOW})")
    message = response["system"]["message"]
    assert "A pattern takes too long" in message or "regular expression is too complex" in message


def test_filter_reveals_nothing_of_an_invisible_deleted_row(
    open_socket: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    database.execute("alter table letters replica identity full")
    guessing, by_key = open_socket(), open_socket()
    listen(guessing, token(), table="letters", filter="text=eq.private")
    listen(by_key, token(), table="letters", filter="id=eq.1")
    insert(database, id=1, owner=ann, text="private")
    database.execute("delete from letters")
    assert by_key.hear("postgres_changes")["data"]["old_record"] == {"id": 1}
    assert guessing.hears_nothing_before_a_heartbeat("postgres_changes")


def test_slow_patterns_close_their_channel_and_delay_no_other(
    open_socket: Open, database: psycopg.Connection
) -> None:
    """Of one address, which has one limit for all its sockets."""
    attackers = [open_socket(source="127.0.0.2") for _ in range(60)]
    fine, plain = open_socket(), open_socket("2.0.0")
    for number, slow in enumerate(attackers):
        joined = listen(slow, table="open_letters", filter=f"text=match.({SLOW}{number})")
        assert joined["system"]["status"] == "ok"
    listen(fine, table="open_letters", filter="text=like.a%")
    listen(plain, table="open_letters", filter="id=gt.0")
    database.execute("insert into open_letters values (1, 'ab', null)")
    for slow in attackers:
        message = slow.hear("system")
        assert (message["status"], message["message"]) == ("error", "The patterns of a filter take too long")
        assert slow.hear("phx_close") == {}
    database.execute("insert into open_letters values (2, 'ab', null)")
    for socket in (fine, plain):
        assert [socket.hear("postgres_changes")["data"]["record"]["id"] for _ in range(2)] == [1, 2]
    assert attackers[0].hears_nothing_before_a_heartbeat("postgres_changes")
