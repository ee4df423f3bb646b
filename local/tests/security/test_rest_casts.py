"""Every type cast to every other is, through REST, what the database writes; and no value ends a thread."""

import json
import os
import random
from collections.abc import Iterator

import httpx
import psycopg
import pytest
from psycopg import sql

from local.temporary_stack import Stack
from local.tests.security import rest_values
from local.tests.security.rest_values import TYPES

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
REFUSED = 3 * ROUNDS
"""Casts of each column that the database refuses, sent one by one."""
DECODED = ("text", "varchar", "integer", "bigint", "smallint", "boolean", "json", "jsonb")
"""To these alone are columns of written rows cast."""


@pytest.fixture(scope="module")
def values(stack: Stack) -> Iterator[psycopg.Connection]:
    with rest_values.made(stack) as connection:
        yield connection


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    headers = {"apikey": stack.anon_key}
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers=headers) as client:
        yield client


def exact(text: str) -> object:
    """With the digits of numbers as they are written, and every key of an object."""
    return json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=tuple)


def cast(connection: psycopg.Connection, column: str, kind: str) -> str | psycopg.Error:
    """What to_json makes of the column, as the type, in every row; or why the database refuses."""
    query = "select json_agg(to_json({}::" + kind + ") order by id)::text from rest_values"
    try:
        row = connection.execute(sql.SQL(query).format(sql.Identifier(column))).fetchone()
    except psycopg.Error as error:
        return error
    assert row
    return str(row[0])


def test_every_column_is_what_the_database_writes(http: httpx.Client, values: psycopg.Connection) -> None:
    row = values.execute("select json_agg(r order by id)::text from rest_values as r").fetchone()
    assert row
    assert exact(http.get("/rest_values?order=id").text) == exact(row[0])
    assert exact(http.get("/rpc/rest_rows?order=id").text) == exact(row[0])


