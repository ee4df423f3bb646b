"""Row limits: a write of n rows costs n, in every table that clients write."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from local.temporary_stack import Stack
from tests.sql.people import Person, become, item, person, rate

FROM_THE_START = {
    "rows": (1000, 60),
    "ratings": (5000, 86400),
    "interactions": (20000, 86400),
    "consents": (100, 86400),
    "profiles": (10, 86400),
}


def limit(db: psycopg.Connection, seconds: int = 60, **rows: int) -> None:
    for scope, most in rows.items():
        db.execute(
            "insert into private.rate_limits values ('authenticated', %s, %s, %s) "
            "on conflict (role, scope) do update set requests = excluded.requests",
            [scope, most, seconds],
        )


def limit_as_from_the_start(db: psycopg.Connection) -> None:
    for scope, (rows, seconds) in FROM_THE_START.items():
        limit(db, seconds, **{scope: rows})


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


@pytest.fixture
def films(db: psycopg.Connection) -> list[UUID]:
    return [item(db, f"Film {number}") for number in range(8)]


def refused(db: psycopg.Connection, query: str, values: list[Any] | None = None) -> dict[str, Any]:
    """Run a query that must be refused; code, message, status and headers of the REST response."""
    with pytest.raises(psycopg.Error) as refusal, db.transaction():
        db.execute(query.encode(), values)
    assert refusal.value.sqlstate == "PGRST", refusal.value
    return {
        **json.loads(refusal.value.diag.message_primary or ""),
        **json.loads(refusal.value.diag.message_detail or ""),
    }


RATE = "insert into ratings (item_id, rating) select i, 4 from unnest(%s::uuid[]) as i"
RATE_OR_CHANGE = f"{RATE} on conflict (rater_id, item_id) do update set rating = 5 - ratings.rating / 2"
CONSENT = (
    "insert into consents (purpose, document_version, is_granted) "
    "select 'terms', n::text, true from generate_series(1, %s) as n"
)
CONSENT_BY_CALL = "select record_consent('terms', true, '1')"
PROFILE = "insert into profiles (account_id, name) values (%s, 'One more') returning id"


def events(films: list[UUID]) -> Jsonb:
    return Jsonb([{"client_id": str(uuid4()), "item_id": str(film), "type": "view"} for film in films])


def test_eighty_thousand_consents_in_one_write_are_refused(db: psycopg.Connection, viewer: Person) -> None:
    limit_as_from_the_start(db)
    become(db, viewer)
    assert refused(db, CONSENT, [80_000]) == {
        "code": "too_many_rows",
        "message": "80000 rows are too many: 100 may be written in 86400 s",
        "details": None,
        "hint": "Send them in smaller pieces.",
        "status": 413,
        "headers": {},
    }
    assert db.execute("select from consents").rowcount == 0


def test_every_way_to_write_ratings_counts_rows(
    db: psycopg.Connection, viewer: Person, films: list[UUID]
) -> None:
    limit(db, ratings=10)
    become(db, viewer)
    db.execute(RATE, [films[:4]])
    db.execute(RATE_OR_CHANGE, [films[2:5]])
    db.execute("update ratings set rating = 1 where item_id = any(%s)", [films[:2]])
    assert refused(db, RATE, [films[5:7]])["status"] == 429
    assert refused(db, RATE_OR_CHANGE, [films[:2]])["status"] == 429
    assert refused(db, "update ratings set rating = 2 where item_id = any(%s)", [films[:2]])["status"] == 429
    assert refused(db, "delete from ratings where item_id = any(%s)", [films[:2]])["status"] == 429
    db.execute("delete from ratings where item_id = %s", [films[0]])
    response = refused(db, "delete from ratings where item_id = %s", [films[1]])
    assert response["code"] == "rate_limited"
    assert 1 <= int(response["headers"]["Retry-After"]) <= 61
    assert response["message"] == f"Too many rows: try again in {response['headers']['Retry-After']} s"
    db.execute("update ratings set rating = 3 where item_id = %s", [films[7]])


def test_only_stored_events_count_as_rows(db: psycopg.Connection, viewer: Person, films: list[UUID]) -> None:
    limit(db, interactions=9)
    become(db, viewer)
    sent = events(films)
    db.execute("select record_interactions(%s)", [sent])
    db.execute("select record_interactions(%s)", [sent])
    assert refused(db, "select record_interactions(%s)", [events(films[:2])])["status"] == 429
    db.execute("select record_interactions(%s)", [events(films[:1])])


def test_consents_count_as_rows_by_function_and_table(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, consents=3)
    become(db, viewer)
    db.execute(CONSENT_BY_CALL)
    db.execute(CONSENT, [2])
    assert refused(db, CONSENT_BY_CALL)["status"] == 429
    assert refused(db, CONSENT, [1])["status"] == 429


def test_inserted_and_deleted_profiles_count_as_rows(db: psycopg.Connection, viewer: Person) -> None:
    limit_as_from_the_start(db)
    become(db, viewer)
    for _ in range(5):
        profile = db.execute(PROFILE, [viewer.id]).fetchall()[0][0]
        db.execute("delete from profiles where id = %s", [profile])
    assert refused(db, PROFILE, [viewer.id])["status"] == 429
    assert refused(db, PROFILE, [viewer.id])["code"] == "rate_limited"
    db.execute("update profiles set name = 'Renamed'")


def test_rows_of_all_tables_share_one_limit(
    db: psycopg.Connection, viewer: Person, films: list[UUID]
) -> None:
    limit(db, rows=10)
    become(db, viewer)
    db.execute(RATE, [films[:4]])
    db.execute("select record_interactions(%s)", [events(films[:4])])
    db.execute(CONSENT, [1])
    assert refused(db, CONSENT, [2])["status"] == 429
    assert refused(db, RATE, [films[4:6]])["status"] == 429
    assert refused(db, CONSENT, [11])["status"] == 413
    db.execute(PROFILE, [viewer.id])
    assert refused(db, PROFILE, [viewer.id])["status"] == 429


def test_thousand_ratings_in_one_write_are_accepted(db: psycopg.Connection, viewer: Person) -> None:
    limit_as_from_the_start(db)
    rows = db.execute(
        "insert into content (title) select 'Film ' || n from generate_series(1, 1001) as n returning id"
    ).fetchall()
    films = [row[0] for row in rows]
    become(db, viewer)
    assert refused(db, RATE, [films])["status"] == 413
    db.execute(RATE, [films[:1000]])
    assert refused(db, RATE, [films[1000:]])["status"] == 429


def test_rows_written_by_triggers_are_not_counted(
    db: psycopg.Connection, viewer: Person, films: list[UUID]
) -> None:
    """Otherwise a profile with many ratings could not be deleted."""
    rate(db, viewer.rater_id, dict.fromkeys(films, 4.0))
    limit(db, rows=2, ratings=1)
    become(db, viewer)
    db.execute(PROFILE, [viewer.id])
    db.execute("delete from profiles where id = %s", [viewer.profile_id])
    assert refused(db, PROFILE, [viewer.id])["status"] == 429


def test_row_limit_does_not_affect_other_users_and_the_service(
    db: psycopg.Connection, viewer: Person, films: list[UUID]
) -> None:
    limit(db, rows=1, ratings=1)
    become(db, viewer)
    db.execute(RATE, [films[:1]])
    assert refused(db, RATE, [films[1:2]])["status"] == 429
    become(db, person(db, "other_viewer"))
    db.execute(RATE, [films[:1]])
    become(db, None, "service_role")
    db.execute("insert into ratings (rater_id, item_id, rating) select %s, i, 4 from unnest(%s::uuid[]) as i",
               [viewer.rater_id, films[1:]])  # fmt: skip


def test_row_limit_is_free_again_after_its_window(
    db: psycopg.Connection, viewer: Person, films: list[UUID]
) -> None:
    limit(db, ratings=2)

    def later(seconds: int) -> None:
        db.execute("reset role")
        db.execute(
            "update private.rate_rows set written_at = written_at - make_interval(secs => %s) "
            "where caller = %s",
            [seconds, str(viewer.id)],
        )
        become(db, viewer)

    become(db, viewer)
    db.execute(RATE, [films[:2]])
    later(58)
    assert refused(db, RATE, [films[2:3]])["headers"]["Retry-After"] in {"1", "2", "3"}
    later(3)
    db.execute(RATE, [films[2:4]])
    assert refused(db, RATE, [films[4:5]])["status"] == 429


def test_retry_after_is_when_enough_rows_are_free(
    db: psycopg.Connection, viewer: Person, films: list[UUID]
) -> None:
    limit(db, ratings=4)
    become(db, viewer)
    for age, rated in ((40, films[:1]), (20, films[1:4])):
        db.execute(RATE, [rated])
        db.execute("reset role")
        db.execute(
            "update private.rate_rows set written_at = written_at - make_interval(secs => %s) "
            "where caller = %s",
            [age, str(viewer.id)],
        )
        become(db, viewer)
    # The first is 60 s old, and free within two; the three after it in 40 s.
    waits = [int(refused(db, RATE, [films[4:6]])["headers"]["Retry-After"])]
    assert 38 <= waits[0] <= 42


@pytest.fixture
def committed(stack: Stack) -> Iterator[tuple[str, Person]]:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        limit(connection, 3600, consents=30)
        who = person(connection)
        yield stack.database_url, who
        connection.execute("delete from private.rate_limits")
        connection.execute("delete from auth.users where id = %s", [who.id])


def test_concurrent_writers_store_exactly_the_row_limit(committed: tuple[str, Person]) -> None:
    url, who = committed

    def client(_: int) -> int:
        written = 0
        with psycopg.connect(url, autocommit=True) as connection:
            for _ in range(3):
                try:
                    with connection.transaction():
                        become(connection, who)
                        connection.execute(CONSENT, [3])
                    written += 3
                except psycopg.Error as error:
                    assert error.sqlstate == "PGRST", error
        return written

    with ThreadPoolExecutor(16) as clients:
        assert sum(clients.map(client, range(16))) == 30
    with psycopg.connect(url) as connection:
        rows = connection.execute("select count(*) from consents where account_id = %s", [who.id]).fetchone()
    assert rows == (30,)


def test_rolled_back_rows_are_not_counted(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, consents=2)
    become(db, viewer)
    for _ in range(3):
        with pytest.raises(psycopg.errors.CheckViolation), db.transaction():
            db.execute(CONSENT, [2])
            db.execute(
                "insert into consents (purpose, document_version, is_granted) values ('terms', ' ', true)"
            )
    db.execute(CONSENT, [2])


@pytest.mark.parametrize("who", ["anon", "authenticated"])
def test_client_cannot_delete_counted_rows(db: psycopg.Connection, viewer: Person, who: str) -> None:
    become(db, viewer if who == "authenticated" else None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("delete from private.rate_rows")


def test_export_has_the_count_of_written_rows(db: psycopg.Connection, viewer: Person) -> None:
    limit(db, consents=9)
    become(db, viewer)
    db.execute(CONSENT, [2])
    row = db.execute("select export_my_data() #> '{private.rate_rows,0}'").fetchone()
    assert row
    assert row[0].keys() == {"scope", "written_at", "written"}
    assert (row[0]["scope"], row[0]["written"]) == ("consents", 2)
