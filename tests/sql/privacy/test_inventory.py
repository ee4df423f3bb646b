"""The lint of the data inventory: tables that it misses or whose owner cannot be derived."""

from collections.abc import Sequence

import psycopg
import pytest

from tools import migration

LINT = (migration.SOURCES / "lint" / "data_inventory.sql").read_bytes()
TABLE = "create table private.letters (id int, at text, {})"
FROM, TO = "sender uuid references auth.users", "recipient uuid references public.profiles"
ROW = (
    "insert into private.data_inventory (schema_name, table_name, holds, is_personal, purpose, on_erasure) "
    "values ('private', 'letters', 'Letters.', true, 'To deliver them.', 'delete')"
)
SET = "update private.data_inventory set {} where table_name = 'letters'"
NOT_PERSONAL = SET.format("is_personal = false, purpose = null, on_erasure = 'none'")


def faults(db: psycopg.Connection, *statements: str) -> list[str]:
    for statement in statements:
        db.execute(statement)
    db.execute("set local search_path = ''")
    return [row[0] for row in db.execute(LINT).fetchall()]


def test_data_inventory_of_the_migrations_has_no_fault(db: psycopg.Connection) -> None:
    assert faults(db) == []


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        ([TABLE.format(FROM)], "table private.letters has no row in private.data_inventory"),
        ([TABLE.format("a int")], "table private.letters has no row in private.data_inventory"),
        ([ROW], "private.data_inventory lists private.letters, which does not exist"),
        (
            [TABLE.format("owner uuid"), ROW],
            "no foreign key leads from private.letters to a person: set data_inventory.owner_ids",
        ),
        (
            [TABLE.format(TO), ROW, NOT_PERSONAL],
            "private.letters refers to people, but private.data_inventory says it is not personal",
        ),
        (
            [TABLE.format(f"{FROM}, {TO}"), ROW],
            "private.letters refers to people by several keys: set owner_columns to the owner's",
        ),
        (
            [TABLE.format(FROM), ROW, SET.format("owner_columns = '{id}'")],
            "private.letters has no foreign key with the columns {id}",
        ),
        (
            [TABLE.format(FROM), ROW, SET.format("exported_columns = '{id,stamp}'")],
            "private.letters has no column stamp, which private.data_inventory exports",
        ),
        (
            [TABLE.format(FROM), ROW, SET.format("retention = '1 day', retention_column = 'at'")],
            "private.letters has no time column at for its retention",
        ),
        (
            [TABLE.format(FROM), ROW, SET.format("on_erasure = 'keep_pseudonymous'")],
            "private.letters keeps rows under a pseudonym, but no function assigns one",
        ),
    ],
)
def test_table_missed_by_export_or_erasure_is_reported(
    db: psycopg.Connection, statements: Sequence[str], fault: str
) -> None:
    assert fault in faults(db, *statements)


@pytest.mark.parametrize(
    "statements",
    [
        [TABLE.format(FROM), ROW],
        [TABLE.format("owner uuid"), ROW, SET.format("owner_ids = 'array[owner::text]'")],
        [TABLE.format(FROM), ROW, NOT_PERSONAL, SET.format("owner_columns = '{}'")],
        [TABLE.format(f"{FROM}, {TO}"), ROW, SET.format("owner_columns = '{recipient}'")],
        [
            TABLE.format(f"{FROM}, sent date"),
            ROW,
            SET.format("retention = '1 day', retention_column = 'sent'"),
        ],
    ],
)
def test_correctly_listed_table_is_no_fault(db: psycopg.Connection, statements: Sequence[str]) -> None:
    assert faults(db, *statements) == []


@pytest.mark.parametrize(
    "change",
    [
        "on_erasure = 'none'",
        "purpose = null",
        "retention = '1 day'",
        "retention = '-1 day', retention_column = 'at'",
        "on_erasure = 'forget'",
    ],
)
def test_contradictory_inventory_row_is_refused(db: psycopg.Connection, change: str) -> None:
    db.execute(ROW)
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute(SET.format(change))


def test_unlisted_platform_table_is_reported_and_no_fault(db: psycopg.Connection) -> None:
    table = "create table tomorrow.passkeys (id uuid, user_id uuid references auth.users)"
    assert faults(db, "create schema tomorrow", table) == []
    assert db.execute("select private.unlisted_tables()").fetchall() == [("tomorrow.passkeys",)]
