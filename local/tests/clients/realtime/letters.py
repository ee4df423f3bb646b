"""Tables whose changes are listened to."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from local.tests.clients.realtime.sockets import Message, Socket

TABLES = """
    create type public.mood as enum ('good', 'so so');
    create table public.letters (
        id integer primary key, owner uuid, text text, at timestamptz, n numeric(10, 2), done boolean,
        tags text [], more jsonb, bytes bytea, mood public.mood, short character (5), name varchar (20),
        secret text
    );
    alter table public.letters enable row level security;
    grant select (id, owner, text, at, n, done, tags, more, bytes, mood, short, name)
    on public.letters to authenticated;
    grant select on public.letters to service_role;
    create policy letters_select_owner on public.letters for select to authenticated
    using (owner = (select auth.uid()) and (text is distinct from 'raise' or 1 / (id - id) = 1));
    create table public.open_letters (id integer primary key, text text, "Odd Name" text);
    alter table public.open_letters replica identity full;
    grant select on public.open_letters to anon;
    create table public.keyless (text text);
    grant select on public.keyless to anon;
    create table public.unpublished (id integer primary key);
    alter publication supabase_realtime add table public.letters, public.open_letters, public.keyless;
"""


@pytest.fixture(autouse=True)
def tables(database: psycopg.Connection) -> Iterator[None]:
    database.execute(TABLES.encode())
    yield
    database.execute("drop table letters, open_letters, keyless, unpublished; drop type mood")


@pytest.fixture
def ann() -> str:
    return str(uuid4())


def listen(socket: Socket, key: str | None = None, **changes: object) -> Message:
    """The system message that confirms or refuses the subscription to changes of a join."""
    response = socket.join("changes", key, postgres_changes=[{"event": "*", "schema": "public", **changes}])
    message = socket.hear("system")
    assert message["extension"] == "postgres_changes" and message["channel"] == "changes"
    return {**response, "system": message}


def insert(database: psycopg.Connection, **values: object) -> None:
    names = ", ".join(values)
    marks = ", ".join(f"%({name})s" for name in values)
    database.execute(f"insert into letters ({names}) values ({marks})".encode(), values)
