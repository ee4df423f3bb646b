"""Pure functions of Realtime: encodings, filters, presence, rates, and pgoutput."""

import json
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.rates import BURST, SWEEP_AT, Rate, Rates
from local.realtime import filters, joins, snapshots
from local.realtime.filters import Filter, FilterError
from local.realtime.messages import V1, V2, VERSIONS, Binary, Message, Unreadable, decode, encode
from local.realtime.pgoutput import Change, Reader
from local.realtime.presence import LARGEST, Full, Presences
from local.realtime.subscriptions import request_id
from local.realtime.tokens import Refused

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(), JSON)
REFS = st.none() | st.text(min_size=1)


@given(st.text(), st.text(), OBJECTS, REFS, REFS)
def test_a_message_is_read_as_it_was_written(
    topic: str, event: str, payload: dict[str, Any], ref: str | None, join_ref: str | None
) -> None:
    message = Message(topic, event, payload, ref, join_ref)
    for version, expected in ((V2, message), (V1, Message(topic, event, payload, ref, None))):
        frame = encode(message, version)
        assert frame is not None
        assert decode(frame, version) == expected
        assert frame.encode() if isinstance(frame, str) else frame


@given(st.text() | st.binary())
def test_any_frame_is_a_message_or_unreadable(frame: str | bytes) -> None:
    for version in VERSIONS:
        try:
            assert isinstance(decode(frame, version), Message)
        except Unreadable:
            continue


PRINTABLE = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
NAMES = st.text(PRINTABLE, max_size=60)


@given(NAMES, NAMES, NAMES, NAMES, st.binary())
def test_a_binary_broadcast_is_read_by_its_sizes(
    join_ref: str, ref: str, topic: str, event: str, content: bytes
) -> None:
    words = [word.encode() for word in (join_ref, ref, topic, event, "")]
    frame = struct.pack("7B", 3, *map(len, words), 0) + b"".join(words) + content
    expected = Message(topic, "broadcast", Binary(event, False, content), ref or None, join_ref or None)
    assert decode(frame, V2) == expected
    encoded = encode(Message(topic, "broadcast", Binary(event, False, content)), V2)
    sizes = len(topic.encode()), len(event.encode())
    assert encoded == struct.pack("5B", 4, *sizes, 0, 0) + (topic + event).encode() + content
    assert encode(Message(topic, "broadcast", Binary(event, False, content)), V1) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("  ", ()),
        ("id=eq.1", (Filter("id", "eq", "1", False),)),
        ("id=not.eq.1", (Filter("id", "eq", "1", True),)),
        ("a=in.(x,y z),b=lt.2", (Filter("a", "in", "{x,y z}", False), Filter("b", "lt", "2", False))),
        ('a=eq."x,y",b=is.null', (Filter("a", "eq", "x,y", False), Filter("b", "is", "null", False))),
        ('a=in.("x,y","(z")', (Filter("a", "in", '{"x,y","(z"}', False),)),
        (r'a=eq."q\"u\\o"', (Filter("a", "eq", 'q"u\\o', False),)),
        ("a=eq.b=c.d", (Filter("a", "eq", "b=c.d", False),)),
        ('a=eq.5" long', (Filter("a", "eq", '5" long', False),)),
        ("a=eq.", (Filter("a", "eq", "", False),)),
        ('a=not.ilike."%x, b%"', (Filter("a", "ilike", "%x, b%", True),)),
        (r"a=match.^\d+\.(x|y)$", (Filter("a", "match", r"^\d+\.(x|y)$", False),)),
    ],
)
def test_a_filter_is_read(text: str, expected: tuple[Filter, ...]) -> None:
    assert filters.read(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("undefined", '["undefined"]'),
        ("a=eq", '["eq"]'),
        ("subject=foo.hey", '["foo", "hey"]'),
        ("a=not.foo.b.c", '["foo", "b.c"]'),
        ("=,", '[""]'),
        ("a=in.1", "`in` filter value must be wrapped by parentheses"),
        ("a=eq.1,", "filter must not contain empty segments (check for extra commas)"),
        ("a=like." + "x" * 257, "a pattern has at most 256 characters"),
    ],
)
def test_invalid_filter_is_refused(text: str, words: str) -> None:
    with pytest.raises(FilterError) as error:
        filters.read(text)
    assert str(error.value) == words


