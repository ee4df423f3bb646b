"""Erasure of rows in tables that the platform or an operator adds."""

import psycopg
import pytest

from tests.sql.people import Person, become, person
from tests.sql.privacy.deletions import erase, make_due
from tests.sql.privacy.household import Household


def test_erasure_deletes_rows_of_unlisted_tables(db: psycopg.Connection, home: Household) -> None:
    """Its foreign key does not cascade, and the data inventory does not list it."""
    other = person(db, "other_viewer")
    db.execute("create table private.diary (profile_id uuid references public.profiles, text text)")
    db.execute("create table private.pages (id int primary key, account_id uuid references auth.users)")
    db.execute("create table private.lines (page int references private.pages on delete set null, text text)")
    db.execute(
        "insert into private.diary values (%s, 'mine'), (%s, 'theirs')",
        [home.owner.profile_id, other.profile_id],
    )
    db.execute("insert into private.pages values (1, %s), (2, %s)", [home.owner.id, other.id])
    db.execute("insert into private.lines values (1, 'mine'), (2, 'theirs')")
    make_due(db, home.owner)
    assert erase(db, home.owner)
    for table in ("diary", "lines"):
        assert db.execute(f"select text from private.{table}").fetchall() == [("theirs",)]


PASSKEYS = """
create schema passkeys;
create type passkeys.state as enum ('new', 'used');
create table passkeys.credentials (
    id uuid primary key default gen_random_uuid(), user_id uuid references auth.users on delete cascade,
    secret text default 'secret-1', key bytea default 'secret-2', data jsonb default '{"secret": 3}',
    counter bigint default 4, token uuid default gen_random_uuid(), state passkeys.state default 'new',
    is_backed_up boolean default true, created_at timestamptz default now()
);
create table passkeys.uses (
    credential_id uuid references passkeys.credentials on delete cascade, code text default 'secret-5'
);
"""


def test_new_platform_table_is_exported_reported_and_erased(db: psycopg.Connection, home: Household) -> None:
    other = person(db, "other_viewer")
    db.execute(PASSKEYS.encode())
    for who in (home.owner, other):
        db.execute("insert into passkeys.credentials (user_id) values (%s)", [who.id])
    db.execute("insert into passkeys.uses (credential_id) select id from passkeys.credentials")
    become(db, home.owner)
    (exported,) = db.execute("select export_my_data()").fetchone() or ({},)
    db.execute("reset role")
    (credential,) = exported["passkeys.credentials"]
    assert credential.keys() == {"id", "state", "is_backed_up", "created_at"}
    assert exported["passkeys.uses"] == [{}]
    assert "secret-" not in str(exported)
    listed = [name for (name,) in db.execute("select private.unlisted_tables()")]
    assert listed == ["passkeys.credentials", "passkeys.uses"]
    db.execute("delete from auth.users where id = %s", [home.owner.id])
    assert db.execute("select user_id from passkeys.credentials").fetchall() == [(other.id,)]
    assert db.execute("select count(*) from passkeys.uses").fetchone() == (1,)


def test_rows_of_an_unlisted_auth_table_are_erased(db: psycopg.Connection) -> None:
    db.execute("delete from private.data_inventory where table_name = 'mfa_factors'")
    kind = "select on_erasure from private.personal_tables() where table_name = 'mfa_factors'"
    assert db.execute(kind).fetchall() == [("delete",)]


INVOICES = """
create schema crm;
create table crm.invoices (id int primary key, user_id uuid references auth.users {action});
create table crm.lines (invoice_id int references crm.invoices on delete cascade);
create table crm.notes (invoice_id int references crm.invoices);
"""


LIST = """
insert into private.data_inventory (schema_name, table_name, holds, is_personal, purpose, on_erasure)
values ('crm', %s, 'Bills.', true, 'Payment.', 'delete')
"""


def invoices(db: psycopg.Connection, owner: Person, action: str) -> None:
    db.execute(INVOICES.format(action=action).encode())
    db.execute("insert into crm.invoices (id, user_id) values (7, %s)", [owner.id])
    db.execute("insert into crm.lines values (7)")
    db.execute("insert into crm.notes values (7)")


@pytest.mark.parametrize("action", ["on delete set null", "on delete set default"])
def test_rows_of_an_operator_table_remain_if_its_key_sets_null(db: psycopg.Connection, action: str) -> None:
    viewer = person(db)
    invoices(db, viewer, action)
    db.execute("delete from auth.users where id = %s", [viewer.id])
    for table in ("invoices where user_id is null", "lines", "notes"):
        assert db.execute(f"select count(*) from crm.{table}".encode()).fetchone() == (1,)


@pytest.mark.parametrize("action", ["", "on delete restrict"])
def test_restricting_key_of_an_operator_table_blocks_deletion(db: psycopg.Connection, action: str) -> None:
    viewer = person(db)
    invoices(db, viewer, action)
    with pytest.raises(psycopg.IntegrityError), db.transaction():
        db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select user_id from crm.invoices").fetchone() == (viewer.id,)


def test_listed_operator_table_is_erased(db: psycopg.Connection) -> None:
    viewer = person(db)
    invoices(db, viewer, "on delete restrict")
    for table in ("invoices", "lines", "notes"):
        db.execute(LIST, [table])
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select * from crm.invoices").fetchall() == []


def test_listed_table_without_delete_privilege_gives_a_warning(db: psycopg.Connection) -> None:
    viewer = person(db)
    warnings: list[str | None] = []
    db.add_notice_handler(lambda notice: warnings.append(notice.message_primary))
    invoices(db, viewer, "on delete set null")
    db.execute(LIST, ["invoices"])
    db.execute("revoke delete on crm.invoices from postgres")
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert warnings == ["rows of a deleted user may remain in crm.invoices: postgres may not delete them"]
    assert db.execute("select user_id from crm.invoices").fetchone() == (None,)
