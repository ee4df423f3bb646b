# ruff: noqa: RUF001 - the tests need names that imitate others
"""Every text and JSON that a client writes has a form and a size; the error names the field."""

import json
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, item, person

HONEST = [
    *(
        "Zoë",
        "O'Neil \"+;&%,😀",
        "अनुराधा पौडवाल",
        "山田　太郎",
        "葛󠄀城",
        "שלום",
        "محمد علي",
        "می‌خواهم",
        "Nguyễn Văn",
    ),
    *("Nguye\u0302\u0303n", "ประเสริฐ", "മോഹന്‍ലാല്‍", "ශ්‍රී ලංකා", "👩‍👩‍👧‍👦 family", "❤️", "1️⃣", "👍🏽", "🏳️‍🌈"),
    *(
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "ñ" * 100,
        "कखगघ" * 25,
        "界" * 100,
        "مرحبا" * 20,
    ),
]
UNREADABLE = [
    *(
        "",
        " ",
        "\u3000\u00a0",
        "\t",
        "A\nB",
        "a\u0007",
        "Ann\u200b",
        "\u200b",
        "\u200c",
        "An\u200dn",
        "क\u200c",
    ),
    *(
        "\u202eAnn",
        "a\u2066b\u2069",
        "\u061cb",
        "\u200fb",
        "\ufeffa",
        "\u00adx",
        "\u2800",
        "\u3164",
        "a\ufe0f",
        "\u2028",
    ),
    *(
        "a\U000e0041",
        "\ue000",
        "\U000f0000",
        "\u0301a",
        "Z\u0301\u0302\u0303\u0304",
        "\u180eb",
        "a\u206ab",
        "x" * 101,
    ),
]
LOOKALIKES = [
    *(
        "admin",
        "ADMIN",
        "a_d_m_i_n",
        "Admin 2024",
        "аdmin",
        "ＡＤＭＩＮ",
        "𝐚𝐝𝐦𝐢𝐧",
        "АDМІИ",
        "ΑDΜΙΝ",
        "ᴀᴅᴍɪɴ",
        "ádmin",
        "aԀmin",
        "Տupport",
        "ՏՍΡΡՕRТ",
    ),
    *(
        "@dmin",
        "Suρρort",
        "5upp0rt",
        "S U P P O R T",
        "cinefIuent",
        "CineFluent Support",
        "rnoderator",
        "M0d",
        "root ",
    ),
]


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


def refusal(db: psycopg.Connection, statement: str, values: list[Any]) -> tuple[str, str]:
    """Run a statement that must fail; field and message of the error."""
    with pytest.raises(psycopg.errors.CheckViolation) as raised, db.transaction():
        db.execute(statement, values)
    message, detail = raised.value.diag.message_primary, raised.value.diag.message_detail
    assert message and detail and "constraint" not in message
    return json.loads(detail)["field"], message


NAMES = [("accounts", "display_name"), ("profiles", "name")]


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize(("table", "column"), NAMES)
def test_name_in_any_script_is_accepted(
    db: psycopg.Connection, viewer: Person, table: str, column: str, name: str
) -> None:
    become(db, viewer)
    changed = db.execute(f"update {table} set {column} = %s returning {column}", [name])
    assert changed.fetchall() == [(name,)]


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize(("table", "column"), NAMES)
def test_unreadable_name_is_refused(
    db: psycopg.Connection, viewer: Person, table: str, column: str, name: str
) -> None:
    become(db, viewer)
    field, message = refusal(db, f"update {table} set {column} = %s", [name])
    assert (field, "1 to 100 characters" in message) == (column, True)


@pytest.mark.parametrize("name", LOOKALIKES)
def test_display_name_that_imitates_the_service_is_refused(
    db: psycopg.Connection, viewer: Person, name: str
) -> None:
    become(db, viewer)
    field, message = refusal(db, "update accounts set display_name = %s", [name])
    assert field == "display_name" and "name of the service" in message


