"""search_content: matches, ranking, filters and facets."""

from typing import Any

import numpy
import psycopg
import pytest

from tests.sql.people import become, embed, embed_all, person
from tests.sql.search.documents import book, film, genre, search, titles

AWKWARD = [
    "two  words",
    "1+1 = 2",
    "say \"yes\" and 'no'",
    "it's; a & b, c",
    "100% _ * \\ %20",
    "<b>bold</b> & <script>",
    "مرحبا بالعالم",
    "שלום עולם",
    "naïve 😀🤖",
    "null",
    "???",
    "-",
    '"',
    "or",
    "千と千尋の神隠し",
    "तुम्हारी फिल्म",
]


@pytest.fixture
def shelf(db: psycopg.Connection) -> psycopg.Connection:
    """Films and books with similar titles and descriptions."""
    db.execute("delete from private.search_words")
    film(
        db,
        "Blade Runner",
        "A blade runner must pursue and terminate four replicants who stole a ship in space.",
        release_year=1982,
        original_language="en",
        popularity=40,
    )
    film(db, "Blade Runner 2049", "A young blade runner finds a secret.", release_year=2017, popularity=90)
    film(db, "Blade", "A half-vampire hunts vampires.", release_year=1998, popularity=60)
    film(db, "Run Lola Run", "She is running through Berlin with twenty minutes left.", release_year=1998)
    film(
        db,
        "Amélie",
        "A shy waitress in Paris changes the lives of those around her.",
        original_title="Le Fabuleux Destin d'Amélie Poulain",
        original_language="fr",
    )
    film(db, "The Godfather", "The ageing head of a crime family hands over to his son.", popularity=80)
    film(db, "The Godfather: Part II", "The godfather's early life, and his son's reign.", popularity=85)
    film(db, "It", "A clown frightens children.")
    film(db, "The Who", "A rock band on tour.")
    film(db, "千と千尋の神隠し", "A girl wanders into a world of spirits.", original_language="ja")
    book(db, "Emma", ["Jane Austen"], "A young woman makes matches for her friends.")
    book(db, "Persuasion", ["Jane Austen"], "Anne meets the captain whom she once refused.")
    book(db, "Blade of Grass", ["Ann Other"], "A gardener's year.")
    return db


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Blade Runner", "Blade Runner"),
        ("blade runer", "Blade Runner"),
        ("blade runner 2049", "Blade Runner 2049"),
        ("amelie", "Amélie"),
        ("amleie", "Amélie"),
        ("le fabuleux destin d\u2019amelie poulain", "Amélie"),
        ("the godfather", "The Godfather"),
        ("godfather", "The Godfather"),
        ("the godfater", "The Godfather"),
        ("it", "It"),
        ("the who", "The Who"),
        ("千尋", "千と千尋の神隠し"),
        ("replicants in space", "Blade Runner"),
        ("vampire hunter", "Blade"),
    ],
)
def test_best_matching_title_comes_first(shelf: psycopg.Connection, query: str, first: str) -> None:
    become(shelf, None)
    assert titles(shelf, query)[0] == first


def test_author_name_finds_books_despite_a_typo(shelf: psycopg.Connection) -> None:
    become(shelf, None)
    assert set(titles(shelf, "jane austen")) == {"Emma", "Persuasion"}
    assert set(titles(shelf, "jane austin")) == {"Emma", "Persuasion"}


def test_phrases_and_exclusions_narrow_the_results(shelf: psycopg.Connection) -> None:
    become(shelf, None)
    assert titles(shelf, '"young blade runner"') == ["Blade Runner 2049"]
    assert titles(shelf, '"runner blade"') == []
    assert set(titles(shelf, "blade -runner")) == {"Blade", "Blade of Grass"}
    assert "Blade Runner 2049" not in titles(shelf, 'blade runner -"young blade"')
    assert {"Emma", "It"} <= set(titles(shelf, "clown or matches"))


def test_inflected_words_match_in_each_language(db: psycopg.Connection) -> None:
    film(db, "Läufer", "Die Männer laufen durch die Stadt und suchen ihre Häuser.", original_language="de")
    film(db, "Course", "Les hommes couraient dans les rues de la ville.", original_language="fr")
    film(db, "Running", "The men were running through the city.", original_language="ja")
    become(db, None)
    assert titles(db, "hauses") == ["Läufer"]
    assert titles(db, "rue") == ["Course"]
    assert titles(db, "runs")[0] == "Running"


def test_matched_words_are_marked_and_html_is_escaped(db: psycopg.Connection) -> None:
    film(db, "Amélie & <i>Co</i>", 'The "cafés" <b>of</b> Amélie.')
    become(db, None)
    result = search(db, "amelie café")["results"][0]
    assert result["title_html"] == "<mark>Amélie</mark> &amp; &lt;i&gt;Co&lt;/i&gt;"
    assert result["snippet_html"] == (
        "The &quot;<mark>cafés</mark>&quot; &lt;b&gt;of&lt;/b&gt; <mark>Amélie</mark>."
    )
    assert result["matched"] == ["words", "name"]


