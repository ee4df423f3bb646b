"""Films in a language and events from a country."""

from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from tests.sql.catalog.offers import set_country
from tests.sql.people import Person, become, item


def film(db: psycopg.Connection, title: str, language: str | None = None, kind: str = "movie") -> UUID:
    item_id = item(db, title, kind)
    if language:
        table, column = ("books", "language") if kind == "book" else ("content", "original_language")
        db.execute(f"update {table} set {column} = %s where id = %s", [language, item_id])
    return item_id


def record(
    db: psycopg.Connection, who: Person, what: UUID, from_country: str | None = None, **fields: object
) -> None:
    become(db, who)
    set_country(db, from_country)
    event = {"client_id": str(uuid4()), "item_id": str(what), "type": "share", **fields}
    db.execute("select record_interactions(%s)", [Jsonb([event])])
    db.execute("reset role")
