"""What must not get in, nor out: names, tokens, signatures and bodies that try."""

import base64
import json
import time
from pathlib import Path
from urllib.parse import quote

import httpx
import jwt
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.conftest import LIMITED, PRIVATE, PUBLIC, User
from local.tests.clients.storage.test_resumable import UPLOADS, described

LONG = pytest.param("x" * 1025, marks=pytest.mark.own("storage", why="A name may have 1,024 characters"))
NUL = pytest.mark.own("storage", why="A NUL in a name")
HALF = pytest.mark.own("storage", why="half a surrogate pair in a body")
SIZE = pytest.mark.own("storage", why="a size limit of a bucket that is empty or has thousands of digits")
TRAVERSALS = [
    *("../a", "..%2f..%2fetc%2fpasswd", "x/../../a", "x/%2e/a", "%2e%2e/a", "..%252f..%252fa", "..%5c..%5ca"),
    *(
        "a%00.txt",
        "C:%5Cwindows%5Ca",
        "%5c%5chost%5cshare",
        "a%0d%0ab",
        "a%7fb",
        "%F0%9F%8E%AC.txt",
        "a%ff",
        "~",
    ),
    LONG,
    *("[a]", "{a}", "a%22b", "a%3Cb%3E", "a%7Cb", "a%60b", "a%5Eb", "%D7%A9%D7%9C%D7%95%D7%9D"),
]


