"""Users, items, ratings, vectors and models to test with, created in the current transaction."""

from collections.abc import Mapping
from uuid import UUID, uuid4

import psycopg

from tools.access.people import Person, become, item, person

__all__ = [
    "Person",
    "admin",
    "become",
    "embed",
    "embed_all",
    "empty_catalog",
    "item",
    "item_model",
    "person",
    "rate",
]
INDEXES = {"movie": "movies", "tv_show": "tv_shows", "sports": "sports", "book": "books"}


def admin(db: psycopg.Connection) -> Person:
    """A new user with the role admin in `private.user_roles`."""
    user = person(db, "admin")
    db.execute("insert into private.user_roles (user_id, role) values (%s, 'admin')", [user.id])
    return user


def empty_catalog(db: psycopg.Connection) -> None:
    """Delete committed items, ratings, genres and models in this transaction, which the test rolls back."""
    for table in ("content", "books", "items", "genres", "recommendation_models"):
        db.execute(f"delete from {table}")


def rate(db: psycopg.Connection, rater: UUID, ratings: Mapping[UUID, float]) -> None:
    for rated, rating in ratings.items():
        db.execute(
            "insert into ratings (rater_id, item_id, rating) values (%s, %s, %s)", [rater, rated, rating]
        )


def embed(db: psycopg.Connection, embedded: UUID, vector: list[float], kind: str = "movie") -> None:
    embed_all(db, {embedded: vector}, kind)


def embed_all(db: psycopg.Connection, vectors: Mapping[UUID, list[float]], kind: str = "movie") -> None:
    """Store vectors of 384 dimensions for items of one kind.

    Rolled-back rows stay in an HNSW index until a vacuum, and hundreds with one vector hide its neighbours.
    Therefore the index is rebuilt, once a call because a rebuild takes longer than a hundred inserts.
    """
    rows = [(embedded, kind, uuid4(), str(vector)) for embedded, vector in vectors.items()]
    insert = "insert into item_embeddings (item_id, kind, model, text_hash, embedding) values "
    db.cursor().executemany(f"{insert} (%s, %s, 'test', %s, %s)", rows)
    db.execute(f"reindex index item_embeddings_{INDEXES[kind]}")


def item_model(
    db: psycopg.Connection,
    weights: Mapping[UUID, Mapping[UUID, float]],
    version: int = 1,
    active: bool = True,
    name: str = "liked_together",
) -> None:
    """A version of the item model with its weights, packed as training leaves it."""
    row = db.execute(
        "insert into recommendation_models (name, version, is_active) values (%s, %s, %s) returning id",
        [name, version, active],
    ).fetchone()
    assert row
    for liked, neighbours in weights.items():
        for neighbour, weight in neighbours.items():
            db.execute(
                "insert into item_neighbours (model_id, item_id, neighbour_id, weight) "
                "values (%s, %s, %s, %s)",
                [row[0], liked, neighbour, weight],
            )
    db.execute("select private.pack_item_model(%s)", [row[0]])