@pytest.mark.parametrize("kind", TYPES)
def test_a_cast_is_what_the_database_makes_of_it(
    http: httpx.Client, values: psycopg.Connection, kind: str
) -> None:
    answers = {column: cast(values, column, kind) for column in rest_values.columns(values)}
    made = {column: text for column, text in answers.items() if isinstance(text, str)}
    if made:
        select = ",".join(f'"as {column}":"{column}"::{kind}' for column in made)
        answer = http.get("/rest_values", params={"select": select, "order": "id"})
        rows = [dict(row) for row in exact(answer.raise_for_status().text)]  # type: ignore[attr-defined]
        for column, expected in made.items():
            assert [row[f"as {column}"] for row in rows] == exact(expected), column
    refused = sorted(set(answers) - set(made))
    for column in random.Random(kind).sample(refused, min(len(refused), REFUSED)):
        answer = http.get("/rest_values", params={"select": f'"{column}"::{kind}'})
        error = answers[column]
        assert isinstance(error, psycopg.Error)
        assert (answer.status_code // 100, answer.json()["code"]) == (4, error.sqlstate), column


def test_infinite_date_does_not_end_a_thread(http: httpx.Client, stack: Stack) -> None:
    for _ in range(40):
        answer = http.get("/rest_values?select=timestamptz::date,timestamp::date,date&id=eq.2")
        assert answer.json() == [{"timestamptz": "infinity", "timestamp": "-infinity", "date": "infinity"}]
    assert http.get("/item_availability?select=ends_at::date").status_code == 200
    assert "panicked" not in (stack.settings.logs / "rest.log").read_text()


def test_a_cast_of_a_related_row_is_refused(http: httpx.Client) -> None:
    answer = http.get("/rest_values?select=id,rest_others(at::date)")
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST127")
    related = http.get("/rest_values?select=id,rest_others(at,tags)&id=eq.2").json()
    assert related == [{"id": 2, "rest_others": {"at": "infinity", "tags": []}}]


@pytest.mark.parametrize("kind", TYPES)
def test_a_cast_of_a_written_row_is_exact_or_refused(
    http: httpx.Client, values: psycopg.Connection, kind: str
) -> None:
    headers = {"Prefer": "return=representation"}
    for column in ("id", "timestamptz", "jsonb", "texts"):
        expected = cast(values, column, kind)
        query = {"id": "gt.0", "select": f'id,x:"{column}"::{kind}', "order": "id"}
        answer = http.patch("/rest_values", json={"bool": None}, params=query, headers=headers)
        if kind not in (*DECODED, "int4", "bool", "character varying"):
            assert (answer.status_code, answer.json()["code"]) == (400, "PGRST127")
        elif isinstance(expected, str):
            rows = sorted(answer.json(), key=lambda row: row["id"])
            assert [row["x"] for row in rows] == json.loads(expected)
        else:
            assert (answer.status_code // 100, answer.json()["code"]) == (4, expected.sqlstate)


def test_a_written_row_is_what_the_database_writes(http: httpx.Client, values: psycopg.Connection) -> None:
    """But for the form of very large and very small numbers."""
    headers = {"Prefer": "return=representation"}
    answer = http.patch("/rest_values?id=gt.0", json={"bool": None}, headers=headers)
    row = values.execute("select json_agg(r order by id)::text from rest_values as r").fetchone()
    assert row
    rows = json.loads(answer.text, parse_int=float)
    assert sorted(rows, key=lambda row: row["id"]) == json.loads(row[0], parse_int=float)


def test_an_update_of_no_column_changes_nothing(http: httpx.Client) -> None:
    for headers, status in (({}, 204), ({"Prefer": "return=representation"}, 200)):
        body: object
        for body in ({}, [{}, {}]):
            answer = http.patch("/rest_values?id=eq.1", json=body, headers=headers)
            assert (answer.status_code, answer.text) == (status, "[]" if status == 200 else "")


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ('[{"a": 1}, [1, 2], "x", 3, null]', [{"a": 1}, [1, 2], "x", 3, None]),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ('[[{"a": [1]}], [[2]]]', [[{"a": [1]}], [[2]]]),
        ("[]", []),
        ("null", None),
    ],
)
def test_a_list_of_json_of_several_kinds_arrives(http: httpx.Client, sent: str, received: object) -> None:
    headers = {"content-type": "application/json"}
    answer = http.post("/rpc/rest_jsons", content=f'{{"jsons": {sent}}}', headers=headers)
    assert answer.json() == received


@pytest.mark.parametrize("sent", [b"\\x4142", b"", b"\x00\xff\\\n", bytes(range(256)), "naïve".encode()])
def test_bytes_arrive_as_they_are_sent(http: httpx.Client, sent: bytes) -> None:
    headers = {"content-type": "application/octet-stream"}
    assert http.post("/rpc/rest_bytes", content=sent, headers=headers).json() == sent.hex()


def test_an_empty_select_selects_nothing(http: httpx.Client) -> None:
    assert http.get("/rest_values?select=&id=lt.3").json() == [{}, {}]
    assert http.get("/rpc/rest_rows?select=&limit=1").json() == [{}]
    headers = {"Prefer": "return=representation"}
    assert http.patch("/rest_values?select=&id=eq.1", json={"bool": None}, headers=headers).json() == [{}]


def test_names_in_quotes_order_and_combine(http: httpx.Client) -> None:
    ids = [{"id": number} for number in (1, 2, 3, 4)]
    assert http.get('/rest_values?select=id&order="id".desc').json() == ids[::-1]
    assert http.get('/rest_values?select=id&order="smallint".nullsfirst,"id"').json()[0] == {"id": 4}
    assert http.get('/rest_values?select=id&or=("id".eq.1,"name".eq."")&order=id').json() == ids[:2]
    assert http.get('/rest_values?select=id&not.and=("id".eq.1,"text".like."a*")&order=id').json() == ids[1:]
    for query in ('order="odd, name"', 'or=("a.b".eq.1)'):
        assert http.get(f"/rest_values?{query}").json()["code"] == "PGRST127"