@given(st.text())
def test_nothing_is_lost_in_splitting_filters(text: str) -> None:
    assert ",".join(filters.split(text)) == text


ACTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y"]), st.none() | st.integers(0, 2)), max_size=30
)


@given(ACTS, st.integers(1, 5))
def test_diffs_lead_to_the_state(acts: list[tuple[str, str, int | None]], every: int) -> None:
    """As clients apply them: joins first, then leaves by reference."""
    presences, keys = Presences(), dict[str, str]()
    states: dict[str, list[dict[str, Any]]] = {}

    def hear() -> None:
        diff = presences.take_diff()
        for key, metas in diff.joins.items():
            states.setdefault(key, []).extend(metas)
        for key, metas in diff.leaves.items():
            references = {meta["phx_ref"] for meta in metas}
            states[key] = [meta for meta in states[key] if meta["phx_ref"] not in references]

    for n, (member, key, payload) in enumerate(acts):
        if payload is None:
            presences.untrack(member)
        else:
            presences.track(member, keys.setdefault(member, key), {"told": payload})
        if n % every == 0:
            hear()
    hear()

    def sorted_metas(state: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
        return {key: sorted(meta["phx_ref"] for meta in metas) for key, metas in state.items() if metas}

    assert sorted_metas(states) == sorted_metas(
        {key: presence["metas"] for key, presence in presences.state().items()}
    )


def test_a_rate_allows_a_burst_and_then_what_it_says() -> None:
    now = 0.0
    rate = Rate(2, clock=lambda: now)
    assert [rate.take() for _ in range(2 * BURST + 1)] == [True] * 2 * BURST + [False]
    now = 1.0
    assert [rate.take() for _ in range(3)] == [True, True, False]
    now = 1000.0
    assert sum(rate.take() for _ in range(100)) == 2 * BURST


def test_a_rate_says_how_long_to_wait() -> None:
    now = 0.0
    rate = Rate(2, clock=lambda: now)
    assert rate.take(2 * BURST - 3) and not rate.take(4)
    assert (rate.wait(3), rate.wait(4), rate.wait(20)) == (0, 0.5, 8.5)
    now = 0.5
    assert rate.wait(4) == 0 and rate.take(4) and not rate.take()


def test_a_caller_is_forgotten_once_its_bucket_is_full_again() -> None:
    now = 0.0
    rates = Rates(1, clock=lambda: now)
    for n in range(SWEEP_AT - 1):
        assert rates.of(f"caller {n}").take()
    now = 10.0
    assert rates.of("late").take(BURST)
    assert not rates.of("one more").take(BURST + 1)
    assert set(rates.by_caller) == {"late", "one more"}
    assert not rates.of("late").take()


def test_presence_is_counted_in_bytes_as_it_comes_and_goes() -> None:
    presences, payload = Presences(), {"text": "x" * (LARGEST // 2 - 200)}
    assert presences.track("a", "a", payload) and presences.track("b", "b", {**payload, "n": 1})
    with pytest.raises(Full):
        presences.track("c", "c", payload)
    assert presences.track("a", "a", {**payload, "n": 2})
    assert presences.untrack("b") and presences.track("c", "c", payload)
    assert presences.untrack("a") and presences.untrack("c")
    assert presences.size == 0 and presences.state() == {}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, (False, False, False, True)),
        ({"config": None}, (False, False, False, True)),
        (
            {"config": {"private": "true", "broadcast": {"ack": True, "self": "TRUE"}}},
            (True, True, True, True),
        ),
        ({"config": {"private": 1, "broadcast": [], "presence": {}}}, (False, False, False, False)),
        ({"config": {"presence": {"enabled": True}}}, (False, False, False, True)),
    ],
)
def test_a_join_is_read_and_what_is_wrong_in_it_counts_as_not_given(
    payload: dict[str, Any], expected: tuple[bool, ...]
) -> None:
    join = joins.read("realtime:x", payload, 100)
    assert (join.private, join.acknowledge, join.hear_self, join.presence) == expected


@pytest.mark.parametrize(
    ("key", "expected"), [("ann", "ann"), (5, "5"), ("", None), (None, None), ({}, None), (True, None)]
)
def test_a_presence_key_is_a_text_or_made(key: object, expected: str | None) -> None:
    presence_key = joins.read("realtime:x", {"config": {"presence": {"key": key}}}, 100).presence_key
    assert presence_key == expected or (expected is None and len(presence_key) == 36)
    with pytest.raises(Refused):
        joins.read("realtime:x", {"config": {"presence": {"key": "k" * 101}}}, 100)


