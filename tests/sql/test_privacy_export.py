"""export_my_data: every row that is one's own, from every table there is, and nobody else's."""

import json
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.household import Household, household
from tests.sql.people import Person, become, item, person, rate

SECRETS = ("encrypted_password", "secret", "recovery_token", "refresh_token")


@pytest.fixture
def films(db: psycopg.Connection) -> list[UUID]:
    return [item(db, f"Film {number}") for number in range(3)]


@pytest.fixture
def home(db: psycopg.Connection, films: list[UUID]) -> Household:
    return household(db, films)


def export(db: psycopg.Connection, who: Person) -> dict[str, list[dict[str, Any]]]:
    become(db, who)
    row = db.execute("select export_my_data()").fetchone()
    db.execute("reset role")
    assert row
    return dict(row[0])


def test_an_export_holds_every_kind_of_row_of_the_caller(db: psycopg.Connection, home: Household) -> None:
    rows = {table: len(found) for table, found in export(db, home.owner).items()}
    expected = {
        "accounts": 1,
        "profiles": 2,
        "raters": 2,
        "ratings": 6,
        "interactions": 1,
        "consents": 1,
        "account_deletions": 1,
        "private.user_roles": 1,
        "private.audit_log": 2,
        "auth.users": 1,
        "auth.identities": 1,
        "auth.sessions": 1,
        "auth.mfa_factors": 1,
        "auth.audit_log_entries": 1,
    }
    assert {table: rows[table] for table in expected} == expected


def test_values_come_as_they_are_stored(db: psycopg.Connection, home: Household) -> None:
    found = export(db, home.owner)
    assert {row["name"] for row in found["profiles"]} == {"free_viewer", "Zoë; O'Neil & 😀"}
    assert found["interactions"][0]["metadata"] == {"note": "+%"}
    assert {row["id"] for row in found["raters"]} == {str(rater) for rater in home.profiles.values()}
    assert found["accounts"][0]["country"] is None


def test_an_export_holds_no_secret(db: psycopg.Connection, home: Household) -> None:
    found = export(db, home.owner)
    assert {"email", "last_sign_in_at"} <= found["auth.users"][0].keys()
    assert not [secret for secret in SECRETS if secret in json.dumps(found)]
    assert "auth.refresh_tokens" not in found


def test_an_export_of_a_newcomer_has_only_what_signing_up_made(db: psycopg.Connection) -> None:
    rows = {table: len(found) for table, found in export(db, person(db)).items()}
    assert {table for table, count in rows.items() if count} == {
        "accounts",
        "profiles",
        "raters",
        "auth.users",
    }


def test_anon_and_the_service_have_nothing_to_export(db: psycopg.Connection) -> None:
    for role in ("anon", "service_role"):
        become(db, None, role)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
            db.execute("select export_my_data()")


def test_a_token_of_a_user_who_is_gone_exports_nothing(db: psycopg.Connection) -> None:
    become(db, Person(uuid4(), uuid4(), uuid4()))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="requires an account"):
        db.execute("select export_my_data()")