@pytest.fixture
def robots(db: psycopg.Connection) -> None:
    """Two films, a show and a book about robots."""
    old = film(db, "Robots", "Robots.", release_year=1987, original_language="en")
    new = film(db, "More Robots", "Robots.", release_year=2003, original_language="fr")
    show = film(db, "Robot Show", "Robots.", kind="tv_show", release_year=2005)
    book(db, "I, Robot", ["Isaac Asimov"], "Robots.")
    genre(db, "drama", old, new)
    genre(db, "science-fiction", new, show)
    become(db, None)


@pytest.mark.usefixtures("robots")
def test_facets_count_all_matches(db: psycopg.Connection) -> None:
    everything = search(db, "robots")
    assert everything["total"] == 4
    assert {value["value"]: value["count"] for value in everything["facets"]["kind"]} == {
        "movie": 2,
        "tv_show": 1,
        "book": 1,
    }
    assert {value["value"]: value["count"] for value in everything["facets"]["decade"]} == {1980: 1, 2000: 2}
    assert everything["facets"]["tier"] == [{"value": "free", "count": 4}]


@pytest.mark.usefixtures("robots")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": "tv_show"}, {"Robot Show"}),
        ({"kind": "book"}, {"I, Robot"}),
        ({"genre": "drama"}, {"Robots", "More Robots"}),
        ({"genre": "science-fiction", "kind": "movie"}, {"More Robots"}),
        ({"language": "fr"}, {"More Robots"}),
        ({"year_from": 1990}, {"More Robots", "Robot Show"}),
        ({"year_to": 1990}, {"Robots"}),
        ({"year_from": 2003, "year_to": 2004}, {"More Robots"}),
        ({"genre": "no-such-genre"}, set()),
        ({"tier": "premium"}, set()),
    ],
)
def test_filters_narrow_results_total_and_facets(
    db: psycopg.Connection, filters: dict[str, Any], expected: set[str]
) -> None:
    response = search(db, "robots", **filters)
    assert {result["title"] for result in response["results"]} == expected
    assert response["total"] == len(expected)
    assert sum(value["count"] for value in response["facets"]["kind"]) == len(expected)


def test_search_without_matches_returns_empty_lists(db: psycopg.Connection) -> None:
    become(db, None)
    response = search(db, "qxzzv vvjqk")
    assert response.pop("search_id")
    assert response == {
        "results": [],
        "total": 0,
        "facets": {"kind": [], "genre": [], "language": [], "decade": [], "tier": []},
        "understood": {"filters": {}, "people": [], "like": None, "corrections": [], "dropped": []},
        "next_cursor": None,
    }


def test_unavailable_items_are_in_no_result_or_facet(db: psycopg.Connection) -> None:
    here = film(db, "Robots Here", "Robots.", release_year=1999)
    for title, country in (("Robots Abroad", "ZZ"), ("Robots Premium", None)):
        elsewhere = film(db, title, "Robots.", release_year=2001)
        tier = None if country else "premium"
        db.execute(
            "insert into item_availability (item_id, country, tier) values (%s, %s, %s)",
            [elsewhere, country, tier],
        )
        embed(db, elsewhere, [1.0] * 384)
    db.execute(
        "update content set maturity_rating = 'NC-17' where id = %s", [film(db, "Robots Adult", "Robots.")]
    )
    embed(db, here, [1.0] * 384)
    viewer = person(db)
    db.execute("update profiles set maturity_rating = 'PG-13' where id = %s", [viewer.profile_id])
    become(db, viewer)
    response = search(db, "robots", query_embedding=str([1.0] * 384))
    assert {result["title"] for result in response["results"]} == {"Robots Here", "Robots Premium"}
    assert (response["total"], response["facets"]["decade"]) == (
        2,
        [{"value": 1990, "count": 1}, {"value": 2000, "count": 1}],
    )
    assert sorted(response["facets"]["tier"], key=str) == [
        {"count": 1, "value": "free"},
        {"count": 1, "value": "premium"},
    ]
    assert titles(db, "robots", tier="premium") == ["Robots Premium"]
    assert {row[0] for row in db.execute("select suggestion from suggest('robots')")} == {
        "Robots Here",
        "Robots Premium",
    }


def test_search_matches_by_meaning_by_words_and_by_both(db: psycopg.Connection) -> None:
    near, far = numpy.eye(384)[0], numpy.eye(384)[1]
    meant = film(db, "A Lonely Machine", "It learns to feel.")
    worded = film(db, "A Documentary", "A robot.")
    both = film(db, "Robots in Love", "A robot.")
    embed_all(db, {meant: near.tolist(), worded: far.tolist(), both: (near + 0.5 * far).tolist()})
    become(db, None)
    vector = str(near.tolist())
    assert titles(db, None, query_embedding=vector) == ["A Lonely Machine", "Robots in Love"]
    assert set(titles(db, "robots")) == {"A Documentary", "Robots in Love"}
    results = search(db, "robots", query_embedding=vector)["results"]
    assert results[0]["title"] == "Robots in Love"
    assert results[0]["similarity"] == pytest.approx(1 / 1.25**0.5, abs=1e-4)
    assert {each["title"]: each["matched"] for each in results} == {
        "Robots in Love": ["words", "meaning"],
        "A Documentary": ["words"],
        "A Lonely Machine": ["meaning"],
    }


