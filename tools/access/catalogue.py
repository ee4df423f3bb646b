"""Sample rows of the catalogue's tables: items, what describes them, and people. No row has an owner."""

from uuid import UUID, uuid4

import psycopg

from tools.access.people import Person, item

Row = dict[str, object]


def any_item(db: psycopg.Connection, who: Person) -> Row:
    return {"id": uuid4(), "kind": "movie"}


def content(db: psycopg.Connection, who: Person) -> Row:
    return {"kind": "movie", "title": f"Film {uuid4().hex}"}


def book(db: psycopg.Connection, who: Person) -> Row:
    return {"kind": "book", "title": f"Book {uuid4().hex}"}


def shown_item(db: psycopg.Connection, who: Person) -> Row:
    return {"id": film(db)}


def genre(db: psycopg.Connection, who: Person) -> Row:
    return {"name": f"Genre {uuid4().hex}", "slug": uuid4().hex}


def item_genre(db: psycopg.Connection, who: Person) -> Row:
    new_genre = one(
        db, "insert into genres (name, slug) values (%s, %s) returning id", *genre(db, who).values()
    )
    return {"item_id": film(db), "genre_id": new_genre}


def availability(db: psycopg.Connection, who: Person) -> Row:
    return {"item_id": film(db), "country": "AT"}


def embedding(db: psycopg.Connection, who: Person) -> Row:
    vector = [1.0] + [0.0] * 383
    return {
        "item_id": film(db),
        "kind": "movie",
        "model": "sample",
        "text_hash": uuid4(),
        "embedding": str(vector),
    }


def stats(db: psycopg.Connection, who: Person) -> Row:
    return {"item_id": film(db), "kind": "movie"}


def feature_share(db: psycopg.Connection, who: Person) -> Row:
    return {"feature": "language", "value": uuid4().hex, "share": 0.1, "catalog_size": 10}


def feature_item(db: psycopg.Connection, who: Person) -> Row:
    return {"feature": "language", "value": uuid4().hex, "kind": "movie", "rank": 1, "item_id": film(db)}


def item_feature(db: psycopg.Connection, who: Person) -> Row:
    dated = film(db)
    db.execute("update content set release_year = 1999 where id = %s", [dated])
    return {"item_id": dated, "feature": "decade"}


def tag(db: psycopg.Connection, who: Person) -> Row:
    return {"item_id": film(db), "tag": "noir", "uses": 1}


def trend(db: psycopg.Connection, who: Person) -> Row:
    return {"item_id": film(db), "country": "AT", "kind": "movie", "trend": 0.5}


def credited_person(db: psycopg.Connection, who: Person) -> Row:
    return {"name": f"Aki Ōta {uuid4().hex}"}


def credit(db: psycopg.Connection, who: Person) -> Row:
    name = str(credited_person(db, who)["name"])
    person_id = one(db, "insert into people (name) values (%s) returning id", name)
    return {"item_id": film(db), "job": "director", "person_id": person_id, "position": 1}


def keyword(db: psycopg.Connection, who: Person) -> Row:
    return {"item_id": film(db), "keyword": "road movie"}


def translation(db: psycopg.Connection, who: Person) -> Row:
    return {"content_id": film(db), "language": "ja", "title": "七人の侍"}


def alternative_title(db: psycopg.Connection, who: Person) -> Row:
    return {"content_id": film(db), "title": "Shichinin no samurai", "kind": "transliteration"}


def certificate(db: psycopg.Connection, who: Person) -> Row:
    return {"content_id": film(db), "country": "DE", "maturity_rating": "FSK 12"}


def film(db: psycopg.Connection) -> UUID:
    return item(db, "O'Neil's \"+;&%,😀 שלום")


def one(db: psycopg.Connection, query: str, *values: object) -> object:
    row = db.execute(query.encode(), values).fetchone()
    assert row
    return row[0]
