"""Create 100,000 people, each with a row in every table whose policies limit users to their own rows."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from tools.access import rows
from tools.access.people import Person, person

PEOPLE = 100_000
POLICED = """
    select c.relnamespace::regnamespace || '.' || c.relname
    from pg_policy as p
    join pg_class as c on c.oid = p.polrelid
    where p.polcmd in ('r', '*') and 'authenticated'::regrole = any(p.polroles)
      and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
      and pg_get_expr(p.polqual, p.polrelid) <> 'true'
      and p.polpermissive and 'anon'::regrole <> all (p.polroles)
    order by 1
"""
BASE = """
    set local session_replication_role = replica;
    create temporary table crowd on commit drop as
    select gen_random_uuid() as id, gen_random_uuid() as profile_id, gen_random_uuid() as rater_id
    from generate_series(1, {people});
    insert into accounts (id) select id from crowd;
    insert into profiles (id, account_id, name, is_default) select profile_id, id, 'Me', true from crowd;
    insert into raters (id, profile_id) select rater_id, profile_id from crowd;
"""
OWNERS = ("id", "profile_id", "rater_id")


@dataclass(frozen=True)
class Population:
    viewer: Person
    tables: list[str]
    """Tables of which a person sees only some rows."""


def populate(db: psycopg.Connection, people: int = PEOPLE) -> Population:
    """Run as superuser, who may disable triggers: their counts would take minutes and are not needed."""
    viewer = person(db)
    tables = [name for (name,) in db.execute(POLICED)]
    samples = {table: rows.new(db, table, viewer) for table in tables}
    db.execute(BASE.format(people=people).encode())
    db.execute("insert into crowd values (%s, %s, %s)", [viewer.id, viewer.profile_id, viewer.rater_id])
    for table, row in samples.items():
        _fill(db, table, row, viewer)
    db.execute("set local session_replication_role = origin")
    db.execute("analyze")
    return Population(viewer, tables)


def _fill(db: psycopg.Connection, table: str, row: rows.Row, viewer: Person) -> None:
    """Copy the viewer's row for each person, with the person's ids instead of the viewer's."""
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    values = sql.SQL(", ").join(_value(value, viewer) for value in row.values())
    fill = sql.SQL("insert into {} ({}) select {} from crowd on conflict do nothing")
    db.execute(fill.format(sql.Identifier(*table.split(".")), columns, values))


def _value(value: object, viewer: Person) -> sql.Composable:
    owner = {viewer.id: "id", viewer.profile_id: "profile_id", viewer.rater_id: "rater_id"}
    column = owner.get(value)  # type: ignore[call-overload]
    return sql.Identifier(column) if column else sql.Literal(value)
