"""Nothing that a client sends to REST becomes SQL, whatever characters it holds and wherever it stands."""

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack

pytestmark = pytest.mark.usefixtures("rest_rows")

SECRET = 4711
"""In a table that only the service role may read."""
INNER = "(select set_config('role','service_role',true)||max(id)::text from rest_withheld)"
MARKS = "\uf8ff0 \ue0000 \U000f00000 \U0010fffd0 \x010 \x1f \x7f $1 $$ -- /* ;"
TEXTS = (
    *(f"' , {INNER} || '\"{mark}\"'" for mark in ("\uf8ff0", "$1")),
    f'"{MARKS}"',
    f"\\' || {INNER} -- ",
    f'" , {INNER} as "x',
    f"), {INNER} as x from (select ('",
    f"id::text,{INNER}",
    '"rows"."as csv"(pgrst_media)',
    "\uf8ffnull\uf8ff",
    "pgrst_spread_e1",
)
PLACES = (
    "rest_films?select={}",
    'rest_films?select="{}"',
    "rest_films?select={}:id",
    "rest_films?select=id::{}",
    "rest_films?select=meta->>{}",
    "rest_films?select=meta->>{}&order=meta->>{}",
    "rest_films?select=id&order={}",
    'rest_films?select=id&order="{}"',
    "rest_films?select=id,{}(id)",
    "rest_films?select=id,rest_directors({})",
    'rest_films?select=id,rest_castings("{}")',
    "rest_films?select=id,rest_directors(x:{})",
    "rest_films?select=id,rest_directors!{}(id)",
    "rest_films?select=id,...rest_directors({})",
    "rest_films?select=id,rest_directors(id)&rest_directors.{}=eq.1",
    "rest_directors?select=id,rest_films(id)&rest_films.meta->>{}=eq.1&rest_films.order={}",
    "rest_films?select=id&{}=eq.1",
    "rest_films?select=id&title={}",
    "rest_films?select=id&title=eq.{}",
    "rest_films?select=id&title=fts({}).x",
    "rest_films?select=id&id=in.({})",
    "rest_films?select=id&meta->>{}=eq.{}",
    "rest_films?select=id&or=({})",
    "rest_films?select=id&or=(title.eq.{},meta->>{}.eq.1)",
    "rest_films?select=id&and=({}.eq.1)",
    "rest_films?select=id&limit={}",
    "rest_films?select=id&columns={}&on_conflict={}",
    "rpc/rest_echo?{}=1",
    "rpc/rest_echo?t={}",
    "rpc/rest_films_of?director=1&select={}&order={}",
    "rpc/{}",
    "{}",
)


@pytest.fixture
def http(stack: Stack, rest_schema: psycopg.Connection) -> Iterator[httpx.Client]:
    """The API as anon, and a secret; nothing may have changed in the end."""
    rest_schema.execute("truncate rest_withheld")
    rest_schema.execute("insert into rest_withheld values (%s)", [SECRET])
    before = state(rest_schema)
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers={"apikey": stack.anon_key}) as client:
        yield client
    assert state(rest_schema) == before


