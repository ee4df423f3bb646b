"""What a kids profile sees: nothing above its age and nothing unrated on any path, and no way out."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, embed, item, item_model, person, rate
from tests.sql.publishing import publish

RATINGS = ("G", "PG", "PG-13", "R", "NC-17", None)
VECTOR = str([1.0] + [0.0] * 383)
FILM_TABLES = """
select c.oid::regclass::text from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'p') and not c.relispartition
and has_table_privilege('authenticated', c.oid, 'select') order by 1
"""
LISTS = {
    "recommendations": "select t from get_recommendations(200) t",
    "collaborative": "select t from get_collaborative_recommendations(%(me)s, 200) t",
    "popular": "select t from get_popular_items(200) t",
    "trending": "select t from get_trending_items(200) t",
    "similar": "select t from get_similar_items(%(mild)s, 200) t",
    "onboarding": "select t from get_onboarding_items(50) t",
    "match_movies": f"select t from match_movies('{VECTOR}', 0, 200) t",
    "match_content": f"select t from match_content('{VECTOR}', 0, 200) t",
    "match_books": f"select t from match_books('{VECTOR}', 0, 200) t",
    "search": "select search_content('Zanzibarra')",
    "search_by_meaning": f"select search_content('Zanzibarra', '{VECTOR}')",
    "misspelt_search": "select search_content('Zanzibara')",
    "suggest": "select t from suggest('zanz', 50) t",
    "misspelt_suggestion": "select t from suggest('zanzibata', 50) t",
}


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


@pytest.fixture
def kid(db: psycopg.Connection, viewer: Person) -> Person:
    """A kids profile of the viewer's account."""
    found = db.execute(
        "insert into profiles (account_id, name, is_kids, maturity_rating) values (%s, 'Zoë', true, 'NC-17') "
        "returning id, (select r.id from raters r where r.profile_id = profiles.id)",
        [viewer.id],
    ).fetchone()
    assert found
    rater = db.execute("select id from raters where profile_id = %s", [found[0]]).fetchone()
    assert rater
    return Person(viewer.id, found[0], rater[0])


@pytest.fixture
def films(db: psycopg.Connection, kid: Person) -> Iterator[dict[str | None, UUID]]:
    """A film of each rating and a book, with rows in all tables; the child rated three of them."""
    made: dict[str | None, UUID] = {}
    critic = person(db, "critic").rater_id
    for rating in RATINGS:
        film = item(db, f"Zanzibarra {rating}", overview="A tale of Zanzibarra.")
        db.execute("update content set maturity_rating = %s, popularity = 9e6 where id = %s", [rating, film])
        made[rating] = film
    made["book"] = item(db, "Zanzibarra, a book", "book", "A tale of Zanzibarra.")
    genre = db.execute("insert into genres (name, slug) values ('Zanzibarran', 'zanzibarran') returning id")
    (genre_id,) = genre.fetchone() or ()
    for film in made.values():
        embed(db, film, json.loads(VECTOR), "book" if film == made["book"] else "movie")
        db.execute("insert into item_genres values (%s, %s)", [film, genre_id])
        db.execute("insert into item_tags (item_id, tag) values (%s, 'zanzi')", [film])
        db.execute("insert into item_availability (item_id) values (%s)", [film])
        rate(db, critic, {film: 5})
    item_model(db, {a: {b: 0.9 for b in made.values() if b != a} for a in made.values()})
    rate(db, kid.rater_id, {made["R"]: 5, made[None]: 5, made["PG"]: 4})
    publish(db)
    become(db, kid, headers={"x-profile-id": str(kid.profile_id)})
    db.execute("reset role")
    yield made


def act(db: psycopg.Connection, who: Person) -> None:
    become(db, who, headers={"x-profile-id": str(who.profile_id)})


def in_session(db: psycopg.Connection, who: Person, session: UUID, profile: UUID | None = None) -> None:
    claims = {"role": "authenticated", "sub": str(who.id), "session_id": str(session)}
    become(db, who, headers={"x-profile-id": str(profile)} if profile else {})
    db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])


def sign_in(db: psycopg.Connection, who: Person, ago: str = "0") -> UUID:
    db.execute("reset role")
    session = uuid4()
    db.execute(
        "insert into auth.sessions (id, user_id, created_at) values (%s, %s, now() - %s::interval)",
        [session, who.id, ago],
    )
    return session


