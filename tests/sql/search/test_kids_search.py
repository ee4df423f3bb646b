"""For a kids profile what only hidden items hold is like what does not exist."""

from typing import Any

import psycopg
import pytest

from tests.sql.people import Person, become, person
from tests.sql.search.documents import film, search
from tests.sql.search.lovers import credit, keywords

QUERIES = [
    # People: of hidden films only, of both, and by a name that a hidden film's person shares.
    *("Quentin Smith", "quentin smith films", "films with smith", "smith", "directed by smith", "Will Smith"),
    # Keywords, of hidden films only and of both.
    *(
        "serial killer",
        "serial killers",
        "a film about a serial killer",
        "shark",
        "sharks at sea",
        "shark comedy",
    ),
    # Titles and words of them.
    *(
        "First Blood",
        "first blood",
        "firstblood",
        "First Rise",
        "blood",
        "frist blood",
        "german comedy",
        "蜘蛛巣城",
    ),
    # Words that only a hidden film's text holds, and words similar to those of visible ones.
    *("vendetta", "vendeta", "harbor", "harbour vendetta", "lightouse", "lighthouse", "lighthause keeper"),
    *(
        "like First Blood",
        "like Harbour Lights",
        "horror",
        "thriller of the 80s",
        "first lights of the harbour",
    ),
]


@pytest.fixture
def kid(db: psycopg.Connection) -> Person:
    add_visible(db)
    add_hidden(db)
    viewer = person(db)
    db.execute("update profiles set is_kids = true, maturity_rating = 'G' where id = %s", [viewer.profile_id])
    return viewer


def answers(db: psycopg.Connection, query: str) -> tuple[Any, ...]:
    """All that is returned for a query, but scores and the cursor."""
    responses = [search(db, query), search(db, query, ignore=["all"])]
    row = db.execute("select understand_query(%s)", [query]).fetchone()
    suggestions = db.execute("select suggestion, kind, id from suggest(%s)", [query]).fetchall()
    results = [[result["id"] for result in response["results"]] for response in responses]
    counts = [(response["total"], response["facets"]) for response in responses]
    return responses[0]["understood"], results, counts, row, suggestions


def add_visible(db: psycopg.Connection) -> None:
    lights = film(
        db, "Harbour Lights", overview="A lighthouse keeper and a shark in the harbour at first light."
    )
    rise = film(db, "First Rise", overview="A comedy of bakers who rise first.")
    blood = film(db, "Blood Oranges", overview="Sisters sell oranges at the harbour.")
    keywords(db, lights, "shark", "lighthouse")
    credit(db, "Will Smith", "actor", lights)
    credit(db, "Ada Smith", "director", rise, blood)
    db.execute("update content set maturity_rating = 'G' where id = any(%s)", [[lights, rise, blood]])


def add_hidden(db: psycopg.Connection) -> None:
    films = [
        film(db, "First Blood", overview="A vendetta in the woods, with first blood drawn first in blood."),
        film(
            db,
            "German Comedy",
            overview="A serial killer, a vendetta, a harbor and a lightouse.",
        ),
        film(db, "蜘蛛巣城", overview="A shark of a general and a serial killer."),
    ]
    for hidden in films:
        keywords(db, hidden, "serial killer", "shark")
    credit(db, "Quentin Smith", "director", films[0])
    credit(db, "Will Smith", "actor", films[1])
    credit(db, "Kevin Smith", "actor", films[1], films[2])
    db.execute("update content set maturity_rating = 'R', popularity = 9e6 where id = any(%s)", [films])


@pytest.mark.parametrize("query", QUERIES)
def test_answers_are_those_of_a_catalogue_without_hidden_items(
    db: psycopg.Connection, kid: Person, query: str
) -> None:
    become(db, kid)
    before = answers(db, query)
    db.execute("reset role")
    db.execute("delete from content where maturity_rating = 'R'")
    db.execute("delete from people as p where not exists (select from credits as c where c.person_id = p.id)")
    become(db, kid)
    assert answers(db, query) == before


def test_unlimited_viewers_are_told_of_all(db: psycopg.Connection, kid: Person) -> None:
    become(db, None)
    understood = search(db, "films with smith")["understood"]["people"]
    assert len(understood[0]["ids"]) == 5
    assert search(db, "serial killer")["understood"]["filters"] == {"keywords": ["serial killer"]}
