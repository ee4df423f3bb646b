"""Rows of users: each user reads and writes only its own; sign-up creates account, profile and rater."""

from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, item, person, rate

OWN_ROWS = {
    "accounts": "id = %(user)s",
    "profiles": "account_id = %(user)s",
    "raters": "id = %(rater)s",
    "ratings": "rater_id = %(rater)s",
    "interactions": "rater_id = %(rater)s",
}


@pytest.fixture
def film(db: psycopg.Connection) -> UUID:
    return item(db, "A film")


@pytest.fixture
def free_viewer(db: psycopg.Connection, film: UUID) -> Person:
    viewer = person(db, "free_viewer")
    rate(db, viewer.rater_id, {film: 4})
    event = {"client_id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "item_id": str(film), "type": "view"}
    become(db, viewer)
    db.execute("select record_interactions(%s)", [Jsonb([event])])
    db.execute("reset role")
    return viewer


def count(db: psycopg.Connection, table: str, who: Person) -> tuple[object, ...] | None:
    query = f"select count(*) from {table} where {OWN_ROWS[table]}"
    return db.execute(query, {"user": who.id, "rater": who.rater_id}).fetchone()


@pytest.mark.parametrize("table", OWN_ROWS)
def test_viewer_sees_own_row(db: psycopg.Connection, free_viewer: Person, table: str) -> None:
    become(db, free_viewer)
    assert count(db, table, free_viewer) == (1,)


@pytest.mark.parametrize("table", OWN_ROWS)
def test_viewer_cannot_see_another_viewers_row(
    db: psycopg.Connection, free_viewer: Person, table: str
) -> None:
    become(db, person(db, "other_viewer"))
    assert count(db, table, free_viewer) == (0,)


@pytest.mark.parametrize("table", OWN_ROWS)
def test_anon_cannot_read_tables_of_users(db: psycopg.Connection, free_viewer: Person, table: str) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        count(db, table, free_viewer)


def test_viewer_cannot_read_user_similarities(db: psycopg.Connection, free_viewer: Person) -> None:
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select * from user_similarities")


def test_viewer_cannot_rate_as_another_rater(db: psycopg.Connection, free_viewer: Person, film: UUID) -> None:
    become(db, person(db, "other_viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        rate(db, free_viewer.rater_id, {film: 1})


def test_viewer_cannot_change_or_delete_another_rating(db: psycopg.Connection, free_viewer: Person) -> None:
    become(db, person(db, "other_viewer"))
    assert db.execute("update ratings set rating = 1").rowcount == 0
    assert db.execute("delete from ratings").rowcount == 0


def test_viewer_cannot_move_a_rating_to_another_rater(db: psycopg.Connection, free_viewer: Person) -> None:
    other = person(db, "other_viewer")
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        db.execute("update ratings set rater_id = %s", [other.rater_id])


@pytest.mark.parametrize("table", ["items", "content", "books", "genres", "item_stats", "item_embeddings"])
def test_viewer_cannot_write_the_catalog(db: psycopg.Connection, free_viewer: Person, table: str) -> None:
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"delete from {table}")


@pytest.mark.parametrize("rating", [0, 0.25, 0.7, 5.5, 9, -1, "NaN", "Infinity"])
def test_rating_outside_the_half_steps_is_refused(
    db: psycopg.Connection, free_viewer: Person, rating: object
) -> None:
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.CheckViolation, match=r"must be .* in half steps"):
        db.execute("update ratings set rating = %s", [rating])


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"display_name": "  Zoë  "}, "Zoë"),
        ({"display_name": """O'Neil "+;&%,😀 שלום"""}, """O'Neil "+;&%,😀 שלום"""),
        ({"display_name": "x" * 300}, "x" * 100),
        ({"display_name": None}, "someone"),
        ({"display_name": {"first": 1}}, '{"first": 1}'),
        ({}, "someone"),
        (None, "someone"),
    ],
)
def test_new_user_gets_an_account_and_a_named_default_profile(
    db: psycopg.Connection, metadata: object, name: str
) -> None:
    user = db.execute(
        "insert into auth.users (id, email, raw_user_meta_data) "
        "values (gen_random_uuid(), 'someone@example.com', %s) returning id",
        [Jsonb(metadata)],
    ).fetchone()
    row = db.execute(
        "select a.display_name, p.name, p.is_default, p.maturity_rating, p.language_preference "
        "from accounts a join profiles p on p.account_id = a.id where a.id = %s",
        user,
    ).fetchone()
    assert row == (name, name, True, "NC-17", "en")


def test_anonymous_user_gets_a_profile(db: psycopg.Connection) -> None:
    user = db.execute(
        "insert into auth.users (id, is_anonymous) values (gen_random_uuid(), true) returning id"
    ).fetchone()
    assert db.execute("select name from profiles where account_id = %s", user).fetchone() == ("Me",)


def test_changed_email_is_copied_to_the_account(db: psycopg.Connection, free_viewer: Person) -> None:
    db.execute("update auth.users set email = 'new@example.com' where id = %s", [free_viewer.id])
    row = db.execute("select email from accounts where id = %s", [free_viewer.id]).fetchone()
    assert row == ("new@example.com",)


def test_token_hook_adds_roles_and_keeps_other_claims(db: psycopg.Connection, free_viewer: Person) -> None:
    db.execute(
        "insert into private.user_roles (user_id, role) values (%s, 'tutor'), (%s, 'editor')",
        [free_viewer.id] * 2,
    )
    event = {
        "user_id": str(free_viewer.id),
        "claims": {"role": "authenticated", "app_metadata": {"provider": "email"}},
    }
    row = db.execute("select private.custom_access_token_hook(%s)", [Jsonb(event)]).fetchone()
    assert row
    assert row[0]["claims"] == {
        "role": "authenticated",
        "app_metadata": {"provider": "email", "roles": ["editor", "tutor"], "tier": "free"},
    }


def test_viewer_cannot_call_the_token_hook(db: psycopg.Connection, free_viewer: Person) -> None:
    become(db, free_viewer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select private.custom_access_token_hook('{}')")


def test_own_ratings_are_read_by_index_with_one_caller_lookup(
    db: psycopg.Connection, free_viewer: Person
) -> None:
    become(db, free_viewer)
    db.execute("set local enable_seqscan = off")
    plan = "\n".join(row[0] for row in db.execute("explain select * from ratings").fetchall())
    assert "InitPlan" in plan and "Index Cond: (rater_id = " in plan


@pytest.mark.parametrize("text", ["", "x", "'; --", "00000000-0000-0000-0000-00000000000", "😀", None])
def test_invalid_uuid_text_is_null_even_as_a_constant(db: psycopg.Connection, text: str | None) -> None:
    query = psycopg.sql.SQL("select private.as_uuid({})").format(text)
    assert db.execute(query).fetchone() == (None,)
