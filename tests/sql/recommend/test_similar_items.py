"""get_similar_items: the item model's neighbours and similar content, with a floor."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.sql.people import become, embed, embed_all, item, item_model, person, rate
from tests.sql.recommend.content import credit, keyword_of
from tests.sql.recommend.publishing import publish


@pytest.fixture
def films(db: psycopg.Connection) -> dict[str, UUID]:
    return {name: item(db, f"Film {name}") for name in "ABCDE"}


def similar(db: psycopg.Connection, to: UUID) -> list[Any]:
    return db.execute("select id, reason_code, score from get_similar_items(%s)", [to]).fetchall()


def test_content_counts_less_the_more_people_rated_the_item(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    book = item(db, "A book", "book")
    for name, angle in (("A", 0.0), ("B", 0.1), ("C", 0.5)):
        embed(db, films[name], [1.0, angle] + [0.0] * 382)
    embed(db, book, [1.0, 0.0] + [0.0] * 382, "book")
    item_model(db, {films["A"]: {films["D"]: 0.7, films["C"]: 0.9, book: 2.0}})
    for number in range(20):
        rate(db, person(db, f"rater {number}").rater_id, {films["A"]: 4})
    publish(db)
    become(db, None)
    # Twenty ratings: half the model's weight / 0.9, and half the cosine, for B 1 / sqrt(1.01), for C
    # 1 / sqrt(1.25).
    assert similar(db, films["A"]) == [
        (films["C"], "liked_together", pytest.approx(0.5 + 0.5 * 0.894427, abs=1e-4)),
        (films["B"], "alike", pytest.approx(0.5 * 0.995037, abs=1e-4)),
        (films["D"], "liked_together", pytest.approx(0.5 * 0.7 / 0.9)),
    ]


def test_items_that_nobody_rated_are_similar_by_people_keywords_and_genres(
    db: psycopg.Connection, films: dict[str, UUID]
) -> None:
    credit(db, "Wong Kar-wai", "director", films["A"], films["B"], films["C"])
    credit(db, "Maggie 張曼玉 Cheung", "actor", films["A"], films["B"], films["D"])
    for name in "AC":
        for keyword in ("hong kong", "neon & rain"):
            keyword_of(db, films[name], keyword)
    become(db, None)
    # B 0.3 + 0.1, C 0.3 + 2 * 0.05; D, with 0.1, is below the floor of 0.35.
    assert similar(db, films["A"]) == [
        (id, "alike", pytest.approx(0.4)) for id in sorted((films["B"], films["C"]))
    ]


def test_nothing_similar_gives_an_empty_list(db: psycopg.Connection, films: dict[str, UUID]) -> None:
    embed_all(db, {films["A"]: [1.0, 0.0] + [0.0] * 382, films["B"]: [0.3, 1.0] + [0.0] * 382})
    become(db, None)
    assert similar(db, films["A"]) == []


def test_similar_items_of_an_unknown_item_are_refused(db: psycopg.Connection) -> None:
    become(db, None)
    with pytest.raises(psycopg.Error) as refused:
        db.execute("select * from get_similar_items(%s)", [uuid4()])
    assert refused.value.sqlstate == "PT404"