def test_search_follows_catalog_changes_at_once(db: psycopg.Connection) -> None:
    changed = film(db, "Qwertyuiop", "Zyxwvut.")
    assert titles(db, "qwertyuiop") == ["Qwertyuiop"]
    db.execute("update content set title = 'Asdfghjkl' where id = %s", [changed])
    assert titles(db, "qwertyuiop") == []
    assert titles(db, "asdfghjkl") == ["Asdfghjkl"] == titles(db, "zyxwvut")
    genre(db, "mumblecore", changed)
    assert titles(db, "mumblecore") == ["Asdfghjkl"] == titles(db, "asdfghjkl", genre="mumblecore")
    db.execute("update genres set slug = 'mumbling', name = 'Mumbling' where slug = 'mumblecore'")
    assert titles(db, "asdfghjkl", genre="mumbling") == ["Asdfghjkl"]
    db.execute("insert into item_tags (item_id, tag) values (%s, 'cultish')", [changed])
    assert titles(db, "cultish") == ["Asdfghjkl"]
    db.execute("delete from item_tags where item_id = %s", [changed])
    assert titles(db, "cultish") == []
    db.execute("delete from content where id = %s", [changed])
    assert titles(db, "asdfghjkl") == []
    counted = db.execute(
        "select count(*) from private.search_postings p where not exists "
        "(select from private.search_documents d where d.document = p.document)"
    ).fetchone()
    assert counted == (0,)


def test_deleted_item_is_not_found(db: psycopg.Connection) -> None:
    gone = film(db, "Qwertyuiop", "Zyxwvut.")
    genre(db, "drama", gone)
    db.execute("delete from items where id = %s", [gone])
    assert titles(db, "qwertyuiop") == []


@pytest.mark.parametrize(
    ("field", "parameters"),
    [
        ("query", {"query": None}),
        ("query", {"query": ""}),
        ("query", {"query": " \t "}),
        ("query", {"query": "x" * 1001}),
        ("query_embedding", {"query": "x", "query_embedding": "[1,2,3]"}),
        ("query_embedding", {"query": "x", "query_embedding": str([0] * 384)}),
        ("kind", {"query": "x", "kind": "film"}),
        ("tier", {"query": "x", "tier": "gold"}),
        ("year_from", {"query": "x", "year_from": -1}),
        ("year_to", {"query": "x", "year_to": 3001}),
        ("count", {"query": "x", "count": 0}),
        ("count", {"query": "x", "count": 101}),
        ("cursor", {"query": "x", "cursor": ""}),
        ("cursor", {"query": "x", "cursor": "nonsense"}),
        ("cursor", {"query": "x", "cursor": "e30"}),
        ("cursor", {"query": "x", "cursor": "😀"}),
        ("cursor", {"query": "x", "cursor": "A"}),
    ],
)
def test_search_names_a_parameter_out_of_range(
    db: psycopg.Connection, field: str, parameters: dict[str, Any]
) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        search(db, **parameters)
    assert f'"field": "{field}"' in (refused.value.diag.message_detail or "")


@pytest.mark.parametrize("text", AWKWARD)
def test_titles_with_special_characters_are_found(db: psycopg.Connection, text: str) -> None:
    film(db, text, "Somebody does something.")
    film(db, "Something else", text)
    become(db, None)
    assert titles(db, text)[0] == text
    assert (text,) in db.execute("select suggestion from suggest(%s)", [text]).fetchall()


def test_unused_words_are_deleted_from_the_index(shelf: psycopg.Connection) -> None:
    film(shelf, "Xylophonia")
    shelf.execute("delete from content where title = 'Xylophonia'")
    shelf.execute("select private.delete_unused_words()")
    left = shelf.execute(
        "select word from private.search_words where word in ('xylophonia', 'blade') order by word"
    ).fetchall()
    assert left == [("blade",)]


@pytest.mark.parametrize("character", ["\ufdfa", "\u3300", "\u33ff", "½"])
def test_character_that_stands_for_words_counts_as_these(db: psycopg.Connection, character: str) -> None:
    query = "select cardinality(string_to_array(words, ' ')), length(words) from private.parse_search(%s)"
    row = db.execute(query, [character * 1000]).fetchone()
    assert row is not None and row[0] <= 32 and row[1] <= 1000
    for function in ("search_content", "understand_query", "suggest"):
        text = character * (200 if function == "suggest" else 1000)
        db.execute(f"select count(*) from {function}(%s)".encode(), [text])