@pytest.mark.parametrize(
    "name", ["admin", "AdMiN", "adm1n", "admin_99", "support", "_root_", "Cinefluent", "n0reply"]
)
def test_username_that_imitates_the_service_is_refused(
    db: psycopg.Connection, viewer: Person, name: str
) -> None:
    become(db, viewer)
    field, _ = refusal(db, "update accounts set username = %s", [name])
    assert field == "username"


@pytest.mark.parametrize(
    ("column", "name"), [("username", "admin" * 10**6), ("display_name", "é" * 5_000_000)]
)
def test_name_that_is_too_long_is_refused_before_comparison(
    db: psycopg.Connection, viewer: Person, column: str, name: str
) -> None:
    db.execute(
        "create or replace function private.confusable_form(name text) returns text "
        "language plpgsql immutable as "
        "$$begin if length(name) > 100 then raise 'compared'; end if; return name; end$$"
    )
    become(db, viewer)
    assert refusal(db, f"update accounts set {column} = %s", [name])[0] == column


@pytest.mark.parametrize("name", ["administratif", "adam_min", "helper", "teamster", "rooney", "moderato"])
def test_username_that_only_resembles_a_reserved_one_is_accepted(
    db: psycopg.Connection, viewer: Person, name: str
) -> None:
    become(db, viewer)
    assert db.execute("update accounts set username = %s returning username", [name]).fetchall() == [(name,)]


def test_service_role_can_set_reserved_names(db: psycopg.Connection, viewer: Person) -> None:
    become(db, None, "service_role")
    db.execute(
        "update accounts set username = 'support', display_name = 'Support' where id = %s", [viewer.id]
    )


@pytest.mark.parametrize(
    ("metadata", "email", "names"),
    [
        ({"display_name": "admin", "username": "admin"}, "ann@example.com", ("ann", None)),
        ({"display_name": "\u202eAnn", "username": "аnn"}, "support@example.com", ("Me", None)),
        ({"display_name": "\u200b"}, "a\u200b@example.com", ("Me", None)),
        ({"display_name": "é" * 200, "username": "Zoe_42"}, None, ("é" * 100, "Zoe_42")),
        ({"display_name": " "}, None, ("Me", None)),
    ],
)
def test_sign_up_replaces_an_invalid_name(
    db: psycopg.Connection, metadata: dict[str, str], email: str | None, names: tuple[str, str | None]
) -> None:
    user = uuid4()
    db.execute(
        "insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, %s)",
        [user, email, Jsonb(metadata)],
    )
    row = db.execute("select display_name, username from accounts where id = %s", [user]).fetchone()
    assert row == names


@pytest.mark.parametrize("path", ["{own}/me.png", "{own}/a/b c+d (1).png", "{own}/" + "x" * 263, None])
def test_avatar_path_in_the_own_folder_is_accepted(
    db: psycopg.Connection, viewer: Person, path: str | None
) -> None:
    become(db, viewer)
    named = path.format(own=viewer.id) if path else None
    assert db.execute("update profiles set avatar_path = %s", [named]).rowcount == 1


@pytest.mark.parametrize(
    "path",
    [
        *(
            "javascript:alert(1)",
            "../../etc",
            "{other}/me.png",
            "{own}",
            "{own}/",
            "/{own}/a.png",
            "{own}//a.png",
        ),
        *(
            "{own}/../{other}/a.png",
            "{own}/./a.png",
            "{own}/...",
            "{own}/a\\b",
            "{own}/%2e%2e/a",
            "{own}/a?b#c",
        ),
        *(
            "https://example.com/{own}/a.png",
            "{own}/a\n",
            "{own}/\u202ea.png",
            "{own}/<svg>",
            "data:image/png,{own}",
        ),
        *(
            "{own}x/a.png",
            " {own}/a.png",
            "{own}/é.png",
            "{own}/a:b",
            "{UPPER}/a.png",
            "{own}/" + "x" * 300,
            "",
        ),
    ],
)
def test_avatar_path_outside_the_own_folder_is_refused(
    db: psycopg.Connection, viewer: Person, path: str
) -> None:
    other = person(db, "other_viewer")
    named = path.format(own=viewer.id, other=other.id, UPPER=str(viewer.id).upper())
    become(db, viewer)
    assert refusal(db, "update profiles set avatar_path = %s", [named])[0] == "avatar_path"
    assert (
        refusal(db, "insert into profiles (name, avatar_path) values ('B', %s)", [named])[0] == "avatar_path"
    )


