"""What a request to REST may hold, and how many of one caller run at once: too much is refused at once."""

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import psutil
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.waiting import until

pytestmark = [pytest.mark.usefixtures("rest_rows"), pytest.mark.own("rest"), pytest.mark.embedded]

JSON, CSV = {"Content-Type": "application/json"}, {"Content-Type": "text/csv"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TOO_COMPLEX = (400, "request_too_complex")
MEGABYTES = 1 << 20


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    """REST itself, since the gateway refuses some of it before."""
    base = stack.part_url("rest")
    with httpx.Client(base_url=base, headers={"x-forwarded-for": some_address()}) as client:
        yield client


@pytest.fixture
def heavy(rest_schema: psycopg.Connection) -> psycopg.Connection:
    """Rows of which each has many of the others, and a function that takes its time."""
    rest_schema.execute("""
        insert into rest_films (id, title) select n, repeat('x', 20000) from generate_series(10, 1000) as n;
        insert into rest_notes (body) values (repeat('x', 10000000));
        insert into rest_actors select n, 'actor' from generate_series(10, 60) as n;
        insert into rest_castings select film.id, actor.id from rest_films as film, rest_actors as actor
            where film.id between 10 and 200 and actor.id >= 10;
        create or replace function rest_sleep(seconds float) returns int language sql as
            'select 1 from pg_sleep(seconds)';
        grant execute on function rest_sleep to public
    """)
    return rest_schema


def some_address() -> str:
    return f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}::1"


def token(stack: Stack, role: str) -> dict[str, str]:
    claims = {"role": role, "sub": str(uuid.uuid4()), "exp": int(time.time()) + 60}
    return {"Authorization": f"Bearer {jwt.encode(claims, stack.jwt_secret, algorithm='HS256')}"}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def nested(opening: str, inner: str, levels: int) -> str:
    return opening * levels + inner + ")" * levels


@pytest.mark.parametrize(
    "query",
    [
        f"select={nested('rest_castings(', 'name', 3000)}",
        f"select={nested('a(', '', 3000)}",
        f"select={'a(' * 3000}",
        f"select=%22{'a(' * 3000}%22",
        f"select={'...a(' * 3000}",
        f"or=({nested('and(', 'id.eq.1', 3000)})",
        f"and=({nested('not.or(', 'id.eq.1', 3000)})",
        f"not.and=({nested('or(', 'id.eq.1', 3000)})",
        f"select=rest_castings()&rest_castings.or=({nested('and(', 'name.eq.1', 3000)})",
        f"select=meta{'->a' * 3000}",
        f"order=meta{'->a' * 3000}",
        f"meta{'->a' * 101}=eq.1",
        f"or=(meta{'->a' * 5000}.eq.1)",
        f"select={','.join(['id'] * 9000)}",
        f"select={','.join(f'x{n}:title' for n in range(11))}",
        f"select={','.join(f'x{n}:rest_castings(name,x:name)' for n in range(6))}",
        f"select={','.join(['rest_castings(name)'] * 31)}",
        f"order={','.join(['id'] * 9000)}",
        f"rest_castings.order={','.join(['name'] * 9000)}&select=rest_castings(name)",
        f"or=({','.join(['id.eq.1'] * 6000)})",
        f"columns={','.join(['id'] * 9000)}",
        "&".join(["id=eq.1"] * 5000),
        f"{'k' * 50_000}=eq.1",
    ],
    ids=lambda query: query[:24],
)
def test_a_query_that_holds_too_much_is_refused(http: httpx.Client, query: str) -> None:
    assert refusal(http.get(f"/rest_films?{query}")) == TOO_COMPLEX
    assert http.get("/rest_films?select=id&id=eq.1").json() == [{"id": 1}]