def test_neighbours_are_exported_without_who_they_are(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    other = household(db, films, "other_viewer")
    first, second = sorted(home.profiles.values())
    for rater, neighbour in permutations((first, second, other.owner.rater_id), 2):
        db.execute(
            "insert into user_similarities (rater_id, neighbour_id, co_ratings) values (%s, %s, 3)",
            [rater, neighbour],
        )
    found = export(db, home.owner)
    rows = found["user_similarities"]
    assert sorted(row["rater_id"] for row in rows) == sorted([str(first), str(second)] * 2)
    assert {name for row in rows for name in row} == {"rater_id", "computed_at"}
    text = json.dumps(found)
    assert not [name for name in other.names(db) if name in text]


def test_a_table_made_tomorrow_is_in_the_export(db: psycopg.Connection, home: Household) -> None:
    """Reached by a composite key, two tables away, partitioned, and nobody told the inventory."""
    profile = home.owner.profile_id
    db.execute("create table private.decks (profile_id uuid references public.profiles, "
               'number int, "odd; name" text, primary key (profile_id, number))')  # fmt: skip
    db.execute("create table public.cards (deck_owner uuid, deck int, front text, month date, "
               "foreign key (deck_owner, deck) references private.decks (profile_id, number)) "
               "partition by range (month)")  # fmt: skip
    db.execute("create table private.cards_all partition of public.cards default")
    other = person(db, "other_viewer")
    for owner, text in ((profile, "mine"), (other.profile_id, "theirs")):
        db.execute("insert into private.decks values (%s, 1, %s)", [owner, text])
        db.execute("insert into cards values (%s, 1, %s, '2026-11-01')", [owner, text])
    found = export(db, home.owner)
    assert found["private.decks"] == [{"profile_id": str(profile), "number": 1, "odd; name": "mine"}]
    assert [row["front"] for row in found["cards"]] == ["mine"]
    assert not [table for table in found if "cards_all" in table]


def test_columns_that_name_other_people_are_left_out_where_they_do(
    db: psycopg.Connection, home: Household
) -> None:
    other = person(db, "other_viewer")
    db.execute("create table public.notes (account_id uuid references public.accounts, text text, "
               "written_by uuid references public.profiles)")  # fmt: skip
    db.execute(
        "insert into notes values (%(me)s, 'by me', %(mine)s), (%(me)s, 'by them', %(theirs)s), "
        "(%(them)s, 'not mine', %(mine)s), (%(me)s, 'by nobody', null)",
        {
            "me": home.owner.id,
            "them": other.id,
            "mine": home.owner.profile_id,
            "theirs": other.profile_id,
        },
    )
    notes = {row["text"]: row for row in export(db, home.owner)["notes"]}
    assert notes.keys() == {"by me", "by them", "by nobody"}
    assert notes["by me"]["written_by"] == str(home.owner.profile_id)
    assert "written_by" not in notes["by them"]
    assert notes["by nobody"]["written_by"] is None


def test_what_an_editor_made_is_not_a_way_to_what_others_say_of_it(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    """items is not personal: a column that tells who made a row leads nowhere."""
    db.execute("alter table public.items add column created_by uuid references auth.users")
    db.execute("update items set created_by = %s", [home.owner.id])
    other = person(db, "other_viewer")
    rate(db, other.rater_id, {films[0]: 1})
    found = export(db, home.owner)
    assert "items" not in found
    assert str(other.rater_id) not in json.dumps(found["ratings"])


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.integers(0, 2),
            st.sampled_from(["ratings", "interactions", "profiles", "consents"]),
        ),
        max_size=12,
    )
)
def test_whatever_two_people_do_each_exports_ones_own_rows_and_both_together_all(
    db: psycopg.Connection, films: list[UUID], acts: list[tuple[bool, int, str]]
) -> None:
    with db.transaction(force_rollback=True):
        people = [person(db, "free_viewer"), person(db, "other_viewer")]
        done = [{"ratings": 0, "interactions": 0, "profiles": 1, "consents": 0} for _ in people]
        for second, film, table in acts:
            done[second][table] += act(db, people[second], films[film], table)
        for place, who in enumerate(people):
            found = export(db, who)
            assert {table: len(found[table]) for table in done[place]} == done[place]
            other, text = people[1 - place], json.dumps(found)
            assert not [name for name in (other.id, other.profile_id, other.rater_id) if str(name) in text]


def act(db: psycopg.Connection, who: Person, film: UUID, table: str) -> int:
    """How many rows it made."""
    statement = {
        "ratings": "insert into ratings (rater_id, item_id, rating) values (%(rater)s, %(film)s, 3) "
        "on conflict (rater_id, item_id) do nothing",
        "interactions": "insert into interactions (rater_id, client_id, month, item_id, type, occurred_at) "
        "values (%(rater)s, gen_random_uuid(), '2026-11-01', %(film)s, 'view', '2026-11-02Z')",
        "profiles": "insert into profiles (account_id, name) select %(user)s, 'One more' "
        "where (select count(*) from profiles where account_id = %(user)s) < 5",
        "consents": "insert into consents (account_id, purpose, document_version, is_granted) "
        "values (%(user)s, 'marketing', '1', true)",
    }[table]
    return db.execute(statement, {"rater": who.rater_id, "user": who.id, "film": film}).rowcount
