"""record_interactions: atomic, idempotent, in the partition of the month."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, item, person

AWKWARD = """a +b "c" 'd'; & 50% , {} \\ 😀 שלום"""


@pytest.fixture
def film(db: psycopg.Connection) -> UUID:
    return item(db, "A film")


@pytest.fixture
def viewer(db: psycopg.Connection, film: UUID) -> Person:
    viewer = person(db)
    become(db, viewer)
    return viewer


def event(film: UUID, **fields: object) -> dict[str, object]:
    return {"client_id": str(uuid4()), "item_id": str(film), "type": "view", **fields}


def record(db: psycopg.Connection, *events: object) -> int:
    row = db.execute("select record_interactions(%s)", [Jsonb(list(events))]).fetchone()
    assert row
    return int(row[0])


def stored(db: psycopg.Connection) -> int:
    row = db.execute("select count(*) from interactions").fetchone()
    assert row
    return int(row[0])


def test_repeated_event_is_stored_once(db: psycopg.Connection, viewer: Person, film: UUID) -> None:
    first, second = event(film), event(film, type="share")
    assert record(db, first) == 1
    assert record(db, first, second, second) == 1
    assert stored(db) == 2


def test_event_metadata_is_stored_as_sent(db: psycopg.Connection, viewer: Person, film: UUID) -> None:
    metadata = {AWKWARD: AWKWARD, "none": None, "n": 1.5}
    record(db, event(film, metadata=metadata))
    assert db.execute("select metadata from interactions").fetchone() == (metadata,)


def test_event_is_stored_in_the_partition_of_its_month(
    db: psycopg.Connection, viewer: Person, film: UUID
) -> None:
    then = datetime.now(UTC) - timedelta(days=28)
    record(db, event(film, occurred_at=then.isoformat()))
    row = db.execute("select tableoid::regclass::text, month from interactions").fetchone()
    assert row == (f"private.interactions_{then:%Y_%m}", then.date().replace(day=1))


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("client_id", "x"),
        ("client_id", None),
        ("item_id", 7),
        ("type", "watch"),
        ("type", None),
        ("metadata", [1]),
        ("metadata", {"x": "y" * 2001}),
        ("occurred_at", "1999-01-01T00:00:00Z"),
        ("occurred_at", "2999-01-01T00:00:00Z"),
    ],
)
def test_invalid_event_is_reported_and_no_event_is_stored(
    db: psycopg.Connection, viewer: Person, film: UUID, field: str, bad: object
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused, db.transaction():
        record(db, event(film), event(film, **{field: bad}))
    assert faults(refused.value) == (1, field, [(1, field)])
    assert stored(db) == 0


def faults(refused: psycopg.Error) -> tuple[int, str, list[tuple[int, str]]]:
    """Index and field of the first invalid event, and of all of them."""
    detail = json.loads(refused.diag.message_detail or "")
    return detail["event"], detail["field"], [(fault["event"], fault["field"]) for fault in detail["faults"]]


def test_every_invalid_event_is_reported(db: psycopg.Connection, viewer: Person, film: UUID) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        record(db, event(film, type="watch"), event(film), 7, event(film, occurred_at="now"))
    assert faults(refused.value) == (0, "type", [(0, "type"), (2, "object"), (3, "occurred_at")])


TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.mark.parametrize(
    "bad",
    [
        *["yesterday", "now", "today", "tomorrow", "infinity", "-infinity", "epoch", "", " ", "J2461375"],
        *[f"{TODAY}", f"{TODAY} 00:00:00+00", f"{TODAY}T00:00:00", f"{TODAY}T00:00Z", f"{TODAY}T000000Z"],
        *[f"{TODAY}T00:00:00 UTC", f"{TODAY}T00:00:00 Europe/Vienna", f"{TODAY}T00:00:00z"],
        *[f"{TODAY}t00:00:00Z"],
        *[f" {TODAY}T00:00:00Z", f"{TODAY}T00:00:00Z\n", f"{TODAY}T00:00:00Z BC", f"{TODAY}T00:00:00+25:00"],
        *["2026-02-30T00:00:00Z", "11/30/2026", "30 Nov 2026 00:00:00 GMT", "Mon, 30 Nov 2026 00:00:00 GMT"],
        *["\u0662\u0660\u0662\u0666-11-30T00:00:00Z", 1796000000, 1.5, True, [], {}, [f"{TODAY}T00:00:00Z"]],
    ],
)  # fmt: skip
def test_timestamp_that_is_not_iso_with_a_zone_is_refused(
    db: psycopg.Connection, viewer: Person, film: UUID, bad: object
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        record(db, event(film, occurred_at=bad))
    assert faults(refused.value) == (0, "occurred_at", [(0, "occurred_at")])


@pytest.mark.parametrize(
    ("form", "zone"),
    [("%Y-%m-%dT%H:%M:%SZ", 0), ("%Y-%m-%dT%H:%M:%S.%f+05:30", 5.5), ("%Y-%m-%dT%H:%M:%S-0800", -8)],
)
def test_event_time_is_stored_as_sent(
    db: psycopg.Connection, viewer: Person, film: UUID, form: str, zone: float
) -> None:
    then = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    record(db, event(film, occurred_at=(then + timedelta(hours=zone)).strftime(form)))
    assert db.execute("select occurred_at from interactions").fetchone() == (then,)


@pytest.mark.parametrize("missing", [{}, {"occurred_at": None}])
def test_event_without_a_time_occurs_now(
    db: psycopg.Connection, viewer: Person, film: UUID, missing: dict[str, None]
) -> None:
    record(db, event(film, **missing))
    is_now = "select occurred_at between now() and clock_timestamp() from interactions"
    assert db.execute(is_now).fetchone() == (True,)


def test_event_time_up_to_a_minute_ahead_is_stored_as_now(
    db: psycopg.Connection, viewer: Person, film: UUID
) -> None:
    row = db.execute("select now()").fetchone()
    assert row
    record(db, event(film, occurred_at=(row[0] + timedelta(seconds=60)).isoformat()))
    is_now = "select occurred_at between now() and clock_timestamp() from interactions"
    assert db.execute(is_now).fetchone() == (True,)


@pytest.mark.parametrize(
    "offset", [timedelta(seconds=61), timedelta(hours=23), timedelta(days=-30, seconds=-1)], ids=str
)
def test_event_time_ahead_or_older_than_30_days_is_refused(
    db: psycopg.Connection, viewer: Person, film: UUID, offset: timedelta
) -> None:
    row = db.execute("select now()").fetchone()
    assert row
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        record(db, event(film, occurred_at=(row[0] + offset).isoformat()))


def test_event_of_an_unknown_item_rejects_the_whole_call(
    db: psycopg.Connection, viewer: Person, film: UUID
) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation), db.transaction():
        record(db, event(film), event(uuid4()))
    assert stored(db) == 0


def test_more_than_500_events_are_refused(db: psycopg.Connection, viewer: Person, film: UUID) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        record(db, *(event(film) for _ in range(501)))


def test_anon_cannot_record_events(db: psycopg.Connection, film: UUID) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        record(db, event(film))


def test_viewer_cannot_insert_interactions_directly(
    db: psycopg.Connection, viewer: Person, film: UUID
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(
            "insert into interactions (rater_id, client_id, month, item_id, type, occurred_at) "
            "values (%s, %s, '2026-11-01', %s, 'view', now())",
            [viewer.rater_id, uuid4(), film],
        )
