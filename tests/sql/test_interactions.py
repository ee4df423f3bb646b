"""record_interactions: all or nothing, once each, in the right month."""

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


def test_an_event_sent_again_does_nothing(db: psycopg.Connection, viewer: Person, film: UUID) -> None:
    first, second = event(film), event(film, type="share")
    assert record(db, first) == 1
    assert record(db, first, second, second) == 1
    assert stored(db) == 2


def test_metadata_comes_back_as_sent(db: psycopg.Connection, viewer: Person, film: UUID) -> None:
    metadata = {AWKWARD: AWKWARD, "none": None, "n": 1.5}
    record(db, event(film, metadata=metadata))
    assert db.execute("select metadata from interactions").fetchone() == (metadata,)


def test_an_event_lands_in_the_table_of_its_month(db: psycopg.Connection, viewer: Person, film: UUID) -> None:
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
        ("occurred_at", "yesterday-ish"),
        ("occurred_at", "1999-01-01"),
        ("occurred_at", "2999-01-01"),
    ],
)
def test_one_bad_event_is_named_and_nothing_is_written(
    db: psycopg.Connection, viewer: Person, film: UUID, field: str, bad: object
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused, db.transaction():
        record(db, event(film), event(film, **{field: bad}))
    assert refused.value.diag.message_detail == f'{{"event": 1, "field": "{field}"}}'
    assert stored(db) == 0


def test_an_unknown_item_is_refused_whole(db: psycopg.Connection, viewer: Person, film: UUID) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation), db.transaction():
        record(db, event(film), event(uuid4()))
    assert stored(db) == 0


def test_501_events_are_too_many(db: psycopg.Connection, viewer: Person, film: UUID) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        record(db, *(event(film) for _ in range(501)))


def test_anon_may_not_record(db: psycopg.Connection, film: UUID) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        record(db, event(film))


def test_interactions_cannot_be_written_past_the_function(
    db: psycopg.Connection, viewer: Person, film: UUID
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(
            "insert into interactions (rater_id, client_id, month, item_id, type, occurred_at) "
            "values (%s, %s, '2026-11-01', %s, 'view', now())",
            [viewer.rater_id, uuid4(), film],
        )
