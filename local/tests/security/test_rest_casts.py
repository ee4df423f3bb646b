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
REPRESENTATION = {"Prefer": "return=representation"}
CHANGE = {"xml": None}
"""A change that leaves every row as it is."""


@pytest.fixture(scope="module")
def values(stack: Stack) -> Iterator[psycopg.Connection]:
    with rest_values.table(stack) as connection:
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


@pytest.mark.parametrize(
    ("method", "kind"),
    [*(("GET", kind) for kind in TYPES), *(("PATCH", kind) for kind in TYPES if kind != "int4multirange")],
)
def test_cast_is_equal_to_that_of_the_database(
    http: httpx.Client, values: psycopg.Connection, kind: str, method: str
) -> None:
    """Of rows that are read, and of rows that are written."""

    def request(select: str) -> httpx.Response:
        row = CHANGE if method == "PATCH" else None
        params = {"id": "gt.0", "select": select, "order": "id"}
        return http.request(method, "/rest_values", params=params, json=row, headers=REPRESENTATION)

    results = {column: cast(values, column, kind) for column in rest_values.columns(values)}
    allowed = {column: text for column, text in results.items() if isinstance(text, str)}
    if allowed:
        select = ",".join(f'"as {column}":"{column}"::{kind}' for column in allowed)
        response = request(f"id,{select}")
        rows = [dict(row) for row in exact(response.raise_for_status().text)]  # type: ignore[attr-defined]
        for column, expected in allowed.items():
            assert [row[f"as {column}"] for row in rows] == exact(expected), column
    refused = sorted(set(results) - set(allowed))
    for column in random.Random(kind).sample(refused, min(len(refused), REFUSED)):
        response = request(f'x:"{column}"::{kind}')
        error = results[column]
        assert isinstance(error, psycopg.Error)
        assert (response.status_code // 100, response.json()["code"]) == (4, error.sqlstate), column


@pytest.mark.parametrize(
    ("method", "prefer"),
    [("POST", ""), ("POST", ",resolution=merge-duplicates"), ("PUT", ""), ("DELETE", "")],
)
def test_cast_of_a_row_is_equal_whichever_way_it_is_written(
    http: httpx.Client, values: psycopg.Connection, method: str, prefer: str
) -> None:
    row: dict[str, object] = {"id": 3, "at": "2026-01-02T03:04:05.6+00:00", "tags": ["a,b", None, '"']}
    values.execute("delete from rest_others where id = 3")
    if method == "DELETE" or prefer:
        values.execute("insert into rest_others values (%(id)s, %(at)s, %(tags)s)", row)
    query = {"select": "id::numeric,day:at::date,text:at::text,tags::_varchar,at"}
    headers = {"Prefer": f"return=representation{prefer}"}
    response = http.request(
        method,
        "/rest_others",
        params=query if method == "POST" else query | {"id": "eq.3"},
        json=None if method == "DELETE" else row,
        headers=headers,
    )
    values.execute("delete from rest_others where id = 3")
    assert response.json() == [row | {"day": "2026-01-02", "text": "2026-01-02 03:04:05.6+00"}]


def test_infinite_date_does_not_end_a_thread(http: httpx.Client, stack: Stack) -> None:
    for _ in range(40):
        response = http.get("/rest_values?select=timestamptz::date,timestamp::date,date&id=eq.2")
        assert response.json() == [{"timestamptz": "infinity", "timestamp": "-infinity", "date": "infinity"}]
    assert http.get("/item_availability?select=ends_at::date").status_code == 200
    assert "panicked" not in (stack.settings.logs / "rest.log").read_text()


def test_a_cast_of_a_related_row_is_refused(http: httpx.Client) -> None:
    response = http.get("/rest_values?select=id,rest_others(at::date)")
    assert (response.status_code, response.json()["code"]) == (400, "PGRST127")
    related = http.get("/rest_values?select=id,rest_others(at,tags)&id=eq.2").json()
    assert related == [{"id": 2, "rest_others": {"at": "infinity", "tags": []}}]


@pytest.mark.parametrize(
    "select",
    [
        "id.max()",
        "id,smallint.sum()",
        "count()",
        "int4range::int4multirange",
        "ints::_int4multirange",
        "texts::_pg_class",
    ],
)
def test_written_rows_that_the_driver_cannot_return_are_refused(http: httpx.Client, select: str) -> None:
    response = http.patch(
        "/rest_values", params={"id": "eq.1", "select": select}, json=CHANGE, headers=REPRESENTATION
    )
    assert (response.status_code, response.json()["code"]) == (400, "PGRST127")


def test_a_written_row_is_what_the_database_writes(http: httpx.Client, values: psycopg.Connection) -> None:
    """But for the form of very large and very small numbers."""
    headers = {"Prefer": "return=representation"}
    response = http.patch("/rest_values?id=gt.0", json={"bool": None}, headers=headers)
    row = values.execute("select json_agg(r order by id)::text from rest_values as r").fetchone()
    assert row
    rows = json.loads(response.text, parse_int=float)
    assert sorted(rows, key=lambda row: row["id"]) == json.loads(row[0], parse_int=float)


def test_an_update_of_no_column_changes_nothing(http: httpx.Client) -> None:
    for headers, status in (({}, 204), ({"Prefer": "return=representation"}, 200)):
        body: object
        for body in ({}, [{}, {}]):
            response = http.patch("/rest_values?id=eq.1", json=body, headers=headers)
            assert (response.status_code, response.text) == (status, "[]" if status == 200 else "")


@pytest.mark.parametrize(
    ("argument", "received"),
    [
        ('[{"a": 1}, [1, 2], "x", 3, null]', [{"a": 1}, [1, 2], "x", 3, None]),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ('[[{"a": [1]}], [[2]]]', [[{"a": [1]}], [[2]]]),
        ("[]", []),
        ("null", None),
    ],
)
def test_a_list_of_json_of_several_kinds_arrives(http: httpx.Client, argument: str, received: object) -> None:
    headers = {"content-type": "application/json"}
    response = http.post("/rpc/rest_jsons", content=f'{{"jsons": {argument}}}', headers=headers)
    assert response.json() == received


@pytest.mark.parametrize("content", [b"\\x4142", b"", b"\x00\xff\\\n", bytes(range(256)), "naïve".encode()])
def test_bytes_arrive_as_they_are_sent(http: httpx.Client, content: bytes) -> None:
    headers = {"content-type": "application/octet-stream"}
    assert http.post("/rpc/rest_bytes", content=content, headers=headers).json() == content.hex()


def test_an_empty_select_selects_nothing(http: httpx.Client) -> None:
    assert http.get("/rest_values?select=&id=lt.3").json() == [{}, {}]
    assert http.get("/rpc/rest_rows?select=&limit=1").json() == [{}]
    headers = {"Prefer": "return=representation"}
    assert http.patch("/rest_values?select=&id=eq.1", json={"bool": None}, headers=headers).json() == [{}]