def state(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    return connection.execute("""select
        (select array_agg(f order by id)::text from rest_films as f),
        (select array_agg(w)::text from rest_withheld as w)""").fetchall()


def refuse_or_answer(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    assert str(SECRET) not in response.text
    if response.status_code >= 400:
        assert response.json()["code"], response.text


@pytest.mark.parametrize("place", PLACES)
def test_text_in_a_query_never_becomes_sql(http: httpx.Client, place: str) -> None:
    for text in TEXTS:
        accept = "text/csv" if "csv" in text else "application/json"
        path = place.replace("{}", quote(text, safe=""))
        refuse_or_answer(http.get(path, headers={"Accept": accept}))


@pytest.mark.parametrize("place", [place for place in PLACES if not place.startswith("rpc")])
def test_text_in_the_query_of_a_write_never_becomes_sql(http: httpx.Client, place: str) -> None:
    headers = {"Prefer": "return=representation"}
    for text in TEXTS[:4]:
        path = place.replace("{}", quote(text, safe="")) + ("&" if "?" in place else "?") + "id=eq.99"
        refuse_or_answer(http.patch(path, json={"year": 2000}, headers=headers))


@pytest.mark.parametrize("text", TEXTS)
def test_text_in_a_body_never_becomes_sql(http: httpx.Client, text: str) -> None:
    returned = http.post("rpc/rest_echo", json={"t": text})
    assert returned.json() == text
    assert http.post("rpc/rest_echo_json", json={"j": {text: [text]}}).json() == {text: [text]}
    assert http.post("rpc/rest_echo_array", json={"a": [text, None]}).json() == [text, None]
    refuse_or_answer(http.post("rpc/rest_echo", json={text: text}))
    refuse_or_answer(http.post("rest_films", json={text: text}))
    refuse_or_answer(http.post("rest_films?columns=title", json=[{text: text}]))
    refuse_or_answer(http.post("rest_films", json={"id": text, "title": text}))


@pytest.mark.parametrize("name", ["prefer", "accept", "accept-profile", "content-profile", "range", "cookie"])
def test_text_in_a_header_never_becomes_sql(http: httpx.Client, name: str) -> None:
    for text in TEXTS:
        value = text.encode()
        if any(byte < 32 or byte == 127 for byte in value):
            continue
        for header in (value, b"timezone=" + value, b"0-" + value):
            headers: list[tuple[bytes, bytes]] = [(name.encode(), header.strip())]
            refuse_or_answer(http.post("rpc/rest_echo", json={"t": "x"}, headers=headers))


def test_a_second_select_hides_nothing(http: httpx.Client) -> None:
    """What once ran the query in the first, by a marker in the order."""
    inner = f"' , {INNER} || '"
    path = f'rest_films?select=id,rest_castings("{inner}")&order=title->>x"\uf8ff0"y&select=id&limit=1'
    response = http.get(path)
    assert (response.status_code, response.json()["code"]) == (400, "PGRST100")
    assert "more than once" in response.json()["message"]


@pytest.mark.parametrize("name", ["select", "order", "limit", "offset", "columns", "on_conflict"])
def test_a_parameter_of_one_value_is_given_once(http: httpx.Client, name: str) -> None:
    for path in (f"rest_films?{name}=1&{name}=1", f"rest_films?{name}=1&%{ord(name[0]):x}{name[1:]}=1"):
        response = http.get(path)
        assert (response.status_code, response.json()["code"]) == (400, "PGRST100")


def test_a_query_cannot_nest_without_bound(http: httpx.Client) -> None:
    for prefix in ("", 'm->",'):
        nested = prefix + "a(" * 3000 + "id" + ")" * 3000
        assert http.get(f"rest_films?select={nested}").json()["code"] == "request_too_complex"
    tree = "or(" * 3000 + "id.eq.1" + ")" * 3000
    assert http.get(f"rest_films?or=({tree})").json()["code"] == "request_too_complex"
    assert http.get("rest_films?select=id&id=eq.1").json() == [{"id": 1}]


@pytest.mark.parametrize("name", ["$serde_json::private::Number", "$serde_json::private::RawValue"])
def test_a_name_that_a_parser_uses_is_a_name_like_others(http: httpx.Client, name: str) -> None:
    value = {name: "[1]", "a": {name: "x"}}
    assert http.post("rpc/rest_echo_json", json={"j": value}).json() == value
    row = {"id": 99, "title": "x", "meta": value}
    created = http.post("rest_films?select=meta", json=row, headers={"Prefer": "return=representation"})
    assert created.json() == [{"meta": value}]
    assert http.get("rest_films?select=meta&id=eq.99").json() == [{"meta": value}]
    http.delete("rest_films?id=eq.99").raise_for_status()


@pytest.mark.parametrize("levels", [100, 129, 1000])
def test_deep_json_arrives_whole(http: httpx.Client, levels: int) -> None:
    deep = "[" * levels + "]" * levels
    body = {"content-type": "application/json", "Prefer": "return=representation"}
    assert http.post("rpc/rest_echo_json", content=f'{{"j": {deep}}}', headers=body).text == deep
    assert http.post("rpc/rest_whole", content=deep, headers=body).text == deep
    row = f'{{"id": 99, "title": "x", "meta": {deep}}}'
    assert http.post("rest_films?select=meta", content=row, headers=body).text == f'[{{"meta":{deep}}}]'
    assert http.get("rest_films?select=meta&id=eq.99").text == f'[{{"meta":{deep}}}]'
    http.delete("rest_films?id=eq.99").raise_for_status()


@pytest.mark.parametrize("levels", [1_100, 3_000, 100_000])
@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("rpc/rest_echo_json", '{"j": ', "}"),
        ("rpc/rest_whole", "", ""),
        ("rest_films", '{"id": 99, "title": "x", "meta": ', "}"),
        ("rest_films", '[{"id": 99, "title": "x", "meta": ', "}]"),
    ],
)
def test_json_that_is_deeper_is_refused(
    http: httpx.Client, path: str, before: str, after: str, levels: int
) -> None:
    deep = "[" * levels + "]" * levels
    headers = {"content-type": "application/json"}
    response = http.post(path, content=before + deep + after, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "request_too_complex")
    assert http.get("rest_films?select=id&id=eq.1").json() == [{"id": 1}]


BACK = r"^(.*)(.*)(.*)(.*)\1\2\3\4$"


@pytest.mark.parametrize(
    "query",
    [
        f"title=match.{quote(BACK)}",
        f"title=not.imatch.{quote(BACK)}",
        r'title=match(any).{"(.*)\\1"}',
        r'title=imatch(all).{"(.*)\\1"}',
        r"meta->>k=match.(.*)\1",
        r'or=(id.eq.1,title.match."(x)\\1")',
        r'and=(id.eq.1,or(id.eq.1,not.and(title.imatch."(x)\\1")))',
        r"select=id,rest_castings(name)&rest_castings.name=match.(.*)\1",
        r'select=id,rest_castings(name)&rest_castings.or=(name.match."(x)\\1")',
        f"title=match.{'a' * 501}",
    ],
    ids=lambda query: query[:32],
)
def test_a_pattern_that_could_be_matched_without_end_is_refused(http: httpx.Client, query: str) -> None:
    for response in (
        http.get(f"rest_films?{query}"),
        http.get(f"rpc/rest_films_of?director=1&{query}"),
        http.patch(f"rest_films?{query}", json={"year": 2000}),
        http.delete(f"rest_films?{query}"),
    ):
        assert (response.status_code, response.json()["code"]) == (400, "request_too_complex"), response.text


@pytest.mark.parametrize(
    "query",
    [r"title=match.^\D{1,99}$", f"title=imatch.{'a?' * 250}", r"title=eq.\1"],
    ids=lambda query: query[:20],
)
def test_allowed_patterns_are_matched(http: httpx.Client, query: str) -> None:
    assert http.get(f"rest_films?select=id&{query}").status_code == 200
