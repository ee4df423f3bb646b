"""What describes a film: people, keywords, translations, certificates. Who writes it, and what is refused."""

from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from tests.sql.people import become, item, person

NAMES = {
    "director": "insert into credits values (%(film)s, %(aki)s, 'director', 1)",
    "keyword": "insert into item_keywords values (%(film)s, 'road movie')",
    "translation": "insert into content_translations values (%(film)s, 'ja', '七人の侍')",
    "title": "insert into alternative_titles values (%(film)s, 'Shichinin no samurai', 'transliteration')",
    "certificate": "insert into content_certificates values (%(film)s, 'JP', 'EIRIN PG12')",
    "countries": "update content set countries = '{JP,FR}' where id = %(film)s",
}
READ = {
    "people": "select name from people where id = %(aki)s",
    "credits": "select job from credits where item_id = %(film)s",
    "item_keywords": "select keyword from item_keywords where item_id = %(film)s",
    "content_translations": "select title from content_translations where content_id = %(film)s",
    "alternative_titles": "select title from alternative_titles where content_id = %(film)s",
    "content_certificates": "select maturity_rating from content_certificates where content_id = %(film)s",
}


@pytest.fixture
def names(db: psycopg.Connection) -> dict[str, UUID]:
    """The ids of a film and of a person, whose name holds quotes and a sign of another script."""
    row = db.execute("insert into people (name) values ('Aki \"O''Neil\" ō; 黒') returning id").fetchone()
    assert row
    return {"film": item(db, "Seven"), "aki": row[0]}


@pytest.mark.parametrize("statement", NAMES.values(), ids=NAMES)
def test_service_describes_a_film(db: psycopg.Connection, names: dict[str, UUID], statement: str) -> None:
    become(db, None, "service_role")
    assert db.execute(statement, names).rowcount == 1


@pytest.mark.parametrize("statement", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_client_cannot_describe_a_film(
    db: psycopg.Connection, names: dict[str, UUID], statement: str, role: str
) -> None:
    become(db, person(db) if role == "authenticated" else None)
    with pytest.raises(errors.InsufficientPrivilege):
        db.execute(statement, names)


@pytest.mark.parametrize("query", READ.values(), ids=READ)
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_client_reads_what_describes_a_film(
    db: psycopg.Connection, names: dict[str, UUID], query: str, role: str
) -> None:
    for statement in NAMES.values():
        db.execute(statement, names)
    become(db, person(db) if role == "authenticated" else None)
    assert db.execute(query, names).rowcount == 1


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("insert into people (name) values (' ')", "people_name_length"),
        ("insert into people (name, popularity) values ('Ann', -1)", "people_popularity_not_negative"),
        ("insert into item_keywords values (%(film)s, 'Road movie')", "item_keywords_form"),
        ("insert into item_keywords values (%(film)s, '')", "item_keywords_form"),
        ("insert into content_translations values (%(film)s, 'ja')", "content_translations_holds_text"),
        (
            "insert into content_translations values (%(film)s, 'Ja', 'x')",
            "content_translations_language_code",
        ),
        (
            "insert into alternative_titles values (%(film)s, 'x', 'nickname')",
            "alternative_titles_kind_known",
        ),
        (
            "insert into content_certificates values (%(film)s, 'de', 'FSK 6')",
            "content_certificates_country_code",
        ),
        ("update content set countries = '{jp}' where id = %(film)s", "content_countries_codes"),
        ("update content set countries = '{JP,NULL}' where id = %(film)s", "content_countries_codes"),
        ("insert into credits values (%(film)s, %(aki)s, 'actor', 0)", "credits_position_positive"),
    ],
)
def test_malformed_value_is_refused(
    db: psycopg.Connection, names: dict[str, UUID], statement: str, constraint: str
) -> None:
    with pytest.raises(errors.CheckViolation, match=constraint):
        db.execute(statement, names)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into credits values (%(film)s, %(aki)s, 'juggler', 1)",
        "insert into content_certificates values (%(film)s, 'DE', 'FSK 7')",
    ],
)
def test_value_unknown_to_its_lookup_table_is_refused(
    db: psycopg.Connection, names: dict[str, UUID], statement: str
) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        db.execute(statement, names)


def test_deleted_film_takes_its_descriptions_and_keeps_people(
    db: psycopg.Connection, names: dict[str, UUID]
) -> None:
    for statement in NAMES.values():
        db.execute(statement, names)
    db.execute("delete from content where id = %(film)s", names)
    rows = {table: db.execute(query, names).rowcount for table, query in READ.items()}
    assert rows == dict.fromkeys(READ, 0) | {"people": 1}


@pytest.mark.parametrize(
    ("certificate", "age"),
    [("CBFC UA", 12), ("FSK 6", 6), ("BBFC 12A", 12), ("EIRIN R15+", 15), ("KMRB ALL", 0), ("CNC 16", 16)],
)
def test_certificate_of_any_country_sets_the_minimum_age(
    db: psycopg.Connection, names: dict[str, UUID], certificate: str, age: int
) -> None:
    db.execute("update content set maturity_rating = %s where id = %s", [certificate, names["film"]])
    row = db.execute("select minimum_age from items where id = %s", [names["film"]]).fetchone()
    assert row == (age,)
