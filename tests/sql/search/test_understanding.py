"""What search_content understands in a query, on hand-worked films."""

from typing import Any

import psycopg
import pytest

from tests.sql.people import become, person
from tests.sql.search.documents import film, search, titles
from tests.sql.search.lovers import Films, also, credit, keywords, shelve


@pytest.fixture
def shelf(db: psycopg.Connection) -> Films:
    films = shelve(db)
    credit(db, "Park Chan-wook", "director", films["Oldboy"])
    credit(db, "Akira Kurosawa", "director", films["Ran"], also_known_as=["黒澤明"])
    credit(db, "Roy Scheider", "actor", films["Jaws"], films["Country House"])
    credit(db, "Kirk Douglas", "actor", films["Paths of Glory"])
    become(db, None)
    return films


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Park Chan-wook", ["Oldboy"]),
        ("park chanwook", ["Oldboy"]),
        ("chan-wook park films", ["Oldboy"]),
        ("films with Roy Scheider", ["Jaws", "Country House"]),
        ("directed by kurosawa", ["Ran"]),
        ("黒澤明", ["Ran"]),
        ("kurosawa akira", ["Ran"]),
        ("roy scheider mystery", ["Country House"]),
        ("mysteries with scheider", ["Country House"]),
    ],
)
def test_people_are_understood(db: psycopg.Connection, query: str, expected: list[str]) -> None:
    response = search(db, query)
    assert [result["title"] for result in response["results"]] == expected
    assert len(response["understood"]["people"]) == 1


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("query", "expected", "filters"),
    [
        ("horror", ["Jaws", "Grizzly Woods", "The Deep Shelf"], {"genres": ["horror"]}),
        ("something to laugh about", ["Good Bye Lenin!"], {"genres": ["comedy"]}),
        (
            "german comedy",
            ["Good Bye Lenin!"],
            {"genres": ["comedy"], "countries": ["DE"], "languages": ["de"]},
        ),
        ("films from Korea", ["Oldboy"], {"countries": ["KR"], "languages": ["ko"]}),
        ("iranian drama", ["A Separation"], {"genres": ["drama"], "countries": ["IR"], "languages": ["fa"]}),
        ("the fifties", ["Paths of Glory"], {"year_from": 1950, "year_to": 1959}),
        ("1950s", ["Paths of Glory"], {"year_from": 1950, "year_to": 1959}),
        ("films before 1960", ["Paths of Glory"], {"year_to": 1959}),
        ("from 1975", ["Jaws"], {"year_from": 1975, "year_to": 1975}),
        (
            "war films of the 80s",
            ["Ran"],
            {"genres": ["war"], "keywords": ["war"], "year_from": 1980, "year_to": 1989},
        ),
        (
            "日本の戦争映画",
            ["Ran"],
            {"genres": ["war"], "keywords": ["war"], "countries": ["JP"], "languages": ["ja"]},
        ),
        (
            "comédie allemande",
            ["Good Bye Lenin!"],
            {"genres": ["comedy"], "countries": ["DE"], "languages": ["de"]},
        ),
        ("películas de terror", ["Jaws", "Grizzly Woods", "The Deep Shelf"], {"genres": ["horror"]}),
        (
            "deutsche Komödie",
            ["Good Bye Lenin!"],
            {"genres": ["comedy"], "countries": ["DE"], "languages": ["de"]},
        ),
        ("कोरियाई फिल्म", ["Oldboy"], {"countries": ["KR"], "languages": ["ko"]}),
    ],
)
def test_filters_in_words_are_understood(
    db: psycopg.Connection, query: str, expected: list[str], filters: dict[str, Any]
) -> None:
    response = search(db, query)
    assert [result["title"] for result in response["results"]] == expected
    assert response["understood"]["filters"] == filters
    assert response["understood"]["dropped"] == []


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("query", "first", "keyword"),
    [
        ("cosy mystery", "Country House", "whodunit"),
        ("feel-good", "La Haine", "feel-good"),
        ("shark", "Jaws", "shark"),
    ],
)
def test_moods_prefer_items_with_their_keywords(
    db: psycopg.Connection, query: str, first: str, keyword: str
) -> None:
    response = search(db, query)
    assert response["results"][0]["title"] == first
    assert keyword in response["understood"]["filters"]["keywords"]


