"""get_similar_items: neighbours of the item model, then nearest vectors."""

from uuid import UUID, uuid4

import psycopg
import pytest

from tests.sql.people import become, embed, item, item_model


@pytest.fixture
def films(db: psycopg.Connection) -> dict[str, UUID]:
    return {name: item(db, f"Film {name}") for name in "ABCDE"}


def test_similar_items_are_model_neighbours_then_nearest_vectors(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    book = item(db, "A book", "book")
    for name, angle in (("A", 0.0), ("B", 0.1), ("C", 0.5)):
        embed(db, films[name], [1.0, angle] + [0.0] * 382)
    embed(db, book, [1.0, 0.0] + [0.0] * 382, "book")
    item_model(db, {films["A"]: {films["D"]: 0.7, films["C"]: 0.9, book: 2.0}})
    become(db, None)
    rows = db.execute("select id, reason_code from get_similar_items(%s)", [films["A"]]).fetchall()
    assert rows == [(films["C"], "liked_together"), (films["D"], "liked_together"), (films["B"], "alike")]


def test_similar_items_of_an_unknown_item_are_refused(db: psycopg.Connection) -> None:
    become(db, None)
    with pytest.raises(psycopg.Error) as refused:
        db.execute("select * from get_similar_items(%s)", [uuid4()])
    assert refused.value.sqlstate == "PT404"
