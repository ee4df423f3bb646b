"""search_content page by page: stable cursors, complete pages, facets of all pages."""

from collections import Counter
from typing import Any

import numpy
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.people import become, embed
from tests.sql.search.documents import film, genre, ids, pages, search


def test_pages_are_stable_while_items_change(db: psycopg.Connection) -> None:
    robots = [film(db, f"Robot {number}", "A robot among robots.") for number in range(25)]
    become(db, None)
    whole = ids([search(db, "robots", count=100)])
    assert len(whole) == 25 == len(set(whole))
    first = search(db, "robots", count=10)
    become(db, None, "service_role")
    for number in range(5):
        film(db, "Robots", f"Robots robots robots, number {number}.", popularity=1000)
    db.execute("delete from content where id = %s", [whole[3]])
    become(db, None)
    second = search(db, "robots", count=10, cursor=first["next_cursor"])
    third = search(db, "robots", count=10, cursor=second["next_cursor"])
    assert ids([first, second, third]) == whole
    assert third["next_cursor"] is None
    assert len(robots) == 25


@pytest.mark.parametrize(
    "other",
    [{"query": "robots"}, {"query": "robot", "kind": "movie"}, {"query": "robot", "year_to": 2000}],
)
def test_cursor_of_another_search_is_refused(db: psycopg.Connection, other: dict[str, Any]) -> None:
    for number in range(5):
        film(db, f"Robot {number}", "A robot.")
    become(db, None)
    cursor = search(db, "robot", count=2)["next_cursor"]
    assert search(db, "robot", count=3, cursor=cursor)["results"]
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="cursor"):
        search(db, cursor=cursor, **other)


WORDS = ["robot", "robots", "love", "the", "paris", "amélie", "spider-man", "1984"]


texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


films = st.lists(
    st.tuples(
        texts,
        st.none() | texts,
        st.sampled_from(["movie", "tv_show"]),
        st.sampled_from([None, "en", "fr"]),
        st.sampled_from([None, 1984, 1999, 2003]),
        st.sets(st.sampled_from(["drama", "comedy"])),
        st.none() | st.integers(0, 3),
    ),
    max_size=12,
)


filters = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["movie", "tv_show", "book"]),
        "genre": st.sampled_from(["drama", "comedy"]),
        "language": st.sampled_from(["en", "fr"]),
        "year_from": st.sampled_from([1984, 1990]),
        "year_to": st.sampled_from([1984, 2000]),
    },
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(films, texts, filters, st.none() | st.integers(0, 3), st.integers(1, 4))
def test_pages_cover_the_results_once_and_facets_count_them(
    db: psycopg.Connection,
    drawn: list[tuple[Any, ...]],
    query: str,
    narrowed: dict[str, Any],
    direction: int | None,
    count: int,
) -> None:
    facts: dict[str, tuple[Any, ...]] = {}
    with db.transaction(force_rollback=True):
        for title, overview, kind, language, year, genres, vector in drawn:
            each = film(db, title, overview, kind=kind, original_language=language, release_year=year)
            for slug in genres:
                genre(db, slug, each)
            if vector is not None:
                embed(db, each, numpy.eye(384)[vector].tolist(), kind)
            facts[str(each)] = (kind, language, year, genres)
        parameters = dict(narrowed)
        if direction is not None:
            parameters["query_embedding"] = str(numpy.eye(384)[direction].tolist())
        become(db, None)
        whole = search(db, query, count=100, **parameters)
        walked = pages(db, query, count, **parameters)
        db.execute("reset role")
    assert ids(walked) == ids([whole])
    assert len(set(ids(walked))) == whole["total"]
    assert all(page["facets"] == whole["facets"] and page["total"] == whole["total"] for page in walked)
    scores = [result["score"] for result in whole["results"]]
    assert scores == sorted(scores, reverse=True)
    matched = [facts[each] for each in ids([whole])]
    expected = {
        "kind": Counter(kind for kind, *_ in matched),
        "language": Counter(language for _, language, *_ in matched if language),
        "decade": Counter(year // 10 * 10 for _, _, year, _ in matched if year),
        "genre": Counter(slug for *_, genres in matched for slug in genres),
    }
    for facet, counts in expected.items():
        assert {value["value"]: value["count"] for value in whole["facets"][facet]} == counts
    for kind, language, year, genres in matched:
        assert narrowed.get("kind", kind) == kind
        assert narrowed.get("language", language) == language
        assert narrowed.get("genre") in {None, *genres}
        assert narrowed.get("year_from", 0) <= (year or 0) or "year_from" not in narrowed
        assert "year_to" not in narrowed or (year is not None and year <= narrowed["year_to"])
