"""The REST server through the official client: what PostgREST answers, this one has to answer."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import httpx
import jwt
import psycopg
import pytest
from postgrest import APIError, CountMethod
from supabase import Client, ClientOptions, create_client


class Stack(Protocol):
    """What these tests use of a running stack."""

    @property
    def url(self) -> str: ...
    @property
    def anon_key(self) -> str: ...
    @property
    def jwt_secret(self) -> str: ...
    @property
    def admin_database_url(self) -> str: ...


AWKWARD = [
    "plain",
    "two words",
    "1+1 = 2",
    'say "yes"',
    "it's; a & b, c",
    "100% _ * \\",
    "(x).y:z",
    "مرحبا بالعالم",
    "naïve 😀",
    "null",
    "",
]
SCHEMA = """
create table rest_directors (id int primary key, name text not null unique, born date);
create table rest_films (
    id int primary key,
    title text not null,
    year int check (year > 1800),
    rating numeric(3, 1),
    score real,
    tags text[] default '{}',
    meta jsonb,
    seen_at timestamptz,
    "odd, name" text,
    director_id int references rest_directors
);
create table rest_actors (id int primary key, name text not null);
create table rest_castings (
    film_id int references rest_films on delete cascade,
    actor_id int references rest_actors,
    name text,
    primary key (film_id, actor_id)
);
create table rest_notes (id int generated always as identity primary key, body text);
create table rest_withheld (id int);
grant select, insert, update, delete on rest_directors, rest_films, rest_actors, rest_castings, rest_notes
    to anon, authenticated, service_role;

insert into rest_directors values (1, 'Agnès Varda', '1928-05-30'), (2, 'Bong; Joon & Ho+', null);
insert into rest_films values
    (1, 'Cléo, 5 to 7', 1962, 8.0, 0.1, '{new wave,"a,b"}', '{"k": {"n": 1}}',
        '2026-01-02 03:04:05.5+00', null, 1),
    (2, 'Mother + son', 2009, 7.9, null, '{}', '{"k": null}', null, null, 2),
    (3, '100% _ *', 2019, null, 'NaN', null, null, 'infinity', null, 2),
    (4, 'مرحبا 😀', null, null, null, null, null, null, null, null);
insert into rest_actors values (1, 'Corinne'), (2, 'Kang-ho');
insert into rest_castings values (1, 1, 'Cléo'), (2, 2, 'a cook'), (3, 2, 'Ki-taek');

create function rest_add(a int, b int default 10) returns int language sql immutable as 'select a + b';
create function rest_echo(t text) returns text language sql immutable as 'select t';
create function rest_echo_json(j jsonb) returns jsonb language sql immutable as 'select j';
create function rest_echo_array(a text[]) returns jsonb language sql immutable as 'select to_jsonb(a)';
create function rest_nulls(n int, t text, j jsonb, a int[]) returns bool[] language sql immutable as
    'select array[n is null, t is null, j is null, a is null]';
create function rest_or_default(t text default 'default') returns text language sql immutable as 'select t';
create function rest_nothing() returns void language sql as '';
create function rest_numbers(n int) returns setof int language sql stable as 'select generate_series(1, n)';
create function rest_table(n int) returns table (number int, half numeric, at timestamptz)
language sql stable as
    $$select g, g / 2.0, '2026-01-01'::timestamptz + g * interval '1 hour' from generate_series(1, n) as g$$;
create function rest_films_of(director int) returns setof rest_films language sql stable as
    'select * from rest_films where director_id = director';
create function rest_limited("limit" int) returns int language sql immutable as 'select "limit"';
create function rest_write() returns bigint language sql as
    $$insert into rest_notes (body) values ('written'); select count(*) from rest_notes$$;
create function rest_writable() returns boolean language sql as
    $$select current_setting('transaction_read_only') = 'off'$$;
create function rest_writable_stable() returns boolean language sql stable as
    $$select current_setting('transaction_read_only') = 'off'$$;
create function rest_whole(jsonb) returns jsonb language sql immutable as 'select $1';
create function rest_fail(code text, message text) returns void language plpgsql as
    $$begin raise exception using errcode = code, message = message, detail = 'why', hint = 'how'; end$$;