@pytest.mark.parametrize(
    "path", ["/" + "k" * 50_000, "/rpc/" + "k" * 50_000, f"/rpc/rest_add?{'k' * 50_000}=1"]
)
def test_a_long_name_is_refused(http: httpx.Client, path: str) -> None:
    assert refusal(http.get(path)) == TOO_COMPLEX


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/rest_notes", b"[" * 4 * MEGABYTES, JSON),
        ("/rest_notes", b'{"body":' * 500_000, JSON),
        ("/rest_notes", b'{"body":' + b"[" * 2000 + b"]" * 2000 + b"}", JSON),
        ("/rpc/rest_echo_json", b'{"j":' + b"[" * 3000 + b"]" * 3000 + b"}", JSON),
        ("/rpc/rest_whole", b"[" * 3000 + b"]" * 3000, JSON),
        ("/rest_notes", b"{" + b",".join(b'"k%d":1' % n for n in range(700_000)) + b"}", JSON),
        ("/rpc/rest_add", b"{" + b",".join(b'"k%d":1' % n for n in range(700_000)) + b"}", JSON),
        ("/rest_notes", b"[" + b",".join(b'{"k%d":1}' % n for n in range(9_000)) + b"]", JSON),
        ("/rpc/rest_add", b'{"%s":1}' % (b"k" * 8 * MEGABYTES), JSON),
        ("/rest_notes", b"[" + b",".join([b"{}"] * 2_000_000) + b"]", JSON),
        ("/rpc/rest_echo_json", b'{"j":[' + b",".join([b"1"] * 2_000_000) + b"]}", JSON),
        ("/rest_notes", b"[1,1" * 1_000_000, {"Content-Type": "application/odd"}),
        ("/rest_notes", b"body\n" + b"x\n" * 4_000_000, CSV),
        ("/rest_notes", b"," * 8_000_000, CSV),
        ("/rest_notes", b"a,b\n" + b",\n" * 15_000 + b"\n" * 15_000, CSV),
        ("/rpc/rest_add", b"a=1&" * 2_000_000, FORM),
        *(
            (path, names + b"\n" + b"a\n" * 20_000, CSV)
            for path in ("/rest_notes", "/no_such_table", "/rpc/rest_add")
            for names in (b"n" * 4 * MEGABYTES, b'"' + b"n\n" * MEGABYTES + b'"', b"body," + b"n" * 1000)
        ),
        ("/rest_notes", b"n" * 4 * MEGABYTES, CSV),
        ("/rpc/rest_add", b"n" * 4 * MEGABYTES + b"=1", FORM),
        ("/rest_notes", b"body=1&" + b"n" * 300, FORM),
    ],
    ids=lambda value: None if isinstance(value, dict) else str(value[:24]),
)
def test_a_body_that_holds_too_much_is_refused(
    http: httpx.Client, path: str, body: bytes, headers: dict[str, str]
) -> None:
    assert refusal(http.post(path, content=body, headers=headers)) == TOO_COMPLEX


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_names_of_a_csv_are_not_repeated_in_memory(stack: Stack, http: httpx.Client, method: str) -> None:
    """A name of 100 KB and 4,000 rows were 400 MB."""
    process = psutil.Process(stack.pid("rest"))
    before = process.memory_info().rss
    body = b"n" * 100_000 + b"\n" + b"a\n" * 4_000
    http.request(method, "/rest_notes?id=eq.0", content=body, headers=CSV)
    assert process.memory_info().rss - before < 50 * MEGABYTES


def test_a_body_may_have_so_many_bytes_and_no_more(http: httpx.Client) -> None:
    row = json.dumps({"body": "x" * 10 * MEGABYTES})
    assert refusal(http.post("/rest_notes", content=row)) == (413, "request_entity_too_large")
    assert http.post("/rest_notes", json={"body": "x" * 9 * MEGABYTES}).status_code == 201


@pytest.mark.parametrize("value", ["cs." + "[" * 30_000, "eq(any)." + "{" * 30_000])
def test_a_value_too_deep_for_the_database_is_the_clients_fault(http: httpx.Client, value: str) -> None:
    column = "meta" if value.startswith("cs") else "title"
    assert http.get(f"/rest_films?{column}={value}").status_code == 400


def test_much_is_taken_within_the_bounds(http: httpx.Client) -> None:
    rows = [{"body": f"{n}"} for n in range(10_000)]
    assert http.post("/rest_notes", json=rows).status_code == 201
    parentheses = "((((((((((((((((((((" * 20
    assert http.get("/rest_notes", params={"body": f"eq.{parentheses}"}).json() == []
    ids = ",".join(["1"] * 10_000)
    assert http.get(f"/rest_films?select=id&id=in.({ids})").json() == [{"id": 1}]
    either = ",".join(["id.eq.1"] * 2_000)
    assert http.get(f"/rest_films?select=id&or=({either})").json() == [{"id": 1}]
    deep = "rest_castings(rest_actors(rest_castings(rest_films(id))))"
    assert http.get(f"/rest_films?id=eq.1&select={deep}").status_code == 200
    assert http.post("/rpc/rest_echo_json", json={"j": {f"k{n}": 1 for n in range(5_000)}}).status_code == 200


# Answers


THREE_TABLES = "id,rest_actors(id,rest_films(title))&id=eq.10&rest_actors.limit=6"
"""One row of it has 6 times 190 titles of 20,000 letters."""


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("/rest_films?select=id,title", "application/json"),
        ("/rest_films?select=id,title", "text/csv"),
        ("/rest_castings?select=film_id,rest_films(title)", "application/json"),
        (f"/rest_films?select={THREE_TABLES}", "application/json"),
        (f"/rest_notes?select={','.join(f'x{n}:body' for n in range(10))}", "application/json"),
    ],
)
def test_an_answer_that_is_too_large_is_refused_and_not_kept(
    stack: Stack, http: httpx.Client, heavy: psycopg.Connection, query: str, accept: str
) -> None:
    process = psutil.Process(stack.pid("rest"))
    before = process.memory_info().rss
    response = http.get(query, headers={"Accept": accept} | token(stack, "service_role"))
    assert refusal(response) == (400, "answer_too_large")
    assert process.memory_info().rss - before < 100 * MEGABYTES


