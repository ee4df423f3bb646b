"""Films with features, people and keywords, created in the current transaction."""

from uuid import UUID

import psycopg

from tests.sql.people import item


def film(db: psycopg.Connection, title: str, language: str | None = None, year: int | None = None) -> UUID:
    made = item(db, title)
    db.execute(
        "update content set original_language = %s, release_year = %s where id = %s", [language, year, made]
    )
    return made


def genre(db: psycopg.Connection, name: str, *members: UUID) -> str:
    row = db.execute(
        "insert into genres (name, slug) values (%s, %s) returning id", [name, name.lower()]
    ).fetchone()
    assert row
    for member in members:
        db.execute("insert into item_genres (item_id, genre_id) values (%s, %s)", [member, row[0]])
    return str(row[0])


def share(db: psycopg.Connection, feature: str, **shares: float) -> None:
    for value, part in shares.items():
        db.execute(
            "insert into private.feature_shares (feature, value, share, catalog_size) values (%s, %s, %s, 1)",
            [feature, value.removeprefix("_"), part],
        )


def credit(db: psycopg.Connection, name: str, job: str, *items: UUID) -> None:
    row = db.execute("insert into people (name) values (%s) returning id", [name]).fetchone()
    assert row
    for credited in items:
        db.execute(
            "insert into credits (item_id, person_id, job, position) values (%s, %s, %s, 1)",
            [credited, row[0], job],
        )


def keyword_of(db: psycopg.Connection, item_id: UUID, keyword: str) -> None:
    db.execute("insert into item_keywords (item_id, keyword) values (%s, %s)", [item_id, keyword])