def test_words_beside_a_filter_are_searched_for(db: psycopg.Connection, shelf: Films) -> None:
    assert titles(db, "horror film about a bear")[0] == "Grizzly Woods"
    assert titles(db, "german film about a bunker")[0] == "Downfall"
    assert "Paths of Glory" not in titles(db, "german film about soldiers")


def test_like_lists_similar_items_and_not_the_named_one(db: psycopg.Connection, shelf: Films) -> None:
    response = search(db, "something like Jaws")
    assert response["results"][0]["title"] == "The Deep Shelf"
    assert response["understood"]["like"] == {"id": str(shelf["Jaws"]), "title": "Jaws", "phrase": "jaws"}
    both = titles(db, "like Jaws but with a bear")
    assert set(both[:2]) == {"Grizzly Woods", "The Deep Shelf"}
    assert "Jaws" not in both


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("swat", "S.W.A.T."),
        ("s.w.a.t.", "S.W.A.T."),
        ("goodbye lenin", "Good Bye Lenin!"),
        ("oldboy", "Oldboy"),
        ("old boy", "Oldboy"),
        ("deepshelf", "The Deep Shelf"),
        ("deep shelf", "The Deep Shelf"),
        ("der untergang", "Downfall"),
        ("乱", "Ran"),
        ("올드보이", "Oldboy"),
        ("revolt of the akira clan", "Ran"),
    ],
)
def test_title_is_found_joined_without_article_and_by_other_titles(
    db: psycopg.Connection, query: str, first: str
) -> None:
    response = search(db, query)
    assert response["results"][0]["title"] == first
    assert response["understood"]["filters"] == {}


def test_half_width_kana_and_single_characters_find_titles(db: psycopg.Connection) -> None:
    film(db, "Akira", "Tokyo burns.", original_title="アキラ", original_language="ja")
    film(db, "Shadow", "A double fights.", original_title="影武者", original_language="ja")
    become(db, None)
    assert titles(db, "ｱｷﾗ") == ["Akira"]
    assert titles(db, "影") == ["Shadow"]


def test_titles_of_stop_words_are_found(db: psycopg.Connection) -> None:
    for title in ("Up", "Them!", "It", "Being There", "The Who"):
        film(db, title, "Something happens.")
    become(db, None)
    for query, title in (
        ("up", "Up"),
        ("them", "Them!"),
        ("IT", "It"),
        ("being there", "Being There"),
        ("the who", "The Who"),
    ):
        assert titles(db, query)[0] == title


def test_title_with_all_words_comes_before_one_with_some(db: psycopg.Connection) -> None:
    film(db, "Iron Iron Iron", "Iron in iron.", popularity=90)
    film(db, "The Man in a Mask of Iron and Other Stories of the Old Court", "He waits.")
    become(db, None)
    assert titles(db, "iron mask")[0].startswith("The Man in")


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("query", "corrections", "first"),
    [
        ("jawws", [], "Jaws"),
        ("separtion", [{"from": "separtion", "to": "separation"}], "A Separation"),
        ("paths of glry", [{"from": "glry", "to": "glory"}], "Paths of Glory"),
    ],
)
def test_corrections_are_returned(
    db: psycopg.Connection, query: str, corrections: list[dict[str, str]], first: str
) -> None:
    response = search(db, query)
    assert response["results"][0]["title"] == first
    assert corrections == [] or response["understood"]["corrections"] == corrections
    literal = search(db, query, ignore=["corrections"])
    assert literal["understood"]["corrections"] == []


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("ignored", "expected"),
    [
        (["genres"], {"Good Bye Lenin!", "Downfall"}),
        (["countries", "languages"], {"Good Bye Lenin!"}),
        (["all"], None),
    ],
)
def test_ignored_parts_are_not_understood(
    db: psycopg.Connection, ignored: list[str], expected: set[str] | None
) -> None:
    response = search(db, "german comedy", ignore=ignored)
    if expected is None:
        assert response["understood"]["filters"] == {}
    else:
        assert expected <= {result["title"] for result in response["results"]}
        assert ignored[0] not in response["understood"]["filters"]