def test_written_rows_that_are_too_large_to_return_are_not_written(
    http: httpx.Client, heavy: psycopg.Connection
) -> None:
    headers = {"Prefer": "return=representation"}
    response = http.patch("/rest_films?id=gte.10&select=title", json={"year": 2000}, headers=headers)
    assert refusal(response) == (400, "answer_too_large")
    assert http.get("/rest_films?select=id&id=gte.10&year=eq.2000").json() == []
    response = http.patch("/rest_films?id=gte.10", json={"year": 2000})
    assert response.status_code == 204


@pytest.mark.parametrize(
    "columns",
    [[f"x{n}:title::numeric" for n in range(10)], [f"meta->k{n}" for n in range(90)]],
    ids=["numbers of 131,072 digits", "nulls"],
)
def test_written_values_of_few_bytes_do_not_fill_the_memory(
    stack: Stack, http: httpx.Client, columns: list[str]
) -> None:
    process = psutil.Process(stack.pid("rest"))
    before = process.memory_info().rss
    rows = [{"id": n, "title": "1e131071"} for n in range(10, 10_000)]
    headers = {"Prefer": "return=representation"} | token(stack, "service_role")
    response = http.post(f"/rest_films?select={','.join(columns)}", json=rows, headers=headers)
    assert refusal(response) == (400, "answer_too_large")
    assert process.memory_info().rss - before < 100 * MEGABYTES
    assert http.get("/rest_films?select=id&id=gte.10").json() == []


# Several at once


def test_slow_requests_of_one_caller_leave_connections_to_others(
    stack: Stack, http: httpx.Client, heavy: psycopg.Connection
) -> None:
    until(lambda: http.post("/rpc/rest_sleep", json={"seconds": 0}).status_code == 200)

    def slow(_: int) -> httpx.Response:
        with httpx.Client(base_url=http.base_url, headers=http.headers) as own:
            return own.post("/rpc/rest_sleep", json={"seconds": 1.5})

    other = {"x-forwarded-for": some_address()}
    with ThreadPoolExecutor(24) as pool:
        responses = [pool.submit(slow, n) for n in range(24)]
        until(lambda: sleeping(heavy) > 1)
        for _ in range(20):
            assert http.get("/rest_films?limit=1", headers=other).status_code == 200
            assert sleeping(heavy) <= 4
    refusals = [response.result() for response in responses if response.result().status_code != 200]
    assert 0 < len(refusals) < 24
    for response in refusals:
        assert refusal(response) == (429, "too_many_at_once")
        assert int(response.headers["retry-after"]) >= 1


def test_the_projects_servers_have_a_larger_share(
    stack: Stack, http: httpx.Client, heavy: psycopg.Connection
) -> None:
    until(lambda: http.post("/rpc/rest_sleep", json={"seconds": 0}).status_code == 200)

    def most(headers: dict[str, str]) -> int:
        """How many of eight run at once."""

        def slow(_: int) -> int:
            return http.post("/rpc/rest_sleep", json={"seconds": 1.5}, headers=headers).status_code

        with ThreadPoolExecutor(8) as pool:
            responses = [pool.submit(slow, n) for n in range(8)]
            most = 0
            while not all(response.done() for response in responses):
                most = max(most, sleeping(heavy))
        assert {response.result() for response in responses} == {200}
        return most

    assert most(token(stack, "authenticated")) < most(token(stack, "service_role"))


def test_a_statement_ends_when_its_client_hangs_up(
    stack: Stack, http: httpx.Client, heavy: psycopg.Connection
) -> None:
    server = token(stack, "service_role")
    until(lambda: http.post("/rpc/rest_sleep", json={"seconds": 0}, headers=server).status_code == 200)
    with pytest.raises(httpx.TimeoutException):
        http.post("/rpc/rest_sleep", json={"seconds": 55}, headers=server, timeout=0.5)
    until(lambda: sleeping(heavy) == 0, 20)
    assert http.get("/rest_films?select=id&id=eq.1").json() == [{"id": 1}]


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_the_statement_timeout_of_a_role_holds(
    stack: Stack, http: httpx.Client, heavy: psycopg.Connection, role: str
) -> None:
    setting = heavy.execute(
        "select substr(entry, 19) from pg_roles, unnest(rolconfig) as entry "
        "where rolname = %s and entry like 'statement_timeout=%%'",
        [role],
    ).fetchone()
    headers = token(stack, role)

    def code() -> str | None:
        response = http.post("/rpc/rest_sleep", json={"seconds": 1}, headers=headers)
        return response.json()["code"] if response.status_code == 500 else None

    try:
        heavy.execute(f"alter role {role} set statement_timeout = '300ms'; notify pgrst, 'reload config'")
        until(lambda: code() == "57014")
    finally:
        reset = f"set statement_timeout = '{setting[0]}'" if setting else "reset statement_timeout"
        heavy.execute(f"alter role {role} {reset}; notify pgrst, 'reload config'")
        until(lambda: code() is None)


def sleeping(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "select count(*) from pg_stat_activity where state = 'active' and wait_event = 'PgSleep'"
    ).fetchone()
    return int(row[0]) if row else 0
