"""Which profile of an account acts, and what follows from it."""

import json
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.identity.kids import acting
from tests.sql.identity.profiles import add
from tests.sql.people import Person, become, item, person, rate

UNKNOWN = "7d3f0f5e-0d0e-4c55-9a3e-3b6f2b8f6d10"


def test_header_selects_the_acting_profile(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    other = add(db)
    assert acting(db) == viewer.profile_id
    become(db, viewer, headers={"x-profile-id": str(other)})
    assert acting(db) == other
    become(db, viewer, headers={"x-profile-id": str(other).upper()})
    assert acting(db) == other


@pytest.mark.parametrize("named", ["", "x", "null", "' or 1=1 --", "😀", UNKNOWN, "0", "{}"])
def test_header_without_an_own_profile_selects_none(
    db: psycopg.Connection, viewer: Person, named: str
) -> None:
    become(db, viewer, headers={"x-profile-id": named})
    assert acting(db) is None


def test_header_with_another_accounts_profile_gives_no_access(db: psycopg.Connection, viewer: Person) -> None:
    film = item(db, "A film")
    rate(db, viewer.rater_id, {film: 4})
    become(db, person(db, "other_viewer"), headers={"x-profile-id": str(viewer.profile_id)})
    assert acting(db) is None
    assert db.execute("select count(*) from ratings").fetchone() == (0,)
    with pytest.raises(psycopg.Error) as refusal:
        db.execute("insert into ratings (item_id, rating) values (%s, 5)", [film])
    assert refusal.value.sqlstate in ("42501", "23502")


@pytest.mark.parametrize("sub", ["some one", "", None, 7, UNKNOWN])
def test_token_without_a_known_user_has_no_profile(db: psycopg.Connection, sub: object) -> None:
    claims = json.dumps({"role": "authenticated", "sub": sub})
    db.execute(
        "select set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true)",
        [claims],
    )
    assert acting(db) is None


def test_ratings_interactions_and_lists_follow_the_header(db: psycopg.Connection, viewer: Person) -> None:
    seen, other = item(db, "Seen"), item(db, "Other")
    become(db, viewer)
    second = add(db)
    become(db, viewer, headers={"x-profile-id": str(second)})
    db.execute("insert into ratings (item_id, rating) values (%s, 4.5)", [seen])
    event = {"client_id": str(uuid4()), "item_id": str(seen), "type": "complete"}
    db.execute("select record_interactions(%s)", [Jsonb([event])])
    listed = db.execute("select id from get_recommendations(200)").fetchall()
    assert (seen,) not in listed and (other,) in listed
    for table in ("ratings", "interactions"):
        assert db.execute(f"select count(*) from {table}").fetchone() == (1,)
    become(db, viewer)
    for table in ("ratings", "interactions"):
        assert db.execute(f"select count(*) from {table}").fetchone() == (0,)
    assert (seen,) in db.execute("select id from get_recommendations(200)").fetchall()
    named = db.execute("select id from get_recommendations(200, profile_id => %s)", [second]).fetchall()
    assert (seen,) not in named


@pytest.mark.parametrize(
    ("is_kids", "maturity", "seen"),
    [
        (False, "R", {"G", "PG", "PG-13", "R"}),
        (True, "R", {"G", "PG"}),
        (True, "PG-13", {"G", "PG"}),
        (True, "G", {"G"}),
        (False, "PG", {"G", "PG"}),
    ],
)
def test_popular_list_stops_at_the_profile_maturity_rating(
    db: psycopg.Connection, viewer: Person, is_kids: bool, maturity: str, seen: set[str]
) -> None:
    for rating in ("G", "PG", "PG-13", "R", "NC-17"):
        db.execute(
            "insert into content (kind, title, maturity_rating, popularity) values ('movie', %s, %s, 1e7)",
            [f"Rated {rating}", rating],
        )
    become(db, viewer)
    db.execute("update profiles set is_kids = %s, maturity_rating = %s", [is_kids, maturity])
    titles = {row[0] for row in db.execute("select title from get_popular_items(200, \"kind\" => 'movie')")}
    assert {title.removeprefix("Rated ") for title in titles if title.startswith("Rated ")} == seen
