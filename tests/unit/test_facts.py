"""The comparison of our films' facts with a table of film facts."""

import pytest

from tools.facts import Difference, compared, faults, names

FILM = {
    "slug": "the-host-2006",
    "year": "2006",
    "runtime_minutes": "120",
    "original_language": "ko",
    "countries": "KR|JP",
    "certificate": "R",
    "directors": "Bong Joon-ho",
    "actors": "Song Kang-ho|Bae Doona",
}
TABLE = {
    "year": "2006",
    "minutes": "120",
    "language": "Korean",
    "country": "South Korea",
    "content_rating": "R",
    "director": "Joon-ho Bong",
    "actors": "Ah-sung Ko|Doona Bae",
}


def test_table_that_agrees_has_no_difference() -> None:
    assert list(compared(FILM, TABLE)) == []


@pytest.mark.parametrize(
    ("column", "value", "fact", "ours", "theirs"),
    [
        ("year", "2007", "year", "2006", "2007"),
        ("minutes", "110", "minutes", "120", "110"),
        ("language", "English", "language", "ko", "en"),
        ("country", "USA", "country", "KR|JP", "US"),
        ("content_rating", "PG", "certificate", "R", "PG"),
        ("director", "Ann Lee", "directors", "Bong Joon-ho", "Ann Lee"),
        ("actors", "Ann Lee", "actors", "Song Kang-ho|Bae Doona", "Ann Lee"),
    ],
)
def test_each_fact_that_differs_is_reported(
    column: str, value: str, fact: str, ours: str, theirs: str
) -> None:
    assert list(compared(FILM, TABLE | {column: value})) == [Difference(FILM["slug"], fact, ours, theirs)]


@pytest.mark.parametrize(
    ("column", "value"),
    [("minutes", ""), ("language", "None"), ("country", "Aruba"), ("content_rating", "X")],
)
def test_fact_that_the_table_lacks_is_not_compared(column: str, value: str) -> None:
    assert list(compared(FILM, TABLE | {column: value})) == []


def test_difference_needs_a_row_and_a_row_needs_a_difference() -> None:
    known, new, gone = (Difference("a-2000", "year", "2000", str(year)) for year in (1999, 2001, 2002))
    lines = sorted(faults({known, new}, {known, gone}))
    assert lines == [
        "a-2000: year '2000' and '2002' is no difference: delete the row",
        "lacks a-2000: year is '2000' in films.csv and '2001' in the table",
    ]


@pytest.mark.parametrize("name", ["Kar-Wai Wong", "WONG KAR WAI", "Wong Kár-wai (director)"])
def test_spellings_of_one_name_agree(name: str) -> None:
    assert names(name) == names("Wong Kar-wai")