create function rest_role() returns jsonb language sql stable as
    $$select jsonb_build_object('role', current_user) || current_setting('request.jwt.claims')::jsonb$$;
"""
GRANT = """
do $$ begin execute (
    select string_agg(format('grant execute on function %s to public;', oid::regprocedure), ' ')
    from pg_proc where proname like 'rest\\_%' and pronamespace = 'public'::regnamespace
); end $$;
"""
DROP = """
drop table if exists
    rest_castings, rest_actors, rest_films, rest_directors, rest_notes, rest_withheld cascade;
do $$ begin execute coalesce((
    select string_agg(format('drop function %s;', oid::regprocedure), ' ')
    from pg_proc where proname like 'rest\\_%' and pronamespace = 'public'::regnamespace
), ''); end $$;
"""


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"still not so after {seconds} s"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Iterator[psycopg.Connection]:
    with psycopg.connect(stack.admin_database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def http(stack: Stack, admin: psycopg.Connection) -> Iterator[httpx.Client]:
    """The API as anyone sees it, over objects that exist for this module only."""
    headers = {"apikey": stack.anon_key}
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers=headers, timeout=30) as client:
        admin.execute(DROP + SCHEMA + GRANT + "notify pgrst, 'reload schema'")
        until(lambda: client.post("/rpc/rest_nothing", json={}).status_code == 204)
        yield client
        admin.execute(DROP + "notify pgrst, 'reload schema'")
        until(lambda: client.post("/rpc/rest_nothing", json={}).status_code == 404)


@pytest.fixture(scope="module")
def client(stack: Stack, http: httpx.Client) -> Iterator[Client]:
    with httpx.Client(timeout=30) as transport:
        yield create_client(stack.url, stack.anon_key, ClientOptions(httpx_client=transport))


@pytest.fixture
def token(stack: Stack) -> Callable[..., dict[str, str]]:
    """The header of a token with the given claims."""

    def header(**claims: object) -> dict[str, str]:
        claims = {"role": "authenticated", "sub": "some one", "exp": int(time.time()) + 60} | claims
        return {"Authorization": f"Bearer {jwt.encode(claims, stack.jwt_secret, algorithm='HS256')}"}

    return header


@pytest.fixture
def notes(admin: psycopg.Connection, http: httpx.Client) -> Iterator[None]:
    """A table to write to, empty before and after."""
    admin.execute("truncate rest_notes restart identity")
    yield
    admin.execute("truncate rest_notes restart identity")


def data(request: Any) -> Any:
    """What a request is answered with, of whatever form the test knows it to be."""
    return request.execute().data


def ids(request: Any) -> list[int]:
    return [row["id"] for row in data(request)]


def refusal(request: Any) -> APIError:
    with pytest.raises(APIError) as raised:
        request.execute()
    return raised.value


# Filters


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_is_written_found_and_read_as_it_is(client: Client, notes: None, text: str) -> None:
    client.table("rest_notes").insert([{"body": "another"}, {"body": text}]).execute()
    assert [row["body"] for row in data(client.table("rest_notes").select("body").eq("body", text))] == [text]
    assert ids(client.table("rest_notes").select("id").neq("body", text)) == [1]
    assert ids(client.table("rest_notes").select("id").in_("body", [text, "absent"])) == [2]


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_passes_through_a_function(client: Client, text: str) -> None:
    assert data(client.rpc("rest_echo", {"t": text})) == text
    assert data(client.rpc("rest_echo", {"t": text}, get=True)) == text


def test_patterns_find_what_they_describe(client: Client) -> None:
    films = client.table("rest_films")
    assert ids(films.select("id").like("title", "%+%")) == [2]
    assert ids(films.select("id").ilike("title", "CLÉO, %")) == [1]
    assert ids(films.select("id").like("title", "100\\%%")) == [3]


def test_a_plus_is_a_space_unless_it_is_encoded(http: httpx.Client) -> None:
    assert http.get("/rest_films?select=id&title=eq.Mother+%2B+son").json() == [{"id": 2}]
    assert http.get("/rest_films?select=id&or=(title.eq.Mother+%2B+son,year.eq.1962)&order=id").json() == [
        {"id": 1},
        {"id": 2},
    ]


def test_conditions_combine(client: Client) -> None:
    films = client.table("rest_films")
    assert ids(films.select("id").or_('title.eq."Cléo, 5 to 7",year.gt.2010').order("id")) == [1, 3]
    assert ids(films.select("id").or_("year.eq.2009,and(year.gt.2010,rating.is.null)").order("id")) == [2, 3]
    assert ids(films.select("id").is_("rating", "null").order("id")) == [3, 4]
    assert ids(films.select("id").not_.is_("rating", "null").gte("rating", 8)) == [1]
    assert ids(films.select("id").not_.in_("year", [1962, 2009])) == [3]
    assert ids(films.select("id").contains("tags", ["a,b"])) == [1]
    assert ids(films.select("id").eq("meta->k->>n", "1")) == [1]


# Pages, counts, forms


def test_rows_are_ordered_and_paged(client: Client) -> None:
    films = client.table("rest_films")
    assert ids(films.select("id").order("rating", desc=True, nullsfirst=False).order("id").limit(3)) == [
        1,
        2,
        3,
    ]
    assert ids(films.select("id").order("id").range(1, 2)) == [2, 3]
    assert ids(films.select("id").order("id").offset(3)) == [4]


def test_counts_are_of_what_the_filters_match(client: Client) -> None:
    page = (
        client.table("rest_films").select("id", count=CountMethod.exact).gt("year", 1970).limit(1).execute()
    )
    assert (len(page.data), page.count) == (1, 2)
    head = client.table("rest_films").select("*", count=CountMethod.exact, head=True).execute()
    assert head.count == 4


def test_one_row_is_an_object_and_any_other_number_is_refused(client: Client) -> None:
    films = client.table("rest_films")
    assert data(films.select("id").eq("id", 1).single()) == {"id": 1}
    assert refusal(films.select("id").single()).code == "PGRST116"
    assert refusal(films.select("id").eq("id", 99).single()).code == "PGRST116"
    assert films.select("id").eq("id", 99).maybe_single().execute() is None


def test_values_are_written_as_the_database_writes_them(
    http: httpx.Client, admin: psycopg.Connection
) -> None:
    rows = admin.execute("select json_agg(film order by id)::text from rest_films as film").fetchone()
    assert rows is not None

    def exact(text: str) -> object:
        return json.loads(text, parse_float=str, parse_int=str)

    assert exact(http.get("/rest_films?order=id").text) == exact(rows[0])


def test_csv_is_quoted_as_the_database_quotes_rows(client: Client) -> None:
    csv = data(client.table("rest_films").select("id,title,tags,meta").lte("id", 2).order("id").csv())
    assert csv.splitlines() == [
        "id,title,tags,meta",
        '1,"Cléo, 5 to 7","{""new wave"",""a,b""}","{""k"": {""n"": 1}}"',
        '2,"Mother + son",{},"{""k"": null}"',
    ]


# Related tables


def test_related_rows_come_along_in_every_direction(client: Client) -> None:
    film = client.table("rest_films").select(
        "title,rest_directors(name),rest_castings(name,rest_actors(name))"
    )
    assert data(film.eq("id", 2).single()) == {
        "title": "Mother + son",
        "rest_directors": {"name": "Bong; Joon & Ho+"},
        "rest_castings": [{"name": "a cook", "rest_actors": {"name": "Kang-ho"}}],
    }
    director = data(client.table("rest_directors").select("films:rest_films(id)").order("id"))
    assert director == [{"films": [{"id": 1}]}, {"films": [{"id": 2}, {"id": 3}]}]


def test_a_column_that_the_joining_table_has_too_is_the_related_tables(client: Client) -> None:
    film = data(client.table("rest_films").select("rest_actors(name)").eq("id", 1).single())
    assert film == {"rest_actors": [{"name": "Corinne"}]}


def test_related_columns_can_be_renamed_cast_reached_into_and_counted(client: Client) -> None:
    select = "name,films:rest_films(n:meta->k->n,kind:meta->>k,year::text),count:rest_films(count)"
    director = data(client.table("rest_directors").select(select).eq("id", 1).single())
    assert director == {
        "name": "Agnès Varda",
        "films": [{"n": 1, "kind": '{"n": 1}', "year": "1962"}],
        "count": [{"count": 1}],
    }


def test_an_inner_join_leaves_out_what_has_no_related_row(client: Client) -> None:
    films = client.table("rest_films").select("id,rest_directors!inner(name)")
    assert ids(films.eq("rest_directors.name", "Bong; Joon & Ho+").order("id")) == [2, 3]


def test_related_columns_spread_into_their_row(http: httpx.Client) -> None:
    answer = http.get("/rest_films?select=id,...rest_directors(director:name)&id=eq.1")
    assert answer.json() == [{"id": 1, "director": "Agnès Varda"}]


# Writes


def test_rows_of_different_keys_are_inserted_together(client: Client, admin: psycopg.Connection) -> None:
    try:
        rows = [{"id": 90, "title": "a"}, {"id": 91, "title": "b", "year": 1999}]
        inserted = data(client.table("rest_films").insert(rows))
        assert [row["year"] for row in inserted] == [None, 1999]
    finally:
        admin.execute("delete from rest_films where id >= 90")


def test_a_column_whose_name_has_a_comma_is_refused_in_a_bulk_insert(client: Client) -> None:
    rows = [{"id": 90, "title": "a", "odd, name": "x"}]
    assert refusal(client.table("rest_films").insert(rows)).code == "PGRST127"


def test_missing_columns_take_their_defaults_when_asked(client: Client, admin: psycopg.Connection) -> None:
    rows = [{"id": 90, "title": "a"}, {"id": 91, "title": "b", "tags": ["x y", "a,b"]}]
    try:
        inserted = data(client.table("rest_films").insert(rows, default_to_null=False))
        assert [row["tags"] for row in inserted] == [[], ["x y", "a,b"]]
    finally:
        admin.execute("delete from rest_films where id >= 90")


def test_an_upsert_merges_or_leaves_what_is_there(client: Client, admin: psycopg.Connection) -> None:
    directors = client.table("rest_directors")
    rows = [{"id": 8, "name": "Agnès Varda"}]
    assert data(directors.upsert(rows, on_conflict="name", ignore_duplicates=True)) == []
    try:
        merged = data(directors.upsert([{"id": 9, "name": "New, one"}, {"id": 2, "name": "Bong"}]))
        assert [row["name"] for row in merged] == ["New, one", "Bong"]
    finally:
        admin.execute("delete from rest_directors where id > 2")
        admin.execute("update rest_directors set name = 'Bong; Joon & Ho+' where id = 2")


def test_writes_touch_what_the_filters_match_and_say_how_much(client: Client, notes: None) -> None:
    table = client.table("rest_notes")
    assert table.insert([{"body": text} for text in "abcd"], count=CountMethod.exact).execute().count == 4
    assert ids(table.update({"body": "z"}).or_("body.eq.a,body.eq.b")) == [1, 2]
    assert table.update({"body": "y"}, count=CountMethod.exact).eq("body", "z").execute().count == 2
    assert table.delete(count=CountMethod.exact).eq("body", "y").execute().count == 2
    assert ids(table.select("id").order("id")) == [3, 4]


def test_an_update_can_be_limited_by_any_type_of_column(client: Client, http: httpx.Client) -> None:
    films = client.table("rest_films")
    assert ids(films.update({"year": 1962}).lt("seen_at", "2026-02-01T00:00:00Z").eq("rating", 8.0)) == [1]
    assert ids(films.update({"year": 1962}).contains("tags", ["a,b"])) == [1]


def test_a_refused_write_changes_nothing(client: Client, http: httpx.Client, notes: None) -> None:
    client.table("rest_notes").insert([{"body": "a"}, {"body": "b"}]).execute()
    headers = {"Prefer": "return=representation", "Accept": "application/vnd.pgrst.object+json"}
    answer = http.patch("/rest_notes?id=gt.0", json={"body": "c"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST116")
    assert ids(client.table("rest_notes").select("id").eq("body", "c")) == []


# Functions


def test_a_null_argument_arrives_as_null(client: Client) -> None:
    assert data(client.rpc("rest_nulls", {"n": None, "t": None, "j": None, "a": None})) == [True] * 4
    assert data(client.rpc("rest_nulls", {"n": 0, "t": "", "j": {}, "a": []})) == [False] * 4
    assert data(client.rpc("rest_or_default", {"t": None})) is None
    assert data(client.rpc("rest_or_default", {})) == "default"
    assert data(client.rpc("rest_add", {"a": 1})) == 11


def test_json_and_array_arguments_arrive_whole(client: Client, http: httpx.Client) -> None:
    for value in [*AWKWARD, [1, None, {"a": None}], {"b": [], "a": "x"}, True, 1.5]:
        assert data(client.rpc("rest_echo_json", {"j": value})) == value
    array = [*AWKWARD, None, "{x}", "NULL"]
    assert data(client.rpc("rest_echo_array", {"a": array})) == array
    exact = '{"a":12345678901234567890123,"b":0.10}'
    assert http.post("/rpc/rest_echo_json", content=f'{{"j": {exact}}}').text == exact
    assert http.post("/rpc/rest_whole", json={"a": None}).json() == {"a": None}


def test_functions_that_return_rows_are_selected_filtered_and_paged(client: Client) -> None:
    table = client.rpc("rest_table", {"n": 9})
    assert len(data(table)) == 9
    chained = client.rpc("rest_table", {"n": 9}).select("number,half").gt("at", "2026-01-01T06:00:00+00:00")
    assert data(chained.order("number", desc=True).limit(2)) == [
        {"number": 9, "half": 4.5},
        {"number": 8, "half": 4},
    ]
    films = client.rpc("rest_films_of", {"director": 2}).select("id,rest_directors(id)").like("title", "%+%")
    assert data(films) == [{"id": 2, "rest_directors": {"id": 2}}]


def test_functions_that_return_scalars_are_not(client: Client) -> None:
    assert data(client.rpc("rest_numbers", {"n": 3})) == [1, 2, 3]
    assert refusal(client.rpc("rest_numbers", {"n": 3}).limit(1)).code == "PGRST127"
    assert refusal(client.rpc("rest_echo", {"t": "x"}).select("t")).code == "PGRST127"


def test_a_counted_call_is_made_once(client: Client, notes: None) -> None:
    answer = client.rpc("rest_write", {}, count=CountMethod.exact).execute()
    assert (answer.data, answer.count) == (1, 1)
    assert data(client.rpc("rest_write", {})) == 2


def test_only_calls_of_volatile_functions_can_write(client: Client) -> None:
    assert data(client.rpc("rest_writable", {})) is True
    assert data(client.rpc("rest_writable", {}, get=True)) is False
    assert data(client.rpc("rest_writable_stable", {})) is False


def test_a_get_cannot_write(http: httpx.Client) -> None:
    answer = http.get("/rpc/rest_write")
    assert (answer.status_code, answer.json()["code"]) == (405, "25006")


def test_a_parameter_called_limit_is_passed_by_post(client: Client) -> None:
    assert data(client.rpc("rest_limited", {"limit": 5})) == 5


# Refusals


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/rest_nowhere", 404, "PGRST205"),
        ("/rpc/rest_nowhere", 404, "PGRST202"),
        ("/rpc/rest_add?a=1&c=2", 404, "PGRST202"),
        ("/rest_films?select=nowhere", 400, "42703"),
        ("/rest_films?select=id,rest_directors(nowhere)", 400, "42703"),
        ("/rest_films?select=id,rest_notes(id)", 400, "PGRST200"),
        ("/rest_films?nowhere=eq.1", 400, "42703"),
        ("/rest_films?year=eq.x", 400, "22P02"),
        ("/rest_films?year=is.x", 400, "PGRST100"),
        ("/rest_films?select=id.max()", 400, "PGRST123"),
        ("/rest_withheld", 401, "42501"),
    ],
)
def test_a_wrong_question_is_refused_by_its_code(
    http: httpx.Client, path: str, status: int, code: str
) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("row", "status", "code"),
    [
        ({"id": 1, "title": "again"}, 409, "23505"),
        ({"id": 9, "title": "x", "director_id": 99}, 409, "23503"),
        ({"id": 9, "title": "x", "year": 1000}, 400, "23514"),
        ({"id": 9}, 400, "23502"),
        ({"id": "x", "title": "x"}, 400, "22P02"),
        ({"id": 9, "nowhere": 1}, 400, "PGRST204"),
    ],
)
def test_a_wrong_row_is_refused_by_its_code(http: httpx.Client, row: object, status: int, code: str) -> None:
    answer = http.post("/rest_films", json=row)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("body", ["", "{", '{"a": nul}', "[1, 2"])
def test_a_body_that_is_no_json_is_refused(http: httpx.Client, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/rest_films", "/rpc/rest_add") if body else ("/rest_films",):
        answer = http.post(path, content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "PGRST102")


@pytest.mark.parametrize(
    ("code", "status"),
    [("PT404", 404), ("PT429", 429), ("22023", 400), ("P0001", 400), ("23505", 409), ("40001", 500)],
)
def test_what_a_function_raises_reaches_the_client(
    client: Client, http: httpx.Client, code: str, status: int
) -> None:
    error = refusal(client.rpc("rest_fail", {"code": code, "message": "no; not & now"}))
    assert (error.code, error.message, error.details, error.hint) == (code, "no; not & now", "why", "how")
    assert http.post("/rpc/rest_fail", json={"code": code, "message": ""}).status_code == status


def test_who_may_not_is_asked_who_they_are_only_if_they_did_not_say(
    stack: Stack, http: httpx.Client, token: Callable[..., dict[str, str]]
) -> None:
    anon = {"Authorization": f"Bearer {stack.anon_key}"}
    for path, json_body in [
        ("/rpc/rest_fail", {"code": "42501", "message": "no"}),
        ("/rest_withheld", {"id": 1}),
    ]:
        assert http.post(path, json=json_body).status_code == 401
        assert http.post(path, json=json_body, headers=anon).status_code == 401
        assert http.post(path, json=json_body, headers=token()).status_code == 403


def test_a_token_says_who_asks(http: httpx.Client, token: Callable[..., dict[str, str]]) -> None:
    assert http.post("/rpc/rest_role", json={}).json()["role"] == "anon"
    answer = http.post("/rpc/rest_role", json={}, headers=token())
    assert answer.json()["role"] == "authenticated"
    assert answer.json()["sub"] == "some one"


def test_a_token_that_cannot_be_trusted_is_refused(
    http: httpx.Client, token: Callable[..., dict[str, str]]
) -> None:
    forged = jwt.encode({"role": "service_role"}, "k" * 40, algorithm="HS256")
    unsigned = jwt.encode({"role": "service_role"}, "", algorithm="none")
    for header, code in [
        (token(exp=int(time.time()) - 60), "PGRST303"),
        ({"Authorization": f"Bearer {forged}"}, "PGRST301"),
        ({"Authorization": f"Bearer {unsigned}"}, "PGRST301"),
        ({"Authorization": "Bearer x"}, "PGRST301"),
        (token(role="supabase_admin"), "42501"),
    ]:
        answer = http.get("/rest_films", headers=header)
        assert (answer.status_code, answer.json()["code"]) == (403 if code == "42501" else 401, code)


# The schema


def test_a_changed_table_is_read_anew(http: httpx.Client, admin: psycopg.Connection) -> None:
    for _ in range(20):
        assert http.get("/rest_actors").status_code == 200
    admin.execute("alter table rest_actors add column born date; notify pgrst, 'reload schema'")
    until(lambda: "born" in http.get("/rest_actors").text)
    for _ in range(20):
        assert http.get("/rest_actors?id=eq.1").json() == [{"id": 1, "name": "Corinne", "born": None}]