def nested(levels: int) -> object:
    return {"a": nested(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    "preferences", [[], 1, "x", None, nested(9), [nested(3)], {"a": "x" * 16_000}, {"a": ["é" * 8_000]}]
)
def test_large_or_deep_preferences_are_refused(
    db: psycopg.Connection, viewer: Person, preferences: object
) -> None:
    become(db, viewer)
    assert refusal(db, "update profiles set preferences = %s", [Jsonb(preferences)])[0] == "preferences"


@pytest.mark.parametrize(
    "preferences", [{}, nested(8), {"a": "x" * 15_900}, {"क": ["😀", None, 1.5, {"b": True}]}]
)
def test_valid_preferences_are_stored(db: psycopg.Connection, viewer: Person, preferences: object) -> None:
    become(db, viewer)
    changed = db.execute("update profiles set preferences = %s returning preferences", [Jsonb(preferences)])
    assert changed.fetchall() == [(preferences,)]


@pytest.mark.parametrize("rating", [6, 0, -1, 0.25, 5.5, 2.75, "NaN", "Infinity"])
def test_rating_out_of_range_is_refused_with_the_range(
    db: psycopg.Connection, viewer: Person, rating: float | str
) -> None:
    film = item(db, "A film")
    become(db, viewer)
    error = refusal(db, "insert into ratings (item_id, rating) values (%s, %s)", [film, rating])
    assert error == ("rating", "rating must be 0.5 to 5.0 in half steps")


WRITABLE = """
select c.relname, a.attname, format_type(a.atttypid, null), p.name
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
cross join unnest(array['insert', 'update']) as p (name)
where
    c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and has_column_privilege('authenticated', c.oid, a.attnum, p.name)
    and format_type(a.atttypid, null) in ('text', 'text[]', 'jsonb', 'json', 'citext', 'extensions.citext')
order by 1, 2, 4
"""
MONSTERS: dict[str, list[Any]] = {
    "text": ["x" * 1_000_000, "\u202e", "a\nb\u200b", "💥" * 5_000, "javascript:alert(1)//\u0007"],
    "text[]": [["x" * 1_000_000], ["fr"] * 10_000, ["\u202e"], ["javascript:"]],
    "jsonb": [
        Jsonb({"a": "x" * 1_000_000}),
        Jsonb({"a": list(range(50_000))}),
        Jsonb(nested(100)),
        Jsonb([]),
    ],
}


def test_every_writable_column_refuses_oversized_values(db: psycopg.Connection, viewer: Person) -> None:
    """Covers future tables: no value that clients write may be unbounded, unreadable or deeply nested."""
    db.execute("set local search_path = public, extensions")
    columns = db.execute(WRITABLE).fetchall()
    assert {("accounts", "display_name"), ("profiles", "preferences"), ("consents", "purpose")} <= {
        (table, column) for table, column, *_ in columns
    }
    needed: dict[str, dict[str, Any]] = {
        "profiles": {"name": "B"},
        "consents": {"purpose": "terms", "document_version": "1", "is_granted": True},
    }
    become(db, viewer)
    for table, column, kind, action in columns:
        for monster in MONSTERS[kind.replace("extensions.", "").replace("citext", "text")]:
            values = {**needed.get(table, {}), column: monster} if action == "insert" else {column: monster}
            names = ", ".join(values)
            statement = (
                f"insert into {table} ({names}) values ({', '.join(['%s'] * len(values))})"
                if action == "insert"
                else f"update {table} set {column} = %s"
            )
            with pytest.raises((psycopg.DataError, psycopg.IntegrityError)) as raised, db.transaction():
                db.execute(statement, list(values.values()))
            message, detail = raised.value.diag.message_primary, raised.value.diag.message_detail
            assert message and len(message) < 300 and json.loads(detail or "{}")["field"] == column, (
                table,
                column,
            )
