"""Names in quotes, with the characters that separate names: in select, filters, order and conditions."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack

pytestmark = pytest.mark.usefixtures("rest_rows")

AWKWARD = ("a.b", "a,b", "c(d", "e)f", "(g)", "h->i", "j:k", 'l"m', "n\\o", " p ", "{q", "order", "and")
"""Integer columns of rest_named: n in row n, null in row 3."""
REPRESENTATION = {"Prefer": "return=representation"}


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers={"apikey": stack.anon_key}) as client:
        yield client


def quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def ids(http: httpx.Client, path: str = "/rest_named", **query: str) -> list[int]:
    response = http.get(path, params={"select": "id"} | query)
    assert response.is_success, response.text
    assert all(row.keys() == {"id"} for row in response.json())
    return [row["id"] for row in response.json()]


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("path", ["/rest_named", "/rpc/rest_all_named"])
def test_column_with_an_awkward_name_orders_rows(http: httpx.Client, name: str, path: str) -> None:
    assert ids(http, path, order=f"{quoted(name)}.desc.nullslast") == [2, 1, 3]
    assert ids(http, path, order=f"{quoted(name)}.asc.nullsfirst,id", limit="2") == [3, 1]
    assert ids(http, path, order=f"id.desc,{quoted(name)}") == [3, 2, 1]
    assert ids(http, path, order=f"m->>k, {quoted(name)}.desc.nullslast") == [2, 1, 3]


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("path", ["/rest_named", "/rpc/rest_all_named"])
def test_column_with_an_awkward_name_is_selected_and_filtered(
    http: httpx.Client, name: str, path: str
) -> None:
    rows = http.get(path, params={"select": f"{quoted(name)},x:{quoted(name)}::text", "id": "eq.2"}).json()
    assert rows == [{name: 2, "x": "2"}]
    assert ids(http, path, **{quoted(name): "eq.2"}) == [2]
    assert ids(http, path, **{quoted(name): "not.is.null", "order": "id"}) == [1, 2]


@pytest.mark.parametrize("name", [name for name in AWKWARD if "." not in name])
@pytest.mark.parametrize("path", ["/rest_named", "/rpc/rest_all_named"])
def test_column_with_an_awkward_name_is_in_conditions(http: httpx.Client, name: str, path: str) -> None:
    column = quoted(name)
    assert ids(http, path, **{"or": f"({column}.eq.1,{column}.is.null)", "order": "id"}) == [1, 3]
    assert ids(http, path, **{"and": f'(or({column}.gt.1,id.eq.9),{column}.in.("2",3))'}) == [2]
    assert ids(http, path, **{"not.or": f"( {column}.eq.1 , {column}.is.null )"}) == [2]


@pytest.mark.parametrize("name", AWKWARD)
def test_column_with_an_awkward_name_selects_the_rows_that_are_changed(
    http: httpx.Client, rest_schema: psycopg.Connection, name: str
) -> None:
    column = quoted(name)
    condition = {"or": f"({column}.eq.1,id.eq.9)"} if "." not in name else {column: "eq.1"}
    query = condition | {"select": f"id,{column}"}
    response = http.patch("/rest_named", params=query, json={"n": 5}, headers=REPRESENTATION)
    assert response.json() == [{"id": 1, name: 1}]
    assert rest_schema.execute("select id from rest_named where n = 5").fetchall() == [(1,)]
    assert http.delete("/rest_named", params=query, headers=REPRESENTATION).json() == [{"id": 1, name: 1}]
    assert ids(http, order="id") == [2, 3]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"select": 'x:m->"k"'}, [{"x": "a"}, {"x": "a"}, {"x": None}]),
        ({"select": 'm->>"k.l"'}, [{"k.l": "2"}, {"k.l": "1"}, {"k.l": None}]),
        ({"select": "id", 'm->>"k"': "eq.a"}, [{"id": 1}, {"id": 2}]),
        ({"select": "id", 'm->>"k.l"': "eq.1"}, [{"id": 2}]),
        ({"select": "id", "or": '(m->>"k".is.null,id.eq.2)'}, [{"id": 2}, {"id": 3}]),
    ],
)
def test_key_of_json_in_quotes_is_the_key(
    http: httpx.Client, query: dict[str, str], expected: list[dict[str, object]]
) -> None:
    assert http.get("/rest_named", params=query | {"order": "id"}).json() == expected


def test_key_of_json_with_a_dot_orders_rows(http: httpx.Client) -> None:
    assert ids(http, order='m->>"k.l"') == [2, 1, 3]


@pytest.mark.parametrize(
    ("select", "order", "expected"),
    [
        ("id::text", "id.desc", [{"id": "11"}, {"id": "2"}, {"id": "1"}]),
        ("id:n", "id.desc", [{"id": 0}, {"id": 2}, {"id": 1}]),
        ("n,id:n", "id", [{"n": 1, "id": 1}, {"n": 2, "id": 2}, {"n": 0, "id": 0}]),
        ("id:m->>k", '"id".desc', [{"id": None}, {"id": "a"}, {"id": "a"}]),
    ],
)
def test_order_means_the_column_whatever_is_selected_under_its_name(
    http: httpx.Client, rest_schema: psycopg.Connection, select: str, order: str, expected: object
) -> None:
    rest_schema.execute("update rest_named set id = 11, n = 0 where id = 3")
    rest_schema.execute("update rest_named set n = id where id < 3")
    query = {"select": select, "order": order}
    response = http.get("/rest_named", params=query, headers={"Prefer": "count=exact"})
    assert (response.json(), response.headers["content-range"]) == (expected, "0-2/3")


def test_awkward_names_order_rows_with_related_ones(http: httpx.Client) -> None:
    query = {"select": 'id,rest_named_of("a.b")', "order": '"a.b".desc.nullslast', "limit": "2"}
    rows = http.get("/rest_named", params=query).json()
    assert rows == [{"id": 2, "rest_named_of": None}, {"id": 1, "rest_named_of": {"a.b": 7}}]


def test_awkward_names_are_written(http: httpx.Client, rest_schema: psycopg.Connection) -> None:
    row = {"id": 9} | dict.fromkeys(AWKWARD, 9)
    columns = ",".join(quoted(name) for name in row if name not in ("a,b", " p "))
    query = {"columns": columns, "on_conflict": '"id"'}
    prefer = {"Prefer": "resolution=merge-duplicates,return=representation"}
    (saved,) = http.post("/rest_named", json=[row], params=query, headers=prefer).json()
    assert {name: saved[name] for name in AWKWARD} == dict.fromkeys(AWKWARD, 9) | {
        "a,b": None,
        " p ": None,
    }


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"or": '("a.b".eq.1)'}, 400, "PGRST127"),
        ({"and": '(id.eq.1,or("a.b"->>k.eq.1))'}, 400, "PGRST127"),
        ({"or": '(m->>"k.l".eq.1)'}, 400, "PGRST127"),
        ({"select": 'm->"1"'}, 400, "PGRST127"),
        ({"select": "count", "order": '"a.b"'}, 400, "PGRST127"),
        ({"select": "id,rest_named_of(*)", "rest_named_of.order": '"a.b"'}, 400, "PGRST127"),
        ({"select": 'id,"x.y":rest_named_of(*)', '"x.y".limit': "1"}, 400, "PGRST127"),
        ({"select": 'id,rest_named_of("e)f")'}, 400, "PGRST127"),
        ({"order": '"x.y"'}, 400, "42703"),
        ({"order": '"x y"'}, 400, "42703"),
        ({"order": '"a.b".sideways'}, 400, "PGRST100"),
    ],
)
def test_name_that_cannot_be_read_is_refused(
    http: httpx.Client, query: dict[str, str], status: int, code: str
) -> None:
    response = http.get("/rest_named", params=query)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_awkward_names_are_refused_in_csv_orders_and_columns(http: httpx.Client) -> None:
    order = {"order": '"a.b"'}
    for response in (
        http.get("/rest_named", params=order, headers={"Accept": "text/csv"}),
        http.patch("/rest_named", params=order | {"id": "eq.1"}, json={"n": 1}),
        http.post("/rest_named", params={"columns": 'id,"a,b"'}, json={"id": 4}),
    ):
        assert (response.status_code, response.json()["code"]) == (400, "PGRST127")
