"""People, items and ratings to test with, made in the test's own transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

INDEXES = {"movie": "movies", "tv_show": "tv_shows", "sports": "sports", "book": "books"}


@dataclass(frozen=True)
class Person:
    id: UUID
    profile_id: UUID
    rater_id: UUID


def person(db: psycopg.Connection, name: str = "free_viewer") -> Person:
    """A signed-up user, as the auth server makes one."""
    user = uuid4()
    db.execute("reset role")
    db.execute(
        "insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, %s)",
        [user, f"{name}-{user.hex}@example.com", Jsonb({"display_name": name})],
    )
    found = db.execute(
        "select p.id, r.id from profiles p join raters r on r.profile_id = p.id where p.account_id = %s",
        [user],
    ).fetchone()
    assert found
    return Person(user, *found)


def become(
    db: psycopg.Connection,
    who: Person | None,
    role: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Go on as this person, as the REST server would; None is anon, role service_role the service."""
    role = role or ("authenticated" if who else "anon")
    claims = {"role": role, "sub": str(who.id) if who else None}
    db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
    db.execute("select set_config('request.headers', %s, true)", [json.dumps(dict(headers or {}))])
    db.execute("select set_config('role', %s, true)", [role])


def admin(db: psycopg.Connection) -> Person:
    """Somebody who is an admin by what the database says."""
    made = person(db, "admin")
    db.execute("insert into private.user_roles (user_id, role) values (%s, 'admin')", [made.id])
    return made


def item(db: psycopg.Connection, title: str, kind: str = "movie", overview: str | None = None) -> UUID:
    table, text = ("books", "description") if kind == "book" else ("content", "overview")
    found = db.execute(
        f"insert into {table} (kind, title, {text}) values (%s, %s, %s) returning id",
        [kind, title, overview],
    ).fetchone()
    assert found
    return UUID(str(found[0]))


def rate(db: psycopg.Connection, rater: UUID, ratings: Mapping[UUID, float]) -> None:
    for rated, rating in ratings.items():
        db.execute(
            "insert into ratings (rater_id, item_id, rating) values (%s, %s, %s)", [rater, rated, rating]
        )


def embed(db: psycopg.Connection, embedded: UUID, vector: list[float], kind: str = "movie") -> None:
    db.execute(
        "insert into item_embeddings (item_id, kind, model, text_hash, embedding) "
        "values (%s, %s, 'test', %s, %s)",
        [embedded, kind, uuid4(), str(vector)],
    )
    # What tests before took away is in the index until a vacuum: hundreds of one vector hide what is near.
    db.execute(f"reindex index item_embeddings_{INDEXES[kind]}")


def item_model(
    db: psycopg.Connection,
    weights: Mapping[UUID, Mapping[UUID, float]],
    version: int = 1,
    active: bool = True,
    name: str = "liked_together",
) -> None:
    """A version of the item model, as its training leaves it."""
    made = db.execute(
        "insert into recommendation_models (name, version, is_active) values (%s, %s, %s) returning id",
        [name, version, active],
    ).fetchone()
    assert made
    for liked, neighbours in weights.items():
        for neighbour, weight in neighbours.items():
            db.execute(
                "insert into item_neighbours (model_id, item_id, neighbour_id, weight) "
                "values (%s, %s, %s, %s)",
                [made[0], liked, neighbour, weight],
            )
    db.execute("select private.pack_item_model(%s)", [made[0]])
