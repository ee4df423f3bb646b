"""Announcing a search or a click: parameters, limits, and what may not fail."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.identity.kids import refused
from tests.sql.people import become
from tests.sql.platform.rate_limits import limit


def value(db: psycopg.Connection, query: str, *values: Any) -> Any:
    row = db.execute(query.encode(), values).fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize(
    ("search", "item", "position", "field"),
    [
        (None, uuid4(), 1, "search_id"),
        (uuid4(), None, 1, "item_id"),
        (uuid4(), uuid4(), 0, "position"),
        (uuid4(), uuid4(), 1001, "position"),
        (uuid4(), uuid4(), -1, "position"),
    ],
)
def test_invalid_click_is_refused_with_its_field(
    db: psycopg.Connection, search: UUID | None, item: UUID | None, position: int, field: str
) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as error:
        db.execute("select record_search_click(%s, %s, %s)", [search, item, position])
    assert f'"field": "{field}"' in str(error.value.diag.message_detail)


def test_clicks_of_anonymous_callers_are_limited_as_writes(db: psycopg.Connection) -> None:
    limit(db, "anon", 1)
    become(db, None, headers={"x-forwarded-for": "203.0.113.7"})
    db.execute("select private.check_request()")
    db.execute("select record_search_click(gen_random_uuid(), gen_random_uuid(), 1)")
    assert refused(db, "select private.check_request()") == "rate_limited"


@pytest.mark.parametrize(
    ("understood", "parts"),
    [
        (None, []),
        ({"like": None, "people": [], "dropped": [], "filters": {}, "corrections": []}, []),
        (
            {"like": {"title": "Jaws"}, "people": [{"name": "Irrfan Khan"}], "filters": {"year_to": 1999}},
            ["like", "people", "year_to"],
        ),
    ],
)
def test_parts_that_were_understood_are_named(
    db: psycopg.Connection, understood: object, parts: list[str]
) -> None:
    assert (
        value(db, "select private.understood_parts(%s)", Jsonb(understood) if understood else None) == parts
    )


def test_search_does_not_fail_if_it_cannot_be_announced(db: psycopg.Connection) -> None:
    """A payload of 8,000 bytes or more is refused by Postgres."""
    announce = "select private.announce_search('jaws', %s, null, null, 0, '[]', false)"
    assert value(db, announce, Jsonb({"note": "x" * 8000})) is None


@pytest.mark.parametrize(("is_read_only", "commit"), [(True, "off"), (False, "on")])
def test_commit_of_a_search_waits_for_the_disk_only_if_it_may_write(
    db: psycopg.Connection, is_read_only: bool, commit: str
) -> None:
    db.execute("set local synchronous_commit = 'on'")
    if is_read_only:
        db.execute("set transaction read only")
    db.execute("select search_content('jaws')")
    assert value(db, "select current_setting('synchronous_commit')") == commit