def stored_files(stack: Stack) -> set[Path]:
    """The files of our own storage; of another server's nothing is known."""
    return {path for path in (stack.settings.files / "objects").rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", TRAVERSALS)
def test_name_that_leaves_the_bucket_is_refused(
    stack: Stack, ann: User, http: httpx.Client, name: str
) -> None:
    before = stored_files(stack)
    response = http.post(f"/object/{PRIVATE}/{ann.id}/{name}", content=b"x", headers=ann.bearer)
    assert 400 <= response.status_code < 500
    assert stored_files(stack) == before


@pytest.mark.parametrize("name", ["../x", "a/../../x", "./x", "a\x00b", LONG, "a\\b", "שלום", ""])
def test_name_in_a_body_that_leaves_the_bucket_is_refused(ann: User, http: httpx.Client, name: str) -> None:
    source = {"bucketId": PRIVATE, "sourceKey": ann.path("a.txt")}
    http.post(f"/object/{PRIVATE}/{ann.path('a.txt')}", content=b"x", headers=ann.bearer).raise_for_status()
    for how in ("move", "copy"):
        body = {**source, "destinationKey": f"{ann.id}/{name}" if name else ""}
        response = http.post(f"/object/{how}", json=body, headers=ann.bearer)
        assert (response.status_code, response.json()["code"]) == (400, "InvalidKey")
    assert http.get(f"/object/{PRIVATE}/{ann.path('a.txt')}", headers=ann.bearer).content == b"x"


DOTS = [
    pytest.param(name, marks=pytest.mark.own("storage", why="no bucket is named")) for name in ("..", ".")
]


@pytest.mark.parametrize("bucket", [*DOTS, "a/b", "", " a", "x" * 101, "a\x00", "a\nb", "ü", "a[b"])
def test_a_bucket_of_a_bad_name_is_not_made(http: httpx.Client, key: dict[str, str], bucket: str) -> None:
    response = http.post("/bucket", json={"id": bucket, "name": bucket or " "}, headers=key)
    assert (response.status_code, response.json()["code"]) == (400, "InvalidBucketName")


def test_a_forged_or_old_signature_stores_nothing(stack: Stack, ann: User, http: httpx.Client) -> None:
    path = f"{PRIVATE}/{ann.path('a.txt')}"
    good = http.post(f"/object/upload/sign/{path}", headers=ann.bearer).json()["token"]
    claims = {"url": path, "upsert": True, "scope": "upload", "exp": int(time.time()) + 60}
    other = http.post(f"/object/upload/sign/{PRIVATE}/{ann.path('b.txt')}", headers=ann.bearer).json()[
        "token"
    ]
    words = described(bucketName=PRIVATE, objectName=ann.path("a.txt"))
    for token in (
        jwt.encode(claims, "x" * 40),
        jwt.encode({**claims, "exp": int(time.time()) - 1}, stack.jwt_secret),
        jwt.encode({**claims, "scope": "download"}, stack.jwt_secret),
        jwt.encode(claims, "", "none"),
        *(f"{good[:-6]}AAAAAA", other, ann.token, "", "x"),
    ):
        assert http.put(f"/object/upload/sign/{path}?token={token}", content=b"x").status_code == 400
        headers_of_upload = {**words, "x-signature": token, "upload-length": "1"}
        assert http.post(f"{UPLOADS}/sign", headers=headers_of_upload).status_code == 400
    assert ann.storage.from_(PRIVATE).list(ann.id) == []
    assert http.put(f"/object/upload/sign/{path}?token={good}", content=b"x").is_success


def test_a_token_of_another_secret_age_or_kind_is_nobodys(
    stack: Stack, ann: User, http: httpx.Client
) -> None:
    claims = {"sub": ann.id, "role": "authenticated"}
    soon = int(time.time()) + 600
    for token in (
        jwt.encode({**claims, "exp": soon}, "another secret of the same length, more or less"),
        jwt.encode({**claims, "exp": soon - 1200}, stack.jwt_secret),
        jwt.encode({**claims, "nbf": soon}, stack.jwt_secret),
        jwt.encode({**claims, "exp": soon}, "", "none"),
        jwt.encode({**claims, "exp": soon}, stack.jwt_secret * 2, "HS512"),
        jwt.encode({**claims, "role": "postgres"}, stack.jwt_secret),
        "x",
        "é.b.c",
    ):
        headers = {b"authorization": f"Bearer {token}".encode()}
        response = http.post(f"/object/{PRIVATE}/{ann.path('a.txt')}", content=b"x", headers=headers)
        assert (response.status_code, response.json()["code"]) == (400, "AccessDenied")


@pytest.mark.own("storage", why="A token of an unknown role")
@pytest.mark.parametrize("role", ["nope", "authenticated; reset role"])
def test_a_token_of_an_unknown_role_is_refused(
    stack: Stack, ann: User, http: httpx.Client, role: str
) -> None:
    token = jwt.encode({"sub": ann.id, "role": role, "exp": int(time.time()) + 600}, stack.jwt_secret)
    headers = {"authorization": f"Bearer {token}"}
    response = http.post(f"/object/{PRIVATE}/{ann.path('a.txt')}", content=b"x", headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "AccessDenied")


def test_a_signature_is_for_one_path_one_purpose_and_a_time(
    stack: Stack, ann: User, http: httpx.Client
) -> None:
    for name in ("a.txt", "b.txt"):
        http.post(f"/object/{PRIVATE}/{ann.path(name)}", content=b"x", headers=ann.bearer).raise_for_status()
    path, other = f"{PRIVATE}/{ann.path('a.txt')}", f"{PRIVATE}/{ann.path('b.txt')}"
    url = http.post(f"/object/sign/{path}", json={"expiresIn": 60}, headers=ann.bearer).json()["signedURL"]
    token = url.split("token=")[1]
    assert http.get(url).status_code == 200
    assert http.get(f"/object/sign/{other}?token={token}").json()["code"] == "InvalidSignature"
    assert http.get(f"/object/sign/{path}?token={ann.token}").json()["code"] == "InvalidSignature"
    assert (
        http.put(f"/object/upload/sign/{path}?token={token}", content=b"y").json()["code"]
        == "InvalidSignature"
    )
    for forged in (
        jwt.encode({"url": path, "exp": int(time.time()) + 60}, "x" * 40),
        jwt.encode({"url": path, "exp": int(time.time()) - 1}, stack.jwt_secret),
        jwt.encode({"url": path}, "", "none"),
        f"{token[:-6]}AAAAAA",
    ):
        assert http.get(f"/object/sign/{path}?token={forged}").json()["code"] == "InvalidJWT"
    headers = {"authorization": f"Bearer {token}"}
    assert http.get(f"/object/{path}", headers=headers).json()["code"] == "NoSuchKey"


def test_an_upload_token_does_not_read(ann: User, http: httpx.Client) -> None:
    path = f"{PRIVATE}/{ann.path('a.txt')}"
    token = http.post(f"/object/upload/sign/{path}", headers=ann.bearer).json()["token"]
    http.put(f"/object/upload/sign/{path}?token={token}", content=b"x").raise_for_status()
    assert http.get(f"/object/sign/{path}?token={token}").json()["code"] == "InvalidSignature"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/object/list/{private}", b"not json"),
        ("/object/list/{private}", b"[]"),
        ("/object/list/{private}", b"null"),
        pytest.param("/object/list/{private}", json.dumps({"prefix": "a\x00"}).encode(), marks=NUL),
        ("/object/list/{private}", b'{"prefix": "", "limit": 0}'),
        pytest.param(
            "/object/list/{private}",
            b'{"prefix": "", "offset": 99999999999999999999}',
            marks=pytest.mark.own("storage", why="an offset beyond 2,147,483,647"),
        ),
        ("/object/list/{private}", b'{"prefix": "", "sortBy": {"column": "name; drop table x"}}'),
        ("/object/list-v2/{private}", b'{"cursor": "%%%"}'),
        ("/object/list-v2/{private}", b'{"cursor": "bm90IGpzb24="}'),
        (
            "/object/list-v2/{private}",
            b'{"cursor": "WyJhIiwgIm5vdCBhIHRpbWUiXQ==", "sortBy": {"column": "created_at"}}',
        ),
        ("/object/sign/{private}", b'{"paths": [], "expiresIn": 60}'),
        ("/object/sign/{private}", b'{"paths": [{}], "expiresIn": 60}'),
        pytest.param("/object/sign/{private}", b'{"paths": ["a\\u0000"], "expiresIn": 60}', marks=NUL),
        ("/object/move", b'{"bucketId": "private-files", "sourceKey": "a"}'),
        ("/object/copy", b'{"bucketId": 1, "sourceKey": [], "destinationKey": {}}'),
        ("/object/list/{private}", b"[" * 100_000),
        pytest.param("/object/list/{private}", b'{"prefix": "\\ud800"}', marks=HALF),
        pytest.param("/object/list/{private}", b'{"prefix": "", "search": "\\udfff\\ud800"}', marks=HALF),
        pytest.param("/object/list-v2/{private}", b'{"prefix": "\\ud800"}', marks=HALF),
        ("/object/list-v2/{private}", b'{"cursor": "WyJcdWQ4MDAiLCAiYSJd"}'),
        pytest.param("/object/sign/{private}", b'{"paths": ["\\ud800"], "expiresIn": 60}', marks=HALF),
        ("/object/move", b'{"bucketId": "private-files", "sourceKey": "\\ud800", "destinationKey": "a"}'),
        ("/object/move", b'{"bucketId": "private-files", "sourceKey": "a", "destinationKey": "\\ud800"}'),
        ("/object/copy", b'{"bucketId": "private-files", "sourceKey": "\\ud800", "destinationKey": "a"}'),
        ("/object/copy", b'{"bucketId": "private-files", "sourceKey": "a", "destinationKey": "\\ud800"}'),
        *(
            ("/object/list/{private}", b'{"prefix": "", "sortBy": ' + b'{"a":' * n + b"1" + b"}" * (n + 1))
            for n in (200, 920, 940, 945, 950, 955, 960, 980)
        ),
        ("/object/list/{private}", b'{"prefix": "' + b"x" * 2_000_000 + b'"}'),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(ann: User, http: httpx.Client, path: str, body: bytes) -> None:
    headers = {**ann.bearer, "content-type": "application/json"}
    response = http.post(path.format(private=PRIVATE), content=body, headers=headers)
    assert 400 <= response.status_code < 500
    assert response.json()["code"]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"--x", b"--x--\r\n", b"garbage", b"--x\r\n\r\nno headers\r\n--x--\r\n"),
        b'--x\r\ncontent-disposition: form-data; name="metadata"\r\n\r\n{}\r\n--x--\r\n',
        b'--x\r\ncontent-disposition: form-data; name=""; filename="a"\r\n\r\ncut off',
    ],
)
def test_a_form_without_a_whole_file_is_refused(
    stack: Stack, ann: User, http: httpx.Client, body: bytes
) -> None:
    before = stored_files(stack)
    headers = {**ann.bearer, "content-type": "multipart/form-data; boundary=x"}
    response = http.post(f"/object/{PRIVATE}/{ann.path('a.txt')}", content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "InvalidRequest")
    assert stored_files(stack) == before
    if "storage" not in stack.elsewhere:
        assert list((stack.settings.files / "incoming").iterdir()) == []