def refused(db: psycopg.Connection, statement: str, values: list[object] | None = None) -> str:
    """The code of the refusal."""
    with pytest.raises(psycopg.Error) as refusal, db.transaction():
        db.execute(statement, values)
    if refusal.value.sqlstate != "PGRST":
        return str(refusal.value.sqlstate)
    return str(json.loads(str(refusal.value.diag.message_primary))["code"])


# What exists


def seen(db: psycopg.Connection, films: dict[str | None, UUID], query: str, me: UUID) -> set[str | None]:
    """The ratings of the films that an answer names by id or by title, wherever in it."""
    text = str(db.execute(query, {"me": me, "mild": films["G"]}).fetchall())
    names = {rating: str(film) for rating, film in films.items()}
    return {
        r for r, name in names.items() if name in text or f"Zanzibarra {r}" in text.replace("</mark>", "")
    }


def tables(db: psycopg.Connection) -> list[str]:
    return [name for (name,) in db.execute(FILM_TABLES)]


def test_a_kids_profile_finds_nothing_above_its_age_in_any_table(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    relations = tables(db)
    act(db, kid)
    found = {name: seen(db, films, f"select t::text from {name} t", kid.id) for name in relations}
    assert {name: ratings for name, ratings in found.items() if ratings - {"G", "PG"}} == {}
    whole = {"items", "content", "movies", "catalog_items", "item_genres", "item_tags", "item_embeddings"}
    more = {"item_stats", "item_trends", "item_neighbours", "item_availability"}
    assert {name for name in found if found[name] == {"G", "PG"}} == whole | more
    assert found["ratings"] == {"PG"}


def test_an_adult_profile_finds_every_rating_in_the_same_tables(
    db: psycopg.Connection, films: dict[str | None, UUID], viewer: Person
) -> None:
    act(db, viewer)
    for table in ("items", "item_genres", "item_stats", "item_neighbours", "catalog_items"):
        assert seen(db, films, f"select t::text from {table} t", viewer.id) == films.keys()


@pytest.mark.parametrize("query", LISTS.values(), ids=LISTS)
def test_no_list_or_search_names_what_a_child_may_not_see(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person, viewer: Person, query: str
) -> None:
    act(db, kid)
    assert seen(db, films, query, kid.id) <= {"G", "PG"}
    if "collaborative" not in query and "books" not in query:
        assert seen(db, films, query, kid.id)
    act(db, viewer)
    if "collaborative" not in query:
        assert seen(db, films, query, viewer.id) - {"G", "PG"}


def test_facets_count_what_a_child_sees(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    act(db, kid)
    row = db.execute("select search_content('Zanzibarra', count => 1)").fetchone()
    assert row
    assert row[0]["total"] == 2
    assert row[0]["facets"]["genre"] == [{"value": "zanzibarran", "count": 2}]
    assert row[0]["facets"]["kind"] == [{"value": "movie", "count": 2}]


def test_no_reason_names_a_film_the_child_may_not_see_also_for_the_service(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    become(db, None, "service_role")
    rows = db.execute(
        "select id, reason, because_of from get_recommendations(200, profile_id => %s)", [kid.profile_id]
    ).fetchall()
    assert rows
    hidden = {str(films[rating]) for rating in ("PG-13", "R", "NC-17", None, "book")}
    assert not [name for name in hidden if name in str(rows)]
    assert not any("Zanzibarra R" in str(row) or "Zanzibarra None" in str(row) for row in rows)


@pytest.mark.parametrize("rating", ["PG-13", "R", "NC-17", None, "book"])
def test_a_child_rates_predicts_and_records_only_what_it_sees(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person, rating: str | None
) -> None:
    act(db, kid)
    event = [{"client_id": str(uuid4()), "item_id": str(films[rating]), "type": "like"}]
    assert refused(db, "insert into ratings (item_id, rating) values (%s, 4)", [films[rating]]) == "23503"
    assert refused(db, "update ratings set item_id = %s", [films[rating]]) == "23503"
    assert refused(db, "select record_interactions(%s)", [Jsonb(event)]) == "23503"
    assert refused(db, "select predict_rating(%s, %s)", [kid.id, films[rating]]) == "PT404"
    assert refused(db, "select * from get_similar_items(%s)", [films[rating]]) == "PT404"


def test_the_refusal_is_that_of_an_item_that_is_not_there(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    act(db, kid)
    said = []
    for film in (films["R"], uuid4()):
        with pytest.raises(psycopg.Error) as refusal, db.transaction():
            db.execute("insert into ratings (item_id, rating) values (%s, 4)", [film])
        diag = refusal.value.diag
        said.append((diag.sqlstate, str(diag.message_primary).replace(str(film), ""), diag.message_detail))
    assert said[0] == said[1]


def test_a_child_rates_and_records_what_it_sees(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    act(db, kid)
    event = [{"client_id": str(uuid4()), "item_id": str(films["PG"]), "type": "like"}]
    db.execute("insert into ratings (item_id, rating) values (%s, 4)", [films["G"]])
    assert db.execute("select record_interactions(%s)", [Jsonb(event)]).fetchone() == (1,)
    assert db.execute("select predict_rating(%s, %s)", [kid.id, films["PG"]]).fetchone() != (None,)
    assert db.execute("select count(*) from interactions").fetchone() == (1,)


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({}, {"G", "PG", "PG-13", None, "book"}),
        ({"shows_unrated": False}, {"G", "PG", "PG-13"}),
        ({"maturity_rating": "NC-17", "shows_unrated": False}, {"G", "PG", "PG-13", "R", "NC-17"}),
        ({"maturity_rating": "R"}, {"G", "PG", "PG-13", "R", None, "book"}),
        ({"maturity_rating": "G", "is_kids": True}, {"G"}),
    ],
)
def test_one_rule_holds_in_tables_and_lists_for_every_profile(
    db: psycopg.Connection,
    films: dict[str | None, UUID],
    viewer: Person,
    change: dict[str, object],
    allowed: set[str | None],
) -> None:
    """A further profile is PG-13 by default, and shows what is unrated."""
    become(db, viewer)
    row = db.execute("insert into profiles (name) values ('Second') returning id").fetchone()
    assert row
    for column, value in change.items():
        db.execute(f"update profiles set {column} = %s where id = %s", [value, row[0]])
    become(db, viewer, headers={"x-profile-id": str(row[0])})
    assert seen(db, films, "select id from items", viewer.id) == allowed
    assert seen(db, films, "select id from get_popular_items(200)", viewer.id) == allowed


def test_anon_and_the_first_profile_have_no_limit(
    db: psycopg.Connection, films: dict[str | None, UUID], viewer: Person
) -> None:
    for who in (None, viewer):
        become(db, who)
        assert seen(db, films, "select id from get_popular_items(200)", viewer.id) == films.keys()
        assert seen(db, films, "select id from items", viewer.id) == films.keys()


def test_a_film_that_gets_a_rating_appears_and_one_that_is_raised_goes(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person
) -> None:
    for change, expected in (("'G' where maturity_rating is null", {"G", "PG", None}), ("'R'", set())):
        db.execute("reset role")
        db.execute(f"update content set maturity_rating = {change}")
        act(db, kid)
        assert seen(db, films, "select id from content", kid.id) == expected


# What a child may not do


@pytest.mark.parametrize(
    "change",
    ["is_kids = false", "maturity_rating = 'PG-13'", "maturity_rating = 'G'", "shows_unrated = false"],
)
def test_a_child_changes_nothing_that_decides_what_it_sees(
    db: psycopg.Connection, kid: Person, viewer: Person, change: str
) -> None:
    act(db, kid)
    statement = f"update profiles set {change} where id = %s"
    assert refused(db, statement, [kid.profile_id]) == "kids_mode"
    act(db, viewer)
    assert db.execute(statement, [kid.profile_id]).rowcount == 1


def test_a_child_changes_its_own_name_and_no_other_profile(
    db: psycopg.Connection, kid: Person, viewer: Person
) -> None:
    act(db, kid)
    assert db.execute("update profiles set name = 'Zoe' where id = %s", [kid.profile_id]).rowcount == 1
    rename = "update profiles set name = 'Mine' where id = %s"
    assert refused(db, rename, [viewer.profile_id]) == "kids_mode"


@pytest.mark.parametrize(
    "statement",
    [
        "insert into profiles (name) values ('Mine')",
        "delete from profiles where is_kids",
        "update accounts set display_name = 'Mine'",
        "insert into consents (purpose, document_version, is_granted) values ('terms', '1', true)",
        "select record_consent('terms', true, '1')",
        "select delete_my_account()",
        "select cancel_account_deletion()",
        "select export_my_data()",
        "select set_default_profile(%(adult)s)",
        "select set_account_pin('1234')",
        "select * from get_recommendations(profile_id => %(adult)s)",
    ],
)
def test_a_child_is_refused_what_its_account_may_do(
    db: psycopg.Connection, kid: Person, viewer: Person, statement: str
) -> None:
    act(db, kid)
    with pytest.raises(psycopg.Error) as refusal, db.transaction():
        db.execute(statement, {"adult": viewer.profile_id})
    assert json.loads(str(refusal.value.diag.message_primary))["code"] == "kids_mode"
    act(db, viewer)
    with db.transaction(force_rollback=True):
        db.execute(statement, {"adult": viewer.profile_id})


def test_an_admin_and_an_editor_are_none_while_their_child_acts(
    db: psycopg.Connection, kid: Person, viewer: Person
) -> None:
    db.execute("insert into private.user_roles (user_id, role) values (%s, 'admin')", [viewer.id])
    claims = {"role": "authenticated", "sub": str(viewer.id), "app_metadata": {"roles": ["admin", "editor"]}}
    for who, allowed in ((viewer, True), (kid, False)):
        act(db, who)
        db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
        assert db.execute("select private.has_role('editor')").fetchone() == (allowed,)
        if allowed:
            db.execute("select get_user_roles(%s)", [viewer.id])
        else:
            assert refused(db, "select get_user_roles(%s)", [viewer.id]) == "kids_mode"


def test_an_account_of_kids_profiles_alone_gets_an_adult_one(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    db.execute("update profiles set is_kids = true")
    assert refused(db, "update profiles set is_kids = false") == "kids_mode"
    row = db.execute("insert into profiles (name) values ('Grown-up') returning id").fetchone()
    assert row
    become(db, viewer, headers={"x-profile-id": str(row[0])})
    assert db.execute("update profiles set is_kids = false").rowcount == 2


# Kids mode


def enter(db: psycopg.Connection, kid: Person, ago: str = "0") -> UUID:
    """A session in kids mode, with the PIN 4711."""
    session = sign_in(db, kid, ago)
    in_session(db, kid, session)
    db.execute("select set_account_pin('4711')")
    db.execute("select enter_kids_mode(%s)", [kid.profile_id])
    return session


def respond(db: psycopg.Connection, call: str, values: list[str | None]) -> tuple[str, int, int | None]:
    """The status of the response, the attempts that remain, and the seconds until the next one."""
    db.execute("select set_config('response.status', '', true)")
    assert db.execute(call, values).fetchone() == ("",)
    row = db.execute(
        "select current_setting('response.status'), get_kids_mode() -> 'tries_left', "
        "get_kids_mode() -> 'retry_after'"
    ).fetchone()
    assert row
    return row[0], row[1], row[2]


def leave(db: psycopg.Connection, pin: str | None) -> tuple[str, int, int | None]:
    return respond(db, "select leave_kids_mode(%s)", [pin])


def acting(db: psycopg.Connection) -> UUID | None:
    row = db.execute("select private.current_profile_id()").fetchone()
    assert row
    return UUID(str(row[0])) if row[0] else None


def test_a_session_in_kids_mode_acts_as_its_profile_whatever_the_header_says(
    db: psycopg.Connection, films: dict[str | None, UUID], kid: Person, viewer: Person
) -> None:
    session = enter(db, kid)
    for named in (None, viewer.profile_id, kid.profile_id, uuid4()):
        in_session(db, viewer, session, named)
        assert acting(db) == kid.profile_id
        assert seen(db, films, "select id from items", kid.id) == {"G", "PG"}
    other = sign_in(db, viewer)
    in_session(db, viewer, other)
    assert acting(db) == viewer.profile_id


def test_leaving_takes_the_pin_and_five_wrong_ones_lock(db: psycopg.Connection, kid: Person) -> None:
    session = enter(db, kid)
    in_session(db, kid, session)
    assert leave(db, "4711") == ("", 5, None)
    db.execute("select enter_kids_mode(%s)", [kid.profile_id])
    responses = [leave(db, pin) for pin in ("0000", "", None, "47110", "4712", "4711")]
    assert [status for status, _, _ in responses] == ["403"] * 5 + ["429"]
    assert [tries_left for _, tries_left, _ in responses] == [4, 3, 2, 1, 0, 0]
    assert [retry_after for _, _, retry_after in responses[:4]] == [None] * 4
    assert 890 < (responses[5][2] or 0) <= 900
    assert acting(db) == kid.profile_id
    db.execute("reset role")
    db.execute("update private.account_pins set failed_at = array(select f - interval '15 minutes' "
               "from unnest(failed_at) f)")  # fmt: skip
    in_session(db, kid, session)
    assert leave(db, "4711") == ("", 5, None)
    assert db.execute("select get_kids_mode() ->> 'kids_mode'").fetchone() == ("false",)


def test_a_new_pin_takes_the_present_one_or_a_fresh_sign_in(db: psycopg.Connection, viewer: Person) -> None:
    old, fresh = sign_in(db, viewer, "11 minutes"), sign_in(db, viewer, "9 minutes")
    in_session(db, viewer, old)
    db.execute("select set_account_pin('1111')")
    change = "select set_account_pin(%s, %s)"
    assert respond(db, change, ["2222", None]) == ("403", 4, None)
    assert respond(db, change, ["2222", "3333"]) == ("403", 3, None)
    assert respond(db, change, ["2222", "1111"]) == ("", 5, None)
    in_session(db, viewer, fresh)
    assert respond(db, change, ["5555", None]) == ("", 5, None)


def test_functions_that_commit_a_refusal_return_void(db: psycopg.Connection) -> None:
    """Another result could be cast by the client so that only a refusal fails and is rolled back."""
    rows = db.execute(
        "select distinct p.proname, p.prorettype::regtype::text from pg_proc p "
        "where p.pronamespace = 'public'::regnamespace and p.prosrc ~ any (select 'private\\.' || c.proname "
        "from pg_proc c where c.prosrc ~ 'private\\.(set_response_status|verify_pin)') order by 1"
    ).fetchall()
    assert rows == [("leave_kids_mode", "void"), ("set_account_pin", "void")]


@pytest.mark.parametrize(
    "pin", ["4" * 5_000_000, "4711" + " " * 5_000_000, "x" * 5_000_000, "4711\n", "٤٧١١"]
)
def test_a_pin_of_another_form_counts_as_wrong_without_being_hashed(
    db: psycopg.Connection, kid: Person, pin: str
) -> None:
    in_session(db, kid, enter(db, kid))
    db.execute("reset role")
    db.execute(
        "create or replace function private.hash_pin(pin text, salt bytea, rounds integer) returns bytea "
        "language plpgsql as $$begin raise 'hashed'; end$$"
    )
    db.execute("set role authenticated")
    assert leave(db, pin) == ("403", 4, None)


@pytest.mark.parametrize("pin", ["123", "1234567890123", "12a4", "", " 1234", "١٢٣٤", "12\n34", None])
def test_a_pin_is_four_to_twelve_digits(db: psycopg.Connection, viewer: Person, pin: str | None) -> None:
    become(db, viewer)
    assert refused(db, "select set_account_pin(%s)", [pin]) == "22023"


def test_kids_mode_is_entered_with_a_pin_a_session_and_ones_own_kids_profile(
    db: psycopg.Connection, kid: Person, viewer: Person
) -> None:
    session = sign_in(db, viewer)
    enter_as = "select enter_kids_mode(%s)"
    in_session(db, viewer, session)
    assert refused(db, enter_as, [kid.profile_id]) == "PT409"
    db.execute("select set_account_pin('4711')")
    assert refused(db, enter_as, [viewer.profile_id]) == "22023"
    assert refused(db, enter_as, [None]) == "22023"
    assert refused(db, enter_as, [uuid4()]) == "42501"
    become(db, viewer)
    assert refused(db, enter_as, [kid.profile_id]) == "42501"
    other = person(db, "other_viewer")
    in_session(db, other, sign_in(db, other))
    assert refused(db, enter_as, [kid.profile_id]) == "42501"
    in_session(db, viewer, session)
    db.execute(enter_as, [kid.profile_id])
    db.execute(enter_as, [kid.profile_id])


def test_a_child_in_kids_mode_switches_to_no_sibling_and_makes_no_profile(
    db: psycopg.Connection, kid: Person, viewer: Person
) -> None:
    become(db, viewer)
    row = db.execute("insert into profiles (name, is_kids) values ('Sibling', true) returning id").fetchone()
    assert row
    enter(db, kid)
    assert refused(db, "select enter_kids_mode(%s)", [row[0]]) == "kids_mode"
    assert refused(db, "insert into profiles (name) values ('Mine')") == "kids_mode"
    assert refused(db, "select set_account_pin('0000', '4711')") == "kids_mode"


def test_no_password_is_changed_while_a_session_is_in_kids_mode(db: psycopg.Connection, kid: Person) -> None:
    session = enter(db, kid)
    db.execute("reset role")
    for change in ("encrypted_password = 'x'", "email = 'kid@example.com'", "email_change = 'k@example.com'"):
        assert refused(db, f"update auth.users set {change} where id = %s", [kid.id]) == "PT403"
    db.execute("update auth.users set last_sign_in_at = now() where id = %s", [kid.id])
    db.execute("delete from auth.sessions where id = %s", [session])
    assert db.execute("update auth.users set encrypted_password = 'x' where id = %s", [kid.id]).rowcount == 1


FACTOR = (
    "insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at, secret) "
    "values (gen_random_uuid(), %s, 'totp', '{}', now(), now(), 's')"
)
IDENTITY = (
    "insert into auth.identities (provider_id, user_id, identity_data, provider) "
    "values (gen_random_uuid(), %s, '{}', 'github')"
)


@pytest.mark.parametrize(
    "statement",
    [
        FACTOR.format("unverified"),
        IDENTITY,
        "update auth.mfa_factors set secret = 'x' where user_id = %s",
        "update auth.mfa_factors set status = 'verified' where status = 'unverified' and user_id = %s",
        "delete from auth.mfa_factors where status = 'verified' and user_id = %s",
        "update auth.identities set provider_id = 'x' where user_id = %s",
        "delete from auth.identities where user_id = %s",
    ],
)
def test_no_factor_or_identity_is_changed_while_a_session_is_in_kids_mode(
    db: psycopg.Connection, kid: Person, statement: str
) -> None:
    for owned in (FACTOR.format("verified"), FACTOR.format("unverified"), IDENTITY):
        db.execute(owned.encode(), [kid.id])
    session = enter(db, kid)
    db.execute("reset role")
    assert refused(db, statement, [kid.id]) == "PT403"
    db.execute("delete from auth.sessions where id = %s", [session])
    assert db.execute(statement.encode(), [kid.id]).rowcount


@pytest.mark.parametrize(
    "statement",
    [
        "update auth.mfa_factors set last_challenged_at = now() where status = 'verified' and user_id = %s",
        "delete from auth.mfa_factors where status = 'unverified' and user_id = %s",
        "update auth.identities set last_sign_in_at = now(), identity_data = '{\"a\": 1}' where user_id = %s",
        "update auth.users set deleted_at = now() where id = %s",
        "delete from auth.users where id = %s",
    ],
)
def test_sign_ins_and_deletions_go_on_while_a_session_is_in_kids_mode(
    db: psycopg.Connection, kid: Person, statement: str
) -> None:
    for owned in (FACTOR.format("verified"), FACTOR.format("unverified"), IDENTITY):
        db.execute(owned.encode(), [kid.id])
    enter(db, kid)
    become(db, None, "service_role")
    db.execute("reset role")
    assert db.execute(statement.encode(), [kid.id]).rowcount == 1


def test_a_deleted_kids_profile_ends_the_sessions_that_are_bound_to_it(
    db: psycopg.Connection, kid: Person, viewer: Person
) -> None:
    session = enter(db, kid)
    in_session(db, viewer, sign_in(db, viewer))
    db.execute("delete from profiles where id = %s", [kid.profile_id])
    in_session(db, viewer, session)
    assert db.execute("select private.session_error()").fetchone() == ("session_ended",)


@pytest.mark.parametrize("table", ["account_pins", "kids_sessions"])
def test_no_client_reads_pins_or_sessions(db: psycopg.Connection, viewer: Person, table: str) -> None:
    for who, role in ((viewer, None), (None, None), (None, "service_role")):
        become(db, who, role)
        assert refused(db, f"select * from private.{table}") == "42501"


def test_an_export_shows_that_a_pin_is_set_and_not_the_pin(db: psycopg.Connection, kid: Person) -> None:
    enter(db, kid)
    leave(db, "4711")
    row = db.execute("select export_my_data()").fetchone()
    assert row
    assert list(row[0]["private.account_pins"][0]) == ["set_at"]
