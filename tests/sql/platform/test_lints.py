"""Every lint finds its planted fault, and none in the migrated database."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import Stack
from tools import advisors, drift, granted, scratch

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def sound(stack: Stack) -> Iterator[str]:
    with scratch.migrated() as url:
        yield url


@pytest.fixture
def database(sound: str) -> Iterator[psycopg.Connection]:
    """A connection to plant faults with, as the owner of our schemas; rolled back."""
    with psycopg.connect(sound, options="-c search_path=") as connection:
        connection.execute("set role postgres")
        yield connection
        connection.rollback()


def test_migrated_database_has_no_lint_fault(sound: str, database: psycopg.Connection) -> None:
    assert [*drift.lints(database), *granted.faults(database), *advisors.faults(sound)] == []


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("create schema later; comment on schema private is null", "schema private has no comment"),
        ("comment on table public.ratings is null", "public.ratings has no comment"),
        ("comment on column public.ratings.rating is null", "column public.ratings.rating has no comment"),
        (
            "comment on policy ratings_select_own on public.ratings is null",
            "ratings_select_own on public.ratings",
        ),
        ("comment on function private.touch() is null", "function private.touch() has no comment"),
        ("comment on type public.suggestion is null", "type public.suggestion has no comment"),
        (
            "create function private.touch(integer) returns integer language sql return 1",
            "private.touch exists 2 times",
        ),
        (
            "grant execute on function private.touch() to public",
            "private.touch() can be executed by PUBLIC",
        ),
        ("alter function private.touch() reset search_path", "private.touch() has no fixed search_path"),
        ("alter function public.suggest(text, integer) security definer", "is a security definer in the API"),
        ("alter table public.ratings disable row level security", "public.ratings has no row level security"),
        (
            "alter view public.movies reset (security_invoker)",
            "view public.movies does not run as its caller",
        ),
        (
            "create table public.notes (id bigint primary key, account_id uuid references public.accounts)",
            "foreign key notes_account_id_fkey of public.notes has no index",
        ),
        (
            "create table public.notes (id bigint, account_id uuid references public.accounts, "
            "primary key (id, account_id))",
            "foreign key notes_account_id_fkey of public.notes has no index",
        ),
        (
            "create table public.notes (id bigint, account_id uuid references public.accounts); "
            "create index on public.notes (account_id) where id > 0",
            "foreign key notes_account_id_fkey of public.notes has no index",
        ),
        (
            "create table public.notes (id bigint primary key, words text); "
            "grant insert (words) on public.notes to authenticated",
            "clients write public.notes.words, and no check bounds its length",
        ),
        (
            "create table public.notes (id bigint primary key, words jsonb, "
            "constraint notes_words check (jsonb_typeof(words) = 'object')); "
            "grant update (words) on public.notes to anon",
            "clients write public.notes.words, and no check bounds its length",
        ),
        (
            "create table public.notes (id bigint primary key, words text[], "
            "constraint notes_words check (cardinality(words) > 0)); "
            "grant all on public.notes to authenticated",
            "clients write public.notes.words, and no check bounds its length",
        ),
        (
            "create table public.notes (id bigint primary key, words text, "
            "constraint notes_words check (length(words) <= 9)); "
            "grant insert on public.notes to authenticated",
            "constraint notes_words of public.notes has no trigger of private.refuse_value",
        ),
        (
            "drop trigger refuse_rating on public.ratings",
            "constraint ratings_half_steps of public.ratings has no trigger of private.refuse_value",
        ),
        (
            "create policy anyone on public.ratings for select to authenticated using (true)",
            "policy anyone on public.ratings is not named ratings_select_WHO",
        ),
        (
            "create policy ratings_select_all on public.ratings for delete to authenticated using (true)",
            "is not named ratings_delete_WHO",
        ),
        (
            "create policy ratings_select_everybody on public.ratings for select using (true)",
            "policy ratings_select_everybody on public.ratings applies to PUBLIC",
        ),
        (
            "create policy ratings_insert_anon on public.ratings for insert to anon with check (true)",
            "policy ratings_insert_anon on public.ratings lets anon write",
        ),
        (
            "alter default privileges in schema public grant select on tables to anon",
            "tables that postgres creates in public are granted to anon by default",
        ),
    ],
)
def test_planted_fault_is_found_by_the_lints(database: psycopg.Connection, fault: str, message: str) -> None:
    database.execute(fault.encode())
    assert message in "\n".join(drift.lints(database))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            "grant truncate on public.ratings to authenticated",
            "table public.ratings: no file says `grant truncate",
        ),
        ("grant update (created_at) on public.ratings to authenticated", "column public.ratings.created_at"),
        ("grant execute on function private.touch() to anon", "function private.touch: no file says"),
        ("grant create on schema private to service_role", "schema private: no file says `grant create"),
        (
            "grant usage on sequence public.item_availability_id_seq to anon",
            "sequence public.item_availability_id_seq",
        ),
        ("grant select on public.ratings to public", "`grant select … to public`"),
    ],
)
def test_privilege_without_a_grant_in_sql_is_found(
    database: psycopg.Connection, fault: str, message: str
) -> None:
    database.execute(fault.encode())
    assert message in "\n".join(granted.faults(database))


def test_foreign_key_with_a_reordered_index_is_no_fault(
    database: psycopg.Connection,
) -> None:
    database.execute(
        "create table public.notes (kind text, item_id uuid, "
        "foreign key (item_id, kind) references public.items (id, kind), primary key (kind, item_id))",
    )
    assert "notes" not in "\n".join(fault for fault in drift.lints(database) if "foreign key" in fault)


RIGHTS = """
select
    has_function_privilege('service_role', 'public.delete_my_account()', 'execute'),
    has_function_privilege('service_role', 'public.get_user_roles(uuid)', 'execute'),
    has_table_privilege('service_role', 'public.movies', 'insert'),
    has_table_privilege('service_role', 'public.movies', 'select'),
    has_sequence_privilege('service_role', 'public.consents_id_seq', 'usage')
"""


def test_service_role_has_only_explicit_grants(
    database: psycopg.Connection,
) -> None:
    assert database.execute(RIGHTS).fetchone() == (False, True, False, True, False)
    database.execute("create table public.things (id bigint generated always as identity)")
    database.execute("create function public.thing() returns void language sql as ''")
    rights = database.execute(
        "select has_table_privilege(r, 'public.things', 'select'), "
        "has_function_privilege(r, 'public.thing()', 'execute'), "
        "has_sequence_privilege(r, 'public.things_id_seq', 'usage') "
        "from unnest(array['anon', 'authenticated', 'service_role']) as r"
    ).fetchall()
    assert rights == [(False, False, False)] * 3


def test_stack_starts_with_the_default_privileges_of_hosted(database: psycopg.Connection) -> None:
    """A revoked default privilege leaves an entry for `postgres` itself."""
    kinds = database.execute(
        "select array_agg(distinct defaclobjtype::text order by defaclobjtype::text) from pg_default_acl "
        "where defaclrole = 'postgres'::regrole and defaclnamespace = 'public'::regnamespace"
    ).fetchone()
    assert kinds == (["S", "f", "r"],)
