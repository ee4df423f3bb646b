"""What REST says of rows that were written: all that were touched, whatever page is named."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack

pytestmark = pytest.mark.usefixtures("rest_rows")

OBJECT = "application/vnd.pgrst.object+json"
SHOWN = "return=representation"


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers={"apikey": stack.anon_key}) as client:
        yield client


@pytest.fixture
def five(rest_schema: psycopg.Connection) -> psycopg.Connection:
    """Five notes."""
    rest_schema.execute("insert into rest_notes (body) select 'note ' || n from generate_series(1, 5) as n")
    return rest_schema


def bodies(connection: psycopg.Connection) -> list[str]:
    return [body for (body,) in connection.execute("select body from rest_notes order by id")]


NOTES = ["note 1", "note 2", "note 3", "note 4", "note 5"]
PAGES: list[tuple[str, dict[str, str]]] = [
    ("limit=1", {}),
    ("offset=3", {}),
    ("limit=1&offset=1&order=id", {}),
    ("limit=0", {}),
    ("", {"Range": "0-0"}),
    ("", {"Range": "9-5"}),
    ("limit=x", {}),
]


@pytest.mark.parametrize(("page", "headers"), PAGES)
def test_a_page_holds_back_none_of_the_rows_that_were_deleted(
    http: httpx.Client, five: psycopg.Connection, page: str, headers: dict[str, str]
) -> None:
    response = http.delete(
        f"/rest_notes?id=lt.4&select=id&{page}", headers=headers | {"Prefer": f"{SHOWN}, count=exact"}
    )
    assert (response.status_code, response.json()) == (200, [{"id": 1}, {"id": 2}, {"id": 3}])
    assert response.headers["content-range"] == "*/3"
    assert bodies(five) == NOTES[3:]


@pytest.mark.parametrize(("page", "headers"), PAGES)
def test_a_page_holds_back_none_of_the_rows_that_were_changed(
    http: httpx.Client, five: psycopg.Connection, page: str, headers: dict[str, str]
) -> None:
    response = http.patch(
        f"/rest_notes?id=lt.4&select=id&{page}",
        json={"body": "changed"},
        headers=headers | {"Prefer": f"{SHOWN}, count=exact"},
    )
    assert (response.status_code, response.json()) == (200, [{"id": 1}, {"id": 2}, {"id": 3}])
    assert response.headers["content-range"] == "0-2/3"
    assert bodies(five) == ["changed"] * 3 + NOTES[3:]


@pytest.mark.parametrize(("page", "headers"), PAGES)
@pytest.mark.parametrize("merged", [False, True])
def test_a_page_holds_back_none_of_the_rows_that_were_added(
    http: httpx.Client, page: str, headers: dict[str, str], merged: bool
) -> None:
    prefer = f"{SHOWN}, count=exact" + ", resolution=merge-duplicates" * merged
    rows = (
        [{"id": n, "name": f"actor {n}"} for n in (2, 3, 4)]
        if merged
        else [{"id": n, "name": f"actor {n}"} for n in (7, 8, 9)]
    )
    response = http.post(f"/rest_actors?select=id&{page}", json=rows, headers=headers | {"Prefer": prefer})
    assert response.json() == [{"id": row["id"]} for row in rows]
    assert response.headers["content-range"] == "*/3"


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST"])
def test_a_page_that_cannot_be_is_refused(http: httpx.Client, five: psycopg.Connection, method: str) -> None:
    response = http.request(method, "/rest_notes?id=lt.4&limit=-1", json={"body": "x"})
    assert (response.status_code, response.json()["code"]) == (416, "PGRST103")
    assert bodies(five) == NOTES


def test_a_put_takes_no_page_but_heeds_no_range(http: httpx.Client) -> None:
    row = {"id": 7, "name": "put"}
    response = http.put("/rest_actors?id=eq.7&limit=1", json=row)
    assert (response.status_code, response.json()["code"]) == (400, "PGRST114")
    assert http.put("/rest_actors?id=eq.7", json=row, headers={"Range": "0-0"}).is_success


def test_fifteen_hundred_rows_are_written_and_shown(http: httpx.Client) -> None:
    rows = [{"body": f"row {n}"} for n in range(1500)]
    headers = {"Prefer": f"{SHOWN}, count=exact"}
    added = http.post("/rest_notes?select=body", json=rows, headers=headers)
    assert (added.json(), added.headers["content-range"]) == (rows, "*/1500")
    changed = http.patch("/rest_notes?id=gt.0&select=body", json={"body": "x"}, headers=headers)
    assert len(changed.json()) == 1500
    assert changed.headers["content-range"] == "0-1499/1500"
    assert len(http.get("/rest_notes").json()) == 1000
    deleted = http.delete("/rest_notes?id=gt.0&select=id", headers=headers)
    assert len(deleted.json()) == 1500
    assert deleted.headers["content-range"] == "*/1500"


def test_twelve_thousand_casts_of_written_rows_are_in_order(http: httpx.Client) -> None:
    """More than the server renders by one statement."""
    select = ",".join(f"{name}:id::numeric" for name in "abcdefgh")
    rows = [{"body": f"row {n}"} for n in range(1500)]
    added = http.post(f"/rest_notes?select={select}", json=rows, headers={"Prefer": SHOWN}).json()
    assert added == [dict.fromkeys("abcdefgh", n) for n in range(1, 1501)]


@pytest.mark.parametrize("returned", ["", ", return=minimal", ", return=representation"])
def test_changed_rows_are_counted_with_or_without_representation(
    http: httpx.Client, five: psycopg.Connection, returned: str
) -> None:
    response = http.delete("/rest_notes?id=lt.4&limit=1", headers={"Prefer": f"count=exact{returned}"})
    assert response.headers["content-range"] == "*/3"


# One object


@pytest.mark.parametrize("page", ["", "&limit=1", "&limit=1&offset=1&order=id"])
@pytest.mark.parametrize("prefer", [SHOWN, "return=minimal", "return=headers-only"])
@pytest.mark.parametrize("accept", [OBJECT, f"{OBJECT};nulls=stripped", "Application/vnd.pgrst.OBJECT"])
def test_single_object_of_several_rows_is_refused_and_changes_none(
    http: httpx.Client, five: psycopg.Connection, page: str, prefer: str, accept: str
) -> None:
    headers = {"Accept": accept, "Prefer": prefer}
    several = [{"body": "x"}, {"body": "y"}]
    for response in [
        http.delete(f"/rest_notes?id=lt.4{page}", headers=headers),
        http.patch(f"/rest_notes?id=lt.4{page}", json={"body": "x"}, headers=headers),
        http.post(f"/rest_notes?{page}", json=several, headers=headers),
        http.delete(f"/rest_notes?id=gt.99{page}", headers=headers),
    ]:
        assert (response.status_code, response.json()["code"]) == (406, "PGRST116")
    assert bodies(five) == NOTES


def test_single_object_of_one_row_is_returned(http: httpx.Client, five: psycopg.Connection) -> None:
    headers = {"Accept": OBJECT, "Prefer": SHOWN}
    assert http.delete("/rest_notes?id=eq.3&limit=1", headers=headers).json() == {"id": 3, "body": "note 3"}
    assert bodies(five) == [*NOTES[:2], *NOTES[3:]]


# max-affected


@pytest.mark.parametrize("page", ["", "&limit=1", "&limit=1&offset=1&order=id"])
@pytest.mark.parametrize("returned", ["", f", {SHOWN}"])
def test_max_affected_limits_the_changed_rows(
    http: httpx.Client, five: psycopg.Connection, page: str, returned: str
) -> None:
    headers = {"Prefer": f"handling=strict, max-affected=2{returned}"}
    for response in [
        http.delete(f"/rest_notes?id=lt.4{page}", headers=headers),
        http.patch(f"/rest_notes?id=lt.4{page}", json={"body": "x"}, headers=headers),
    ]:
        assert (response.status_code, response.json()["code"]) == (400, "PGRST124")
        assert response.json()["details"] == "The query affects 3 rows"
    assert bodies(five) == NOTES
    assert http.delete(f"/rest_notes?id=lt.3{page}", headers=headers).is_success
    assert bodies(five) == NOTES[2:]


def test_max_affected_is_for_strict_handling_of_changes(http: httpx.Client, five: psycopg.Connection) -> None:
    assert http.delete("/rest_notes?id=lt.3", headers={"Prefer": "max-affected=1"}).is_success
    strict = {"Prefer": "handling=strict, max-affected=1"}
    assert http.post("/rest_notes", json=[{"body": "a"}, {"body": "b"}], headers=strict).is_success
    assert bodies(five) == [*NOTES[2:], "a", "b"]


def test_max_affected_of_a_function_is_the_rows_it_returns(http: httpx.Client) -> None:
    strict = {"Prefer": "handling=strict, max-affected=1"}
    response = http.post("/rpc/rest_films_of", json={"director": 2}, headers=strict)
    assert (response.status_code, response.json()["code"]) == (400, "PGRST124")
    response = http.post("/rpc/rest_write", json={}, headers=strict)
    assert (response.status_code, response.json()["code"]) == (400, "PGRST128")
    assert http.get("/rest_notes").json() == []


MARKED = [
    ("_id=eq.2", [2]),
    ("%5Fid=eq.2", [2]),
    ("_note=in.(a,b)", [1, 2]),
    ("_id=gte.2&body=neq.z", [2]),
    ("_meta->>k=eq.1", [1]),
    ("_meta->k=not.is.null", [1, 2]),
    ("or=(_id.eq.1,_note.eq.c)", [1, 3]),
    ('"_id"=eq.2', [2]),
]


@pytest.mark.parametrize(("query", "ids"), MARKED)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_filter_on_a_column_that_begins_with_an_underscore_holds(
    http: httpx.Client, rest_schema: psycopg.Connection, method: str, query: str, ids: list[int]
) -> None:
    row = {"body": "changed"} if method == "PATCH" else None
    response = http.request(method, f"/rest_marked?{query}", headers={"Prefer": SHOWN}, json=row)
    assert response.status_code == 200
    assert sorted(row["_id"] for row in response.json()) == ids
    left = [marked for (marked,) in rest_schema.execute("select _id from rest_marked order by 1")]
    assert left == [marked for marked in (1, 2, 3) if method != "DELETE" or marked not in ids]


@pytest.mark.parametrize(("query", "ids"), MARKED)
def test_filter_on_a_result_that_begins_with_an_underscore_holds(
    http: httpx.Client, query: str, ids: list[int]
) -> None:
    for response in (http.get(f"/rpc/rest_marks?{query}"), http.post(f"/rpc/rest_marks?{query}", json={})):
        assert [row["_id"] for row in response.json()] == ids


def test_argument_that_begins_with_an_underscore_is_passed(http: httpx.Client) -> None:
    response = http.get("/rpc/rest_marks?_least=2&_note=eq.c")
    assert [row["_id"] for row in response.json()] == [3]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("_none=eq.1", "42703"),
        ("id=eq.1&_id=eq.1", "42703"),
        ("_none->a=eq.1", "42703"),
        ('_a"b=eq.1', "42703"),
        ("_t.id=eq.1", "PGRST108"),
        *((query, "PGRST100") for query in ("_", "_=1", "_id=1", "__", "_id")),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_unknown_filter_that_begins_with_an_underscore_touches_no_row(
    http: httpx.Client, five: psycopg.Connection, method: str, query: str, code: str
) -> None:
    row = {"body": "changed"} if method == "PATCH" else None
    response = http.request(method, f"/rest_notes?{query}", json=row)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert bodies(five) == NOTES