@pytest.mark.usefixtures("shelf")
def test_ignored_words_keep_none_beside_them_from_being_understood(db: psycopg.Connection) -> None:
    dated = search(db, "german comedy of the 2000s", ignore=["years"])["understood"]
    assert dated["filters"] == {"genres": ["comedy"], "languages": ["de"], "countries": ["DE"]}
    named = search(db, "roy scheider horror", ignore=["people"])["understood"]
    assert (named["people"], named["filters"]) == ([], {"genres": ["horror"]})


def test_filters_of_the_caller_win(db: psycopg.Connection, shelf: Films) -> None:
    response = search(db, "german comedy", genre="drama")
    assert [result["title"] for result in response["results"]] == ["Downfall"]
    assert "genres" not in response["understood"]["filters"]
    assert titles(db, "films of the 1950s", year_from=2003, year_to=2003) != ["Paths of Glory"]


def test_filter_that_leaves_nothing_is_dropped_and_named(db: psycopg.Connection, shelf: Films) -> None:
    response = search(db, "horror films of the 1920s")
    assert [result["title"] for result in response["results"]] == ["Jaws", "Grizzly Woods", "The Deep Shelf"]
    assert response["understood"]["dropped"] == ["1920s"]
    assert response["understood"]["filters"] == {"genres": ["horror"]}


def test_words_of_a_title_are_not_taken_for_filters(db: psycopg.Connection) -> None:
    film(db, "American Beauty", "A father longs.", original_language="en", countries=["US"])
    film(db, "The Italian Job", "A heist in Turin.", original_language="en", countries=["GB"])
    film(db, "Some Like It Hot", "Two musicians hide.", original_language="en", countries=["US"])
    film(db, "Hot", "It is hot.", original_language="en", countries=["US"])
    become(db, None)
    for query in ("american beauty", "italian job", "some like it hot"):
        response = search(db, query)
        assert response["results"][0]["title"].lower().endswith(query)
        assert (response["understood"]["filters"], response["understood"]["like"]) == ({}, None)


def test_quoted_query_and_or_are_searched_for_as_they_are(db: psycopg.Connection, shelf: Films) -> None:
    for query in ('"german" comedy', "german or comedy"):
        assert search(db, query)["understood"]["filters"] == {}


def test_index_follows_people_keywords_and_titles(db: psycopg.Connection, shelf: Films) -> None:
    become(db, None, "service_role")
    also(db, shelf["Jaws"], "Der Weiße Hai")
    keywords(db, shelf["Jaws"], "harpoon")
    db.execute(
        "insert into content_translations (content_id, language, title, overview) "
        "values (%s, 'fr', 'Les Dents de la mer', 'Un requin attaque les baigneurs.')",
        [shelf["Jaws"]],
    )
    db.execute("update people set name = 'Roland Schein' where name = 'Roy Scheider'")
    for query in ("der weisse hai", "harpoon", "dents de la mer", "un requin attaque", "roland schein"):
        assert titles(db, query)[0] == "Jaws"
    db.execute("delete from credits where item_id = %s", [shelf["Jaws"]])
    assert titles(db, "roland schein") == ["Country House"]
    db.execute("delete from item_keywords where keyword = 'harpoon'")
    assert titles(db, "harpoon") == []


@pytest.fixture
def kid(db: psycopg.Connection, shelf: Films) -> set[str]:
    """Acts as a kids profile; the titles that it may see."""
    become(db, None, "service_role")
    allowed = {"Jaws", "Good Bye Lenin!"}
    db.execute("update content set maturity_rating = 'R'")
    db.execute("update content set maturity_rating = 'G' where title = any(%s)", [list(allowed)])
    viewer = person(db)
    db.execute("update profiles set is_kids = true, maturity_rating = 'G' where id = %s", [viewer.profile_id])
    become(db, viewer)
    return allowed