@given(OBJECTS)
def test_the_same_request_has_the_same_number_that_javascript_holds(request: dict[str, Any]) -> None:
    again = json.loads(json.dumps(dict(reversed(request.items()))))
    assert request_id(request) == request_id(again)
    assert 0 <= request_id(request) < 2**31


def text(value: str) -> bytes:
    return value.encode() + b"\0"


def cell(value: str | None) -> bytes:
    return b"n" if value is None else b"t" + struct.pack(">I", len(value.encode())) + value.encode()


RELATION = (
    b"R" + struct.pack(">I", 7) + text("public") + text("Odd Name") + b"d" + struct.pack(">H", 2)
    + b"\x01" + text("id") + struct.pack(">Ii", 23, -1)
    + b"\x00" + text("text") + struct.pack(">Ii", 25, -1)
)  # fmt: skip
BEGIN = b"B" + struct.pack(">qqI", 1, 86_400_000_000, 5)
COMMIT = b"C" + struct.pack(">Bqqq", 0, 1, 2, 0)


def row(*cells: bytes) -> bytes:
    return struct.pack(">H", len(cells)) + b"".join(cells)


@pytest.mark.parametrize(
    ("message", "kind", "new", "old"),
    [
        (b"I" + b"\0\0\0\7N" + row(cell("1"), cell("é")), "INSERT", {"id": "1", "text": "é"}, {}),
        (b"U" + b"\0\0\0\7N" + row(cell("1"), cell(None)), "UPDATE", {"id": "1", "text": None}, {"id": "1"}),
        (b"U" + b"\0\0\0\7N" + row(cell("1"), b"u"), "UPDATE", {"id": "1"}, {"id": "1"}),
        (
            b"U" + b"\0\0\0\7K" + row(cell("1"), b"n") + b"N" + row(cell("2"), cell("x")),
            "UPDATE",
            {"id": "2", "text": "x"},
            {"id": "1"},
        ),
        (
            b"U" + b"\0\0\0\7O" + row(cell("1"), cell("a")) + b"N" + row(cell("1"), cell("")),
            "UPDATE",
            {"id": "1", "text": ""},
            {"id": "1", "text": "a"},
        ),
        (b"D" + b"\0\0\0\7K" + row(cell("1"), b"n"), "DELETE", {}, {"id": "1"}),
        (b"D" + b"\0\0\0\7O" + row(cell("1"), cell("a")), "DELETE", {}, {"id": "1", "text": "a"}),
    ],
)
def test_a_change_is_read(message: bytes, kind: str, new: dict[str, str], old: dict[str, str]) -> None:
    reader = Reader()
    assert [reader.read(other) for other in (BEGIN, RELATION)] == [None, None]
    change = reader.read(message)
    assert isinstance(change, Change)
    assert (change.kind, change.new, change.old) == (kind, new, old)
    assert (change.relation.schema, change.relation.table) == ("public", "Odd Name")
    assert (change.committed_at, change.transaction) == (datetime(2000, 1, 2, tzinfo=UTC), 5)
    assert reader.read(COMMIT) is None


@pytest.mark.parametrize(
    ("snapshot", "transaction", "seen"),
    [
        ("10:10:", 9, True),
        ("10:10:", 10, False),
        ("10:10:", 11, False),
        ("7:10:7,9", 7, False),
        ("7:10:7,9", 8, True),
        (f"{2**32 + 5}:{2**32 + 5}:", 4, True),
        (f"{2**32 + 5}:{2**32 + 5}:", 2**32 - 1, True),
        (f"{2**32 - 1}:{2**32 + 5}:{2**32 - 1},{2**32 + 3}", 2**32 - 1, False),
        (f"{2**32 - 1}:{2**32 + 5}:{2**32 - 1},{2**32 + 3}", 3, False),
        (f"{2**32 - 1}:{2**32 - 1}:", 3, False),
    ],
)
def test_a_transaction_is_seen_by_a_snapshot_that_began_after_its_end(
    snapshot: str, transaction: int, seen: bool
) -> None:
    assert snapshots.sees(snapshot, transaction) is seen
