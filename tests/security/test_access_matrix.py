"""docs/access-matrix.md equals the rights that users and roles have in a migrated database."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import Stack
from tools import docs, scratch
from tools.access import rows
from tools.access.matrix import cell, functions_of
from tools.access.trials import ANON, SERVICE, SIGNED_IN, Access, Rights, matrix, relations

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def database(stack: Stack) -> Iterator[str]:
    """A database with the migrations only, used by these tests alone."""
    with scratch.migrated() as url:
        yield url


@pytest.fixture
def db(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database) as connection:
        yield connection
        connection.rollback()


def rights_on(db: psycopg.Connection, table: str) -> Rights:
    (rights,) = matrix(db, only=[table])
    return rights


def cell_text(rights: Rights, access: Access) -> str:
    return cell(rights.relation, access)


def test_access_matrix_document_equals_the_tested_rights(database: str) -> None:
    assert list(docs.access_faults(database)) == []


def test_every_sample_row_has_a_table(db: psycopg.Connection) -> None:
    assert rows.ROWS.keys() - {relation.name for relation in relations(db)} == set()


def test_table_without_a_sample_row_is_named_with_the_fix(db: psycopg.Connection) -> None:
    db.execute("create table public.new_things (id bigint primary key)")
    with pytest.raises(LookupError, match=r"public\.new_things has no sample row: add to ROWS"):
        matrix(db, only=["public.new_things"])


def test_rights_on_own_and_other_ratings_differ(db: psycopg.Connection) -> None:
    rights = rights_on(db, "public.ratings")
    written = "(rater_id, item_id, rating)"
    assert cell_text(rights, rights.own[SIGNED_IN]) == f"select; insert {written}; update {written}; delete"
    assert cell_text(rights, rights.others[SIGNED_IN]) == "-"
    assert cell_text(rights, rights.others[ANON]) == "-"
    assert cell_text(rights, rights.others[SERVICE]) == "all"


UNGUARDED = "alter table ratings disable row level security"


@pytest.mark.parametrize(
    ("grant", "mistake", "expected"),
    [
        ("select", "create policy p on ratings for select to anon using (true)", "select"),
        ("select (rating, rater_id, item_id)", UNGUARDED, "select (rater_id, item_id, rating)"),
        ("insert (rater_id, item_id, rating)", UNGUARDED, "insert (rater_id, item_id, rating)"),
        ("update (rating)", "create policy p on ratings for update using (true)", "update (rating)"),
        ("delete", "create policy p on ratings to public using (true)", "delete"),
    ],
)
def test_right_granted_to_anon_by_mistake_is_detected(
    db: psycopg.Connection, grant: str, mistake: str, expected: str
) -> None:
    db.execute(f"grant {grant} on ratings to anon; {mistake}".encode())
    rights = rights_on(db, "public.ratings")
    assert cell_text(rights, rights.others[ANON]) == expected


def test_policy_without_an_owner_check_is_detected(db: psycopg.Connection) -> None:
    db.execute("create policy p on profiles for update to authenticated using (name <> '')")
    rights = rights_on(db, "public.profiles")
    assert rights.others[SIGNED_IN].update == rights.own[SIGNED_IN].update != ()


def test_grant_without_a_policy_gives_no_access(db: psycopg.Connection) -> None:
    db.execute("grant all on accounts to anon")
    rights = rights_on(db, "public.accounts")
    assert cell_text(rights, rights.others[ANON]) == "-"


def test_additional_right_of_a_role_is_detected(db: psycopg.Connection) -> None:
    db.execute(
        "grant delete on genres to authenticated; "
        "create policy p on genres for delete to authenticated "
        "using ((auth.jwt() #> '{app_metadata,roles}') ? 'editor')"
    )
    rights = rights_on(db, "public.genres")
    able = {actor.name for actor, access in rights.others.items() if access.delete}
    assert able == {"editor", "service_role"}


def test_execute_granted_on_a_private_function_is_detected(db: psycopg.Connection) -> None:
    before = functions_of(db)
    db.execute(
        "grant execute on function private.predict to anon; grant execute on function private.touch to public"
    )
    changed = {f.name: (f.roles, f.others) for f in functions_of(db) if f not in before}
    assert "anon" in changed.pop("private.predict")[0]
    assert changed == {"private.touch": (["anon", "authenticated", "service_role"], ["everybody"])}
