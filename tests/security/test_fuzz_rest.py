"""Fuzz the functions and tables of the API.

Every response is a success or a refusal with code and message, never a status of 500 or above; a refused
request writes nothing.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import class_row

from local.tests.security.values import FRAGMENTS, absurd, plausible
from tests.conftest import Stack
from tests.sql.people import item, person, rate

HERE = Path(__file__).parent
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
EXAMPLES = 150 * ROUNDS
ATTEMPTS = 10
OPERATORS = (
    "eq",
    "neq",
    "gt",
    "like",
    "ilike",
    "in",
    "is",
    "cs",
    "cd",
    "ov",
    "fts",
    "match",
    "not.eq",
    "isdistinct",
)
FUZZED = settings(
    max_examples=EXAMPLES,
    derandomize=ROUNDS == 1,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Target:
    """A function with its parameters, or a table with its columns, and their types."""

    name: str
    parameters: dict[str, str]


@dataclass
class Api:
    """The API, called by anon and by a user who is created again after each successful write."""

    stack: Stack
    db: psycopg.Connection
    http: httpx.Client
    functions: list[Target]
    tables: list[Target]
    ids: Mapping[str, str]
    state_query: str
    others_rows: list[tuple[object, ...]]
    """Rows of the other person, whose ids are sent; no request may change them."""
    token: str = ""
    state: list[tuple[object, ...]] = field(default_factory=list)
    """The database's state after the last request; empty if that request may have written."""

    def send(self, method: str, path: str, signed_in: bool, **request: Any) -> None:
        """Send the request again if the state changed, since a background job may have written meanwhile."""
        for _ in range(ATTEMPTS):
            if self.is_unchanged_if_refused(method, path, signed_in, **request):
                return
        raise AssertionError("a refused request has changed the database")

    def is_unchanged_if_refused(self, method: str, path: str, signed_in: bool, **request: Any) -> bool:
        """Whether the request succeeded, or was refused and changed nothing."""
        if not self.state:
            self.token, self.state = self.new_token(), self.read_state()
        headers = {"apikey": self.stack.anon_key, **request.pop("headers", {})}
        if signed_in:
            headers["authorization"] = f"Bearer {self.token}"
        response = self.http.request(method, f"/rest/v1/{path}", headers=headers, **request)
        assert response.status_code < 500, (response.status_code, response.text)
        if response.status_code < 400:
            self.state = self.state if method == "GET" else []
            assert method == "GET" or rows_of(self.db, self.ids) == self.others_rows
            return True
        body = response.json()
        assert isinstance(body["code"], str) and isinstance(body["message"], str), body
        before, self.state = self.state, self.read_state()
        return self.state == before

    def new_token(self) -> str:
        claims = {
            "sub": str(person(self.db, "fuzz_viewer").id),
            "role": "authenticated",
            "aud": "authenticated",
            "exp": int(time.time()) + 86_400,
            "app_metadata": {"roles": [], "tier": "free"},
        }
        return jwt.encode(claims, self.stack.jwt_secret, "HS256")

    def read_state(self) -> list[tuple[object, ...]]:
        return self.db.execute(self.state_query.encode()).fetchall()


@pytest.fixture(scope="module")
def api(stack: Stack) -> Iterator[Api]:
    with (
        psycopg.connect(stack.database_url, autocommit=True) as db,
        httpx.Client(base_url=stack.url, timeout=120) as http,
    ):
        other, film = person(db, "fuzz_other_viewer"), item(db, "Fuzz & film")
        rate(db, other.rater_id, {film: 4})
        ids = {
            "user": other.id,
            "profile": other.profile_id,
            "rater": other.rater_id,
            "film": film,
            "none": uuid4(),
        }
        row = db.execute((HERE / "state.sql").read_bytes()).fetchone()
        assert row
        yield Api(
            stack,
            db,
            http,
            targets(db, "catalogue.sql"),
            targets(db, "columns.sql"),
            {name: str(value) for name, value in ids.items()},
            row[0],
            rows_of(db, ids),
        )
        # One by one: a job that compares users locks several of them.
        for (user,) in db.execute("select id from auth.users where email like 'fuzz_%'").fetchall():
            db.execute("delete from auth.users where id = %s", [user])
        db.execute("delete from content where id = %s", [film])


def rows_of(db: psycopg.Connection, ids: Mapping[str, object]) -> list[tuple[object, ...]]:
    return db.execute(
        "select a, p, g from accounts a join profiles p on p.account_id = a.id "
        "join raters r on r.profile_id = p.id join ratings g on g.rater_id = r.id where a.id = %s",
        [ids["user"]],
    ).fetchall()


def targets(db: psycopg.Connection, query: str) -> list[Target]:
    with db.cursor(row_factory=class_row(Target)) as cursor:
        return cursor.execute((HERE / query).read_bytes()).fetchall()


def arguments(data: st.DataObject, target: Target, ids: Mapping[str, str]) -> dict[str, object]:
    """Some of the parameters, one or all of them with absurd values; sometimes an unknown parameter."""
    known = sorted(target.parameters)
    several = st.lists(st.sampled_from(known), unique=True, max_size=5) if known else st.just([])
    names = data.draw(several, label="names")
    odd = data.draw(st.sampled_from([*names, "all", "none"]), label="absurd")
    values = {
        name: data.draw(
            absurd(ids) if odd in (name, "all") else plausible(target.parameters[name], ids), label=name
        )
        for name in names
    }
    return values | ({"nothing": 1} if data.draw(st.integers(0, 19)) == 7 else {})