@pytest.mark.parametrize(
    "query",
    [
        *(
            "Park Chan-wook",
            "roy scheider",
            "directed by kurosawa",
            "like Jaws but with a bear",
            "like Oldboy",
        ),
        *("horror", "shark", "iranian drama", "1950s", "der untergang", "乱", "oldboi", "feel-good"),
    ],
)
def test_kids_profile_finds_nothing_above_its_age(db: psycopg.Connection, kid: set[str], query: str) -> None:
    response = search(db, query)
    assert {result["title"] for result in response["results"]} <= kid
    like = response["understood"]["like"]
    assert like is None or like["title"] in kid


@pytest.mark.usefixtures("kid")
def test_correction_names_no_word_of_hidden_items_only(db: psycopg.Connection) -> None:
    for query, corrected in (("oldboi", []), ("bathers sumer", ["summer"])):
        assert [made["to"] for made in search(db, query)["understood"]["corrections"]] == corrected
    become(db, None)
    assert search(db, "oldboi")["understood"]["corrections"] == [{"from": "oldboi", "to": "oldboy"}]


@pytest.mark.parametrize("sort", ["popularity", "year", "rating", "title"])
def test_kids_profile_browses_nothing_above_its_age(db: psycopg.Connection, kid: set[str], sort: str) -> None:
    response = search(db, None, sort=sort)
    assert {result["title"] for result in response["results"]} == kid
    assert response["total"] == 2
    assert titles(db, None, sort=sort, kind="movie", year_from=2003) == ["Good Bye Lenin!"]


@pytest.mark.usefixtures("kid")
@pytest.mark.parametrize("query", ["Park Chan-wook", "roy scheider and park chan-wook"])
def test_person_without_a_visible_item_is_not_named(db: psycopg.Connection, query: str) -> None:
    for understood in (
        search(db, query)["understood"],
        *(row[0]["understood"] for row in db.execute("select understand_query(%s)", [query])),
    ):
        assert "Park Chan-wook" not in [named["name"] for named in understood["people"]]


@pytest.mark.usefixtures("kid")
@pytest.mark.parametrize("typed", ["park", "park chan-wook", "aki", "oldb"])
def test_person_without_a_visible_item_is_not_suggested(db: psycopg.Connection, typed: str) -> None:
    assert db.execute("select suggestion from suggest(%s)", [typed]).fetchall() == []


@pytest.mark.usefixtures("kid")
def test_person_with_a_visible_item_is_suggested(db: psycopg.Connection) -> None:
    rows = db.execute("select suggestion from suggest('roy sch')").fetchall()
    assert rows == [("Roy Scheider",)]


@pytest.mark.usefixtures("shelf")
def test_suggestions_name_people(db: psycopg.Connection) -> None:
    rows = db.execute("select suggestion, kind, title from suggest('park ch')").fetchall()
    assert rows == [("Park Chan-wook", "person", None)]


@pytest.mark.usefixtures("shelf")
def test_text_to_embed_is_corrected_and_without_names(db: psycopg.Connection) -> None:
    def understood(query: str) -> dict[str, Any]:
        row = db.execute("select understand_query(%s)", [query]).fetchone()
        assert row
        answer: dict[str, Any] = row[0]
        return answer

    assert understood("a lockd up man")["corrected"] == "a locked up man"
    assert understood("Park Chan-wook")["text"] == ""
    assert understood("german comedy of the 2000s")["text"] == "german comedy of the"
    assert "A shark hunts bathers" in understood("like Jaws but with a bear")["text"]


@pytest.mark.parametrize(
    ("field", "parameters"),
    [("ignore", {"query": "x", "ignore": ["genre"]}), ("sort", {"query": "x", "sort": "best"})],
)
def test_unknown_parts_and_sorts_are_refused(
    db: psycopg.Connection, field: str, parameters: dict[str, Any]
) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        search(db, **parameters)
    assert f'"field": "{field}"' in (refused.value.diag.message_detail or "")