def test_a_limit_counts_bytes_and_not_what_a_client_says(
    stack: Stack, http: httpx.Client, key: dict[str, str]
) -> None:
    before = stored_files(stack)
    headers = {**key, "content-type": "text/csv"}
    pieces = (b"x" * 500 for _ in range(3))
    response = http.post(f"/object/{LIMITED}/a.csv", content=pieces, headers=headers)
    assert response.status_code == 400
    # A real server counts no body without a length: there the trigger refuses the object.
    assert response.json()["code"] == ("AccessDenied" if "storage" in stack.elsewhere else "EntityTooLarge")
    assert http.get(f"/object/{LIMITED}/a.csv", headers=key).json()["code"] == "NoSuchKey"
    assert stored_files(stack) == before


def test_a_large_body_that_is_refused_gets_its_answer(ann: User, bob: User, http: httpx.Client) -> None:
    path = f"/object/{PRIVATE}/{bob.path('a.bin')}"
    response = http.post(path, content=bytes(20_000_000), headers=ann.bearer)
    assert (response.status_code, response.json()["code"]) == (400, "AccessDenied")


@pytest.mark.own("storage", why="A line break")
def test_headers_that_come_back_hold_no_line_breaks(ann: User, http: httpx.Client) -> None:
    path, file = f"/object/{PRIVATE}/{ann.path('a.txt')}", {"": ("a", b"x", "text/plain")}
    form = {"cacheControl": "1\r\nset-cookie: a=b"}
    response = http.post(path, data=form, files=file, headers=ann.bearer)
    assert (response.status_code, response.json()["code"]) == (400, "InvalidRequest")


