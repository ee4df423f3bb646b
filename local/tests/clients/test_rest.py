"""The REST server by plain HTTP: statuses, exact values, tokens. What clients say is in scenarios/."""

import json
import time
from collections.abc import Callable, Iterator

import httpx
import jwt
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.waiting import until

pytestmark = pytest.mark.usefixtures("rest_rows")


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    """The API as anyone sees it."""
    headers = {"apikey": stack.anon_key}
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers=headers) as client:
        yield client


@pytest.fixture
def token(stack: Stack) -> Callable[..., dict[str, str]]:
    """The header of a token with the given claims."""

    def header(**claims: object) -> dict[str, str]:
        claims = {"role": "authenticated", "sub": "some one", "exp": int(time.time()) + 60} | claims
        return {"Authorization": f"Bearer {jwt.encode(claims, stack.jwt_secret, algorithm='HS256')}"}

    return header


@pytest.mark.own("rest")
@pytest.mark.parametrize(
    ("claims", "headers"),
    [
        ({}, {"crit": ["exp"]}),
        ({}, {"crit": []}),
        ({}, {"b64": False}),
        ({"exp": None}, {}),
        ({"exp": 1e300}, {}),
        ({"nbf": True}, {}),
        ({"role": ["service_role"]}, {}),
        ({"sub": 7}, {}),
    ],
)
def test_a_token_that_other_servers_refuse_is_refused(
    http: httpx.Client, stack: Stack, claims: dict[str, object], headers: dict[str, object]
) -> None:
    stated = {"role": "authenticated", "sub": "some one", "exp": int(time.time()) + 60} | claims
    payload = json.dumps(stated).encode()
    signed = jwt.api_jws.encode(payload, stack.jwt_secret, "HS256", {"typ": "JWT"} | headers)
    for path in ("/rest_films?select=id", "/rpc/rest_echo?t=a", "/rest_unknown"):
        refused = http.get(path, headers={"Authorization": f"Bearer {signed}"})
        assert (refused.status_code, refused.json()["code"]) == (401, "PGRST301")
        assert refused.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


def test_a_plus_is_a_space_unless_it_is_encoded(http: httpx.Client) -> None:
    assert http.get("/rest_films?select=id&title=eq.Mother+%2B+son").json() == [{"id": 2}]
    assert http.get("/rest_films?select=id&or=(title.eq.Mother+%2B+son,year.eq.1962)&order=id").json() == [
        {"id": 1},
        {"id": 2},
    ]


def test_values_are_written_as_the_database_writes_them(
    http: httpx.Client, rest_schema: psycopg.Connection
) -> None:
    rows = rest_schema.execute("select json_agg(film order by id)::text from rest_films as film").fetchone()
    assert rows is not None

    def exact(text: str) -> object:
        return json.loads(text, parse_float=str, parse_int=str)

    assert exact(http.get("/rest_films?order=id").text) == exact(rows[0])


def test_a_refused_write_changes_nothing(http: httpx.Client) -> None:
    http.post("/rest_notes", json=[{"body": "a"}, {"body": "b"}]).raise_for_status()
    headers = {"Prefer": "return=representation", "Accept": "application/vnd.pgrst.object+json"}
    response = http.patch("/rest_notes?id=gt.0", json={"body": "c"}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (406, "PGRST116")
    assert http.get("/rest_notes?select=id&body=eq.c").json() == []


def test_json_is_passed_on_to_the_last_digit(http: httpx.Client) -> None:
    exact = '{"a": 12345678901234567890123, "b": 0.10}'
    assert http.post("/rpc/rest_echo_json", content=f'{{"j": {exact}}}').text == exact
    assert http.post("/rpc/rest_whole", json={"a": None}).json() == {"a": None}


def test_a_get_cannot_write(http: httpx.Client) -> None:
    response = http.get("/rpc/rest_write")
    assert (response.status_code, response.json()["code"]) == (405, "25006")


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
        ("/rest_films?order=%00", 400, "PGRST100"),
        ("/rest_films?select=%00", 400, "PGRST100"),
        ("/rest_films?title=eq.a%00b", 400, "PGRST100"),
        ("/rest_films?select=id.max()", 400, "PGRST123"),
        ("/rest_withheld", 401, "42501"),
    ],
)
def test_a_wrong_question_is_refused_by_its_code(
    http: httpx.Client, path: str, status: int, code: str
) -> None:
    response = http.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/json; charset=utf-8"


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
    response = http.post("/rest_films", json=row)
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize("body", ["", "{", '{"a": nul}', "[1, 2"])
def test_a_body_that_is_no_json_is_refused(http: httpx.Client, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/rest_films", "/rpc/rest_add") if body else ("/rest_films",):
        response = http.post(path, content=body, headers=headers)
        assert (response.status_code, response.json()["code"]) == (400, "PGRST102")


@pytest.mark.parametrize(
    ("code", "status"),
    [("PT404", 404), ("PT429", 429), ("22023", 400), ("P0001", 400), ("23505", 409), ("40001", 500)],
)
def test_error_of_a_function_has_its_status(http: httpx.Client, code: str, status: int) -> None:
    assert http.post("/rpc/rest_fail", json={"code": code, "message": ""}).status_code == status


def test_refusal_requests_authentication_only_of_anonymous_callers(
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


def test_token_identifies_the_caller(http: httpx.Client, token: Callable[..., dict[str, str]]) -> None:
    assert http.post("/rpc/rest_role", json={}).json()["role"] == "anon"
    response = http.post("/rpc/rest_role", json={}, headers=token())
    assert response.json()["role"] == "authenticated"
    assert response.json()["sub"] == "some one"


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
        response = http.get("/rest_films", headers=header)
        assert (response.status_code, response.json()["code"]) == (403 if code == "42501" else 401, code)


# The schema


def test_changed_table_is_reloaded(http: httpx.Client, rest_schema: psycopg.Connection) -> None:
    for _ in range(20):
        assert http.get("/rest_actors").status_code == 200
    rest_schema.execute("alter table rest_actors add column born date; notify pgrst, 'reload schema'")
    until(lambda: "born" in http.get("/rest_actors").text)
    for _ in range(20):
        assert http.get("/rest_actors?id=eq.1").json() == [{"id": 1, "name": "Corinne", "born": None}]