def as_bytes(value: object) -> bytes:
    """JSON, or invalid JSON such as Infinity and a lone surrogate."""
    return json.dumps(value).encode()


def text(value: object) -> str:
    return (value if isinstance(value, str) else json.dumps(value)).encode(errors="replace").decode()


JSON = {"content-type": "application/json"}


@FUZZED
@given(data=st.data(), signed_in=st.booleans())
def test_function_called_by_post_survives_any_arguments(
    api: Api, data: st.DataObject, signed_in: bool
) -> None:
    function = data.draw(st.sampled_from(api.functions), label="function")
    body = arguments(data, function, api.ids)
    api.send("POST", f"rpc/{function.name}", signed_in, content=as_bytes(body), headers=JSON)


@FUZZED
@given(data=st.data(), signed_in=st.booleans())
def test_function_called_by_get_survives_any_arguments(
    api: Api, data: st.DataObject, signed_in: bool
) -> None:
    function = data.draw(st.sampled_from(api.functions), label="function")
    query = {name: text(value) for name, value in arguments(data, function, api.ids).items()}
    api.send("GET", f"rpc/{function.name}", signed_in, params=query)


@FUZZED
@given(data=st.data(), signed_in=st.booleans())
def test_table_read_survives_any_filter(api: Api, data: st.DataObject, signed_in: bool) -> None:
    table = data.draw(st.sampled_from(api.tables), label="table")
    api.send("GET", table.name, signed_in, params=filters(data, table, api.ids) | shape(data, table))


@FUZZED
@given(data=st.data(), signed_in=st.booleans())
def test_table_write_survives_any_values(api: Api, data: st.DataObject, signed_in: bool) -> None:
    table = data.draw(st.sampled_from(api.tables), label="table")
    rows = [arguments(data, table, api.ids) for _ in range(data.draw(st.integers(0, 3), label="rows"))]
    body = data.draw(st.sampled_from([rows[0] if rows else {}, rows]), label="body")
    prefer = data.draw(
        st.sampled_from(["", "return=representation", "resolution=merge-duplicates", "tx=rollback"])
    )
    method = data.draw(st.sampled_from(["POST", "PATCH", "PUT"]))
    query = {} if method == "POST" else filters(data, table, api.ids)
    api.send(
        method, table.name, signed_in, content=as_bytes(body), params=query, headers=JSON | {"prefer": prefer}
    )


@FUZZED
@given(data=st.data(), signed_in=st.booleans())
def test_table_delete_survives_any_filter(api: Api, data: st.DataObject, signed_in: bool) -> None:
    table = data.draw(st.sampled_from(api.tables), label="table")
    api.send("DELETE", table.name, signed_in, params=filters(data, table, api.ids))


BODIES = (b"", b"nul", b"[", b'{"a":1}{}', b"\xff\xfe", b'"text"', b"[" * 99_999, b"{}" * 9)
DEEP = b'{"a":%b1%b}' % (b"[" * 20_000, b"]" * 20_000)


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("body", [*BODIES, DEEP])
def test_request_body_that_is_not_json_is_refused(api: Api, body: bytes, signed_in: bool) -> None:
    for target in (*(f"rpc/{f.name}" for f in api.functions), "ratings"):
        api.send("POST", target, signed_in, content=body, headers=JSON)


@pytest.mark.parametrize(
    "name", ["accept-profile", "content-profile", "x-profile-id", "range", "prefer", "accept"]
)
def test_interpreted_headers_survive_any_value(api: Api, name: str) -> None:
    for value in (
        *FRAGMENTS,
        "private",
        "auth",
        "0-",
        "9-1",
        "text/csv",
        "count=exact",
        "application/json;q=x",
    ):
        if value.strip() == value and value.isascii() and value.isprintable():
            api.send("GET", "ratings", True, headers={name: value})
            api.send("POST", "rpc/suggest", False, headers={name: value, **JSON}, content=b'{"q": "a"}')


def filters(data: st.DataObject, table: Target, ids: Mapping[str, str]) -> dict[str, str]:
    return {
        name: f"{data.draw(st.sampled_from(OPERATORS), label='operator')}.{text(value)}"
        for name, value in arguments(data, table, ids).items()
    }


def shape(data: st.DataObject, table: Target) -> dict[str, str]:
    """Parameters for columns, order and number of rows, some of them invalid."""
    column = st.sampled_from([*table.parameters, *FRAGMENTS[:30]])
    parts = {
        "select": st.lists(column, max_size=3).map(lambda names: text(",".join(names))),
        "order": column.map(text),
        "limit": st.sampled_from(["0", "5", "-1", "x", "9" * 30]),
        "offset": st.sampled_from(["0", "7", "-1", "x", "9" * 30]),
        "or": st.sampled_from(["()", "(id.eq.1", "(id.is.null,id.not.is.null)", "(and(id.gt.0))"]),
    }
    names = data.draw(st.lists(st.sampled_from(sorted(parts)), unique=True, max_size=2), label="shape")
    return {name: data.draw(parts[name], label=name) for name in names}
