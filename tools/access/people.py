"""Create users and items in the current transaction, for the access matrix, tests and benches."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb


@dataclass(frozen=True)
class Person:
    id: UUID
    profile_id: UUID
    rater_id: UUID


def person(db: psycopg.Connection, name: str = "free_viewer") -> Person:
    """Insert a signed-up user as the auth server does; resets the role."""
    user = uuid4()
    db.execute("reset role")
    db.execute(
        "insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, %s)",
        [user, f"{name}-{user.hex}@example.com", Jsonb({"display_name": name})],
    )
    row = db.execute(
        "select p.id, r.id from profiles p join raters r on r.profile_id = p.id where p.account_id = %s",
        [user],
    ).fetchone()
    assert row
    return Person(user, *row)


def become(
    db: psycopg.Connection,
    who: Person | None,
    role: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Set role, claims and headers for this person as the REST server does; None means anon."""
    role = role or ("authenticated" if who else "anon")
    claims = {"role": role, "sub": str(who.id) if who else None}
    db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
    db.execute("select set_config('request.headers', %s, true)", [json.dumps(dict(headers or {}))])
    db.execute("select set_config('role', %s, true)", [role])


def item(db: psycopg.Connection, title: str, kind: str = "movie", overview: str | None = None) -> UUID:
    table, text = ("books", "description") if kind == "book" else ("content", "overview")
    row = db.execute(
        f"insert into {table} (kind, title, {text}) values (%s, %s, %s) returning id",
        [kind, title, overview],
    ).fetchone()
    assert row
    return UUID(str(row[0]))