def test_rows_are_not_deleted_past_the_api(stack: Stack, ann: User, http: httpx.Client) -> None:
    http.post(f"/object/{PRIVATE}/{ann.path('a.txt')}", content=b"x", headers=ann.bearer).raise_for_status()
    with (
        psycopg.connect(stack.database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="Storage API"),
    ):
        connection.execute("delete from storage.objects where name = %s", [ann.path("a.txt")])


def test_an_unknown_route_is_not_found(http: httpx.Client, key: dict[str, str]) -> None:
    for method, path in (
        ("GET", "/nope"),
        ("PATCH", f"/object/{quote(PUBLIC)}/a"),
        ("PATCH", "/object/x/a%41?b=%20c"),
        ("DELETE", "/bucket"),
        ("POST", "/render/image/x/y"),
    ):
        response = http.request(method, path, headers=key)
        assert response.status_code == 404
        assert response.json()["message"] == f"Route {method}:{path} not found"


@pytest.mark.parametrize(
    "size",
    [
        *("9" * 19, "9" * 5000, "9" * 400 + "gb", "٣gb", "-1"),
        *(pytest.param(size, marks=SIZE) for size in ("1." + "9" * 5000 + "gb", "")),
    ],
)
def test_a_size_that_cannot_be_read_is_refused(http: httpx.Client, key: dict[str, str], size: str) -> None:
    for response in (
        http.post("/bucket", json={"name": "sized", "file_size_limit": size}, headers=key),
        http.put(f"/bucket/{LIMITED}", json={"file_size_limit": size}, headers=key),
    ):
        assert 400 <= response.status_code < 500
        assert response.json()["code"]


UNSTORABLE = [
    *(
        '{"a": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"a": ["\\ude00\\ud83d"]}',
        '{"a": "\\u0000"}',
        '{"\\u0000": 1}',
    ),
    *('{"a": 1e999}', '{"a": [-1e999]}', '{"a": NaN}', '{"a": Infinity}'),
    *('{"a":' * n + "1" + "}" * n for n in (200, 920, 940, 945, 950, 955, 960, 2000)),
]


@pytest.mark.own(
    "storage", why="Metadata with text, numbers or more than 100 levels that Postgres cannot store"
)
@pytest.mark.parametrize("metadata", UNSTORABLE, ids=lambda text: f"{text[:12]}{len(text)}")
def test_metadata_that_cannot_be_stored_is_refused_before_the_file_comes(
    stack: Stack, ann: User, http: httpx.Client, metadata: str
) -> None:
    before, path = stored_files(stack), f"/object/{PRIVATE}/{ann.path('a.txt')}"
    encoded = base64.b64encode(metadata.encode()).decode()
    words = described(
        bucketName=PRIVATE, objectName=ann.path("a.txt"), contentType="text/plain", metadata=metadata
    )
    responses = [
        http.post(path, content=b"hi", headers={**ann.bearer, "x-metadata": encoded}),
        http.post(path, files={"": ("a.txt", b"hi")}, data={"metadata": metadata}, headers=ann.bearer),
        http.post(UPLOADS, headers={**ann.bearer, **words, "upload-length": "2"}),
    ]
    assert [response.status_code for response in responses] == [400, 400, 400]
    assert stored_files(stack) == before
    if "storage" not in stack.elsewhere:
        assert not [
            path for path in (stack.settings.files / "resumable").iterdir() if ann.id in path.read_text()
        ]


@pytest.mark.parametrize(
    "since",
    [
        *("Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2020 00:00:00 +99999999999999"),
        *(
            "Mon, 01 Jan 2020 99:99:99 GMT",
            "1 Jan " + "9" * 5000 + " 00:00:00 GMT",
            "0 0 0 0 0 0",
            pytest.param(
                "," * 50_000,
                marks=pytest.mark.own("storage", why="A request may have a header of 50,000 bytes"),
            ),
        ),
    ],
    ids=lambda text: text[:32],
)
def test_a_date_that_is_none_leaves_a_file_readable(ann: User, http: httpx.Client, since: str) -> None:
    path = f"/object/{PRIVATE}/{ann.path('a.txt')}"
    http.post(path, content=b"hi", headers=ann.bearer).raise_for_status()
    response = http.get(path, headers={**ann.bearer, "if-modified-since": since})
    assert (response.status_code, response.content) == (200, b"hi")
