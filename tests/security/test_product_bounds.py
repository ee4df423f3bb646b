"""Parameters and columns of any size, odd vectors and names are refused before they take time."""

import re
from collections.abc import Iterator
from time import monotonic
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.sql.people import Person, become, person

LONG = 400_000
MOST = 1.5
"""Seconds. Without bounds, each of these texts ran into the time-out of 4 s."""
TEXTS = {
    "digits": "1" * LONG,
    "letters": "x" * LONG,
    "accents": "a\u0301" * (LONG // 2),
    "words": "ab " * (LONG // 3),
    "slashes": "/a" * (LONG // 2),
}


@pytest.fixture
def owner(db: psycopg.Connection) -> Iterator[Person]:
    """A user with a PIN, in a session that began an hour ago."""
    owner = person(db)
    session = uuid4()
    db.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at) "
        "values (%s, %s, now() - interval '1 h', now())",
        [session, owner.id],
    )
    become(db, owner)
    db.execute("select set_account_pin('4711')")
    db.execute(
        "select set_config('request.jwt.claims', "
        "(current_setting('request.jwt.claims')::jsonb || jsonb_build_object('session_id', %s::text))::text, "
        "true)",
        [session],
    )
    yield owner


def duration(db: psycopg.Connection, query: str, values: list[Any]) -> float:
    """Seconds until the query returns or fails, at most the time-out of 4 s."""
    db.execute("set local statement_timeout = '4s'")
    start = monotonic()
    try:
        with db.transaction():
            db.execute(query.encode(), values)
    except psycopg.errors.QueryCanceled:
        return 4
    except psycopg.Error:
        pass
    return monotonic() - start


@pytest.mark.parametrize("text", TEXTS)
def test_pin_of_any_length_is_compared_in_bounded_time(
    db: psycopg.Connection, owner: Person, text: str
) -> None:
    assert duration(db, "select set_account_pin('1234', %s)", [TEXTS[text]]) < MOST
    kid = db.execute("insert into profiles (name, is_kids) values ('Kid', true) returning id").fetchone()
    assert kid
    db.execute("select enter_kids_mode(%s)", [kid[0]])
    assert duration(db, "select leave_kids_mode(%s)", [TEXTS[text]]) < MOST


def test_too_long_pin_counts_as_a_wrong_attempt(db: psycopg.Connection, owner: Person) -> None:
    for tries_left in (4, 3):
        db.execute("select set_account_pin('1234', %s)", ["4711" + "0" * 9])
        assert kids_mode(db)["tries_left"] == tries_left
    db.execute("select set_account_pin('1234', '4711')")
    assert kids_mode(db)["tries_left"] == 5


def kids_mode(db: psycopg.Connection) -> dict[str, object]:
    row = db.execute("select get_kids_mode()").fetchone()
    assert row
    return dict(row[0])


@pytest.mark.parametrize("column", ["username", "display_name", "locale", "time_zone", "country"])
@pytest.mark.parametrize("text", TEXTS)
def test_account_text_of_any_length_is_checked_in_bounded_time(
    db: psycopg.Connection, owner: Person, column: str, text: str
) -> None:
    assert duration(db, f"update accounts set {column} = %s", [TEXTS[text]]) < MOST


def numbers(*first: str, rest: str = "0") -> str:
    return "[" + ",".join([*first, *[rest] * (384 - len(first))]) + "]"


@pytest.mark.parametrize(
    "vector",
    [
        numbers("1e-45"),
        numbers("-1e-45"),
        numbers(rest="1e-30"),
        numbers(rest="3e38"),
        numbers("1e5"),
        numbers("70000", "1"),
        numbers(rest="0"),
        numbers("3e38", "3e38"),
        numbers(rest="1e-40"),
    ],
)
@pytest.mark.parametrize(
    "query",
    [
        "select * from match_movies(%s, 0.4)",
        "select * from match_books(%s, 0.4)",
        "select * from match_content(%s, 0.4, 12, 'sports')",
        "select search_content('love', %s)",
        "select search_content('love', %s, language => 'en')",
    ],
)
def test_query_vector_with_an_extreme_norm_is_refused(
    db: psycopg.Connection, query: str, vector: str
) -> None:
    """Such vectors give NaN as similarity, which passes every threshold, or are refused by the index."""
    with pytest.raises(psycopg.Error) as error:
        db.execute(query.encode(), [vector])
    assert (error.value.sqlstate, "query_embedding" in (error.value.diag.message_detail or "")) == (
        "22023",
        True,
    )


@pytest.mark.parametrize("vector", [numbers("1"), numbers(rest="-1"), numbers("0.002"), numbers("59000")])
def test_query_vector_that_is_not_normalised_is_accepted(db: psycopg.Connection, vector: str) -> None:
    db.execute("select * from match_movies(%s, 0)", [vector])


@pytest.mark.parametrize(
    "query",
    [
        ",".join(["abcde"] * 150),
        ".".join(["abcde"] * 150),
        "love " + "|".join(["abcde"] * 150),
        '"' + "-".join(["abcde"] * 150) + '"',
        "-" + ",".join(["abcde"] * 150),
        '-"' + "/".join(["abcde"] * 150) + '"',
        '"" ' * 40 + ",".join(["abcde"] * 140),
        "abcde,fghij " * 80,
    ],
)
def test_search_query_is_limited_to_32_words_with_any_separator(db: psycopg.Connection, query: str) -> None:
    row = db.execute(
        "select p.words, array_to_string(p.phrases, ' '), p.excluded, "
        "array_to_string(p.excluded_phrases, ' ') "
        "from private.parse_search(%s) as p",
        [query],
    ).fetchone()
    assert row
    assert max(len(re.findall(r"\w+", text or "")) for text in row) <= 32


@pytest.mark.parametrize(
    ("query", "words", "excluded"),
    [
        ("wall-e", "wall-e", ""),
        ("c3po,r2d2 spider-man", "c3po,r2d2 spider-man", ""),
        ('"blade runner" -2049', "blade runner", "2049"),
        ("L'Avventura", "L'Avventura", ""),
        ('""', '""', ""),
    ],
)
def test_search_query_of_few_words_is_kept_unchanged(
    db: psycopg.Connection, query: str, words: str, excluded: str
) -> None:
    row = db.execute("select words, excluded from private.parse_search(%s)", [query]).fetchone()
    assert row == (words, excluded)


@pytest.mark.parametrize(
    "name",
    [
        "Admins",
        "Admin Team",
        "the admin",
        "Support Desk",
        "Billing Department",
        "CineFluent Staff",
        "cinefluent help",
        "My CineFluent",
        "Official CineFluent",
        "c1nefluent_x",
        "\ua4eedmin",
        "\u13aaDMIN",
        "\U0001f150\U0001f153\U0001f15c\U0001f158\U0001f15d",
        "a\u0257min",
        "adm\u00a1n",
        "Support-Team 2",
        "[moderator]",
    ],
)
def test_display_name_that_impersonates_the_service_is_refused(
    db: psycopg.Connection, owner: Person, name: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute("update accounts set display_name = %s", [name])


@pytest.mark.parametrize(
    "name", ["Ann Helper", "Teamwork", "Billing Smith", "Guest of Honour", "Alexander Root", "Ада", "山田"]
)
def test_display_name_with_an_ordinary_word_is_accepted(
    db: psycopg.Connection, owner: Person, name: str
) -> None:
    db.execute("update accounts set display_name = %s", [name])


PILES = {
    "arabic": "\u0628" + "\u0610" * 9,
    "hebrew": "\u05d0" + "\u05b0\u0591\u05bd" * 3,
    "syriac": "\u0710" + "\u0730" * 9,
    "tibetan": "\u0f40" + "\u0f71" * 9,
    "myanmar": "\u1000" + "\u1037" * 9,
    "devanagari": "\u0915" + "\u0902" * 9,
    "cyrillic": "a" + "\u2de0" * 9,
    "kana": "\u304b" + "\u3099" * 9,
    "lao": "\u0e81" + "\u0eb4" * 9,
    "musical": "a" + "\U0001d165" * 9,
    "glagolitic": "a" + "\U0001e000" * 9,
    "mixed": "a" + "\u0300\u0300\u0300\u2de0" * 5,
}
INVISIBLE = [
    "\u0600",
    "\u06dd",
    "\u070f",
    "\u08e2",
    "\ufdd0",
    "\U000110bd",
    "\U0001107f",
    "\U00013430",
    "\U00016fe4",
    "\U0001d159",
    "\U0001fffe",
]


@pytest.mark.parametrize(
    "name",
    [*PILES.values(), *(f"a{sign}b" for sign in INVISIBLE), "\U0001f3f4" + "\U000e0061" * 5 + "\U000e007f"],
)
def test_name_with_stacked_marks_or_invisible_characters_is_refused(
    db: psycopg.Connection, name: str
) -> None:
    assert db.execute("select private.is_plain_text(%s, 100)", [name]).fetchone() == (False,)


@pytest.mark.parametrize(
    "name",
    [
        "Zoë",
        "Đặng Thị Ngọc",
        "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",
        "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f",
        "\u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f",
        "\u0e17\u0e35\u0e48\u0e23\u0e31\u0e01",
        "\u0f56\u0f66\u0f92\u0fb2\u0f74\u0f56\u0f66",
        "\u1000\u103c\u103d\u103e\u102f\u1036\u1037",
        "\u304b\u3099",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "❤\ufe0f",
    ],
)
def test_name_in_any_script_is_accepted(db: psycopg.Connection, name: str) -> None:
    assert db.execute("select private.is_plain_text(%s, 100)", [name]).fetchone() == (True,)


def test_account_deletion_can_be_cancelled_ten_times_a_month(db: psycopg.Connection) -> None:
    become(db, person(db))
    for _ in range(10):
        db.execute("select delete_my_account()")
        assert db.execute("select cancel_account_deletion()").fetchone() == (True,)
    db.execute("select delete_my_account()")
    with (
        pytest.raises(psycopg.Error, match="up to 10 deletions taken back a month") as error,
        db.transaction(),
    ):
        db.execute("select cancel_account_deletion()")
    assert error.value.sqlstate == "PT409"
    assert db.execute("select status from accounts").fetchone() == ("deleting",)
