"""Malformed tokens: each service accepts or refuses them, and none causes a status of 500 or above."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import jwt
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from local import claims
from tests.conftest import Stack
from workers.common.settings import Secret
from workers.search.errors import ApiError
from workers.search.settings import Settings
from workers.search.tokens import Tokens

NOW = int(time.time())
HEADER = {"alg": "HS256", "typ": "JWT"}
CLAIMS = {"role": "authenticated", "exp": NOW + 3600, "sub": str(uuid.uuid4()), "aud": "authenticated"}
DEEP = "[" * 5000 + "]" * 5000
HEADERS: dict[str, str] = {
    "crit of nothing": '{"alg":"HS256","crit":[]}',
    "crit of something": '{"alg":"HS256","crit":["exp"]}',
    "crit of numbers": '{"alg":"HS256","crit":[1,null,{}]}',
    "crit a text": '{"alg":"HS256","crit":"b64"}',
    "crit null": '{"alg":"HS256","crit":null}',
    "b64 off": '{"alg":"HS256","b64":false,"crit":["b64"]}',
    "b64 off, not critical": '{"alg":"HS256","b64":false}',
    "b64 a text": '{"alg":"HS256","b64":"no"}',
    "alg none": '{"alg":"none"}',
    "alg null": '{"alg":null}',
    "alg a list": '{"alg":["HS256"]}',
    "alg an object": '{"alg":{"a":1}}',
    "alg of another length": '{"alg":"HS512"}',
    "alg asymmetric": '{"alg":"RS256","kid":"a"}',
    "alg in lower case": '{"alg":"hs256"}',
    "alg absent": '{"typ":"JWT"}',
    "alg twice": '{"alg":"none","alg":"HS256"}',
    "kid a path": '{"alg":"HS256","kid":"../../../../etc/passwd"}',
    "kid SQL": '{"alg":"ES256","kid":"\' or 1=1 --"}',
    "kid a number": '{"alg":"HS256","kid":1}',
    "kid of NUL": '{"alg":"HS256","kid":"\\u0000"}',
    "jku elsewhere": '{"alg":"HS256","jku":"http://127.0.0.1:1/","x5u":"http://127.0.0.1:1/"}',
    "typ a number": '{"alg":"HS256","typ":1}',
    "cty nested": '{"alg":"HS256","cty":"JWT"}',
    "zip": '{"alg":"HS256","zip":"DEF"}',
    "a list": "[]",
    "a number": "1",
    "null": "null",
    "no JSON": "{",
    "nothing": "",
    "deep": f'{{"alg":"HS256","a":{DEEP}}}',
    "half a pair": '{"alg":"HS256","kid":"\\ud800"}',
    "a large number": '{"alg":"HS256","a":1e400}',
    "a long number": '{"alg":"HS256","a":' + "9" * 5000 + "}",
}


def changed(**claims: object) -> str:
    return json.dumps({**CLAIMS, **claims})


def claims_with(name: str, value: str) -> str:
    """Claims with one of them as raw text, which may be invalid JSON."""
    rest = json.dumps({key: kept for key, kept in CLAIMS.items() if key != name})
    return f'{{"{name}":{value},{rest[1:]}'


def variants(claim: str, *values: str) -> dict[str, str]:
    return {f"{claim} {value}": claims_with(claim, value) for value in values}


PAYLOADS: dict[str, str] = {
    **variants("exp", f'"{NOW + 99}"', "1e400", "-1e400", "NaN", "-1"),
    **variants("exp", "null", "true", "[]", "{}", "0", "1.5", "1e18"),
    "exp long": claims_with("exp", "9" * 5000),
    "exp past the year 9999": claims_with("exp", "253402300801"),
    "exp a fraction": claims_with("exp", f"{NOW + 3600}.75"),
    "exp twice": claims_with("exp", f'1,"exp":{NOW + 3600}'),
    **variants("nbf", '"now"', "1e400", "null", "[]", "99999999999", "NaN"),
    **variants("iat", '"now"', "1e400", "null", "[]", "99999999999", "-1"),
    **variants("sub", '"me"', "1", "null", "[]", "{}", "true", '""'),
    "sub of NUL": claims_with("sub", '"\\u0000"'),
    "sub half a pair": claims_with("sub", '"\\ud800"'),
    "sub long": changed(sub="x" * 20_000),
    "sub SQL": changed(sub="'; drop table users; --"),
    "no sub": json.dumps({key: kept for key, kept in CLAIMS.items() if key != "sub"}),
    "no exp": json.dumps({key: kept for key, kept in CLAIMS.items() if key != "exp"}),
    "no role": json.dumps({key: kept for key, kept in CLAIMS.items() if key != "role"}),
    **variants("role", "null", "1", "[]", '["anon"]', "{}", '""', '"x y"'),
    "role nobody's": changed(role="no such role"),
    "role postgres": changed(role="postgres"),
    "role a superuser": changed(role="supabase_admin"),
    "role with quotes": changed(role='anon"; reset role; --'),
    "role of NUL": claims_with("role", '"a\\u0000"'),
    "aud a list": changed(aud=["authenticated", "x"]),
    "aud of nothing": changed(aud=[]),
    "aud an object": changed(aud={"a": 1}),
    "aud a number": changed(aud=1),
    "session_id a number": changed(session_id=1),
    "session_id a word": changed(session_id="x"),
    "session_id nobody's": changed(session_id=str(uuid.uuid4())),
    "metadata a list": changed(app_metadata=[], user_metadata=1),
    "roles an object": changed(app_metadata={"roles": {"a": 1}, "tier": []}),
    "NUL within": claims_with("x", '{"a":["\\u0000"]}'),
    "half a pair within": claims_with("x", '["\\udfff"]'),
    "infinite within": claims_with("x", "1e400"),
    "deep within": claims_with("x", DEEP),
    "rather deep within": claims_with("x", "[" * 200 + "]" * 200),
    "huge": changed(x="x" * 30_000),
    "a list": "[]",
    "a text": '"x"',
    "a number": "1",
    "null": "null",
    "nothing": "",
    "no JSON": "{",
    "not UTF-8": "\udcff",
}
OTHERS = {
    "empty": "",
    "dots": "..",
    "one part": "abc",
    "five parts": "a.b.c.d.e",
    "a dot too many": "{good}.",
    "padded": "{good}==",
    "not base64": "a b.c d.e f",
    "beyond ASCII": "ß.ß.ß",
    "no signature": "{unsigned}.",
}
ENDPOINTS: dict[str, tuple[str, str, object]] = {
    "auth user": ("GET", "/auth/v1/user", None),
    "auth change": ("PUT", "/auth/v1/user", {"data": {"a": 1}}),
    "auth sign-out": ("POST", "/auth/v1/logout", None),
    "auth admin": ("GET", "/auth/v1/admin/users", None),
    "storage buckets": ("GET", "/storage/v1/bucket", None),
    "storage file": ("GET", "/storage/v1/object/avatars/x", None),
    "storage list": ("POST", "/storage/v1/object/list/avatars", {"prefix": ""}),
    "storage upload": ("POST", "/storage/v1/object/avatars/x.png", {"a": 1}),
    "storage signed": ("GET", "/storage/v1/object/sign/avatars/x?token={token}", None),
    "storage resumable": ("POST", "/storage/v1/upload/resumable", None),
    "realtime": ("POST", "/realtime/v1/api/broadcast/x/events/y?private=true", {"a": 1}),
    "functions": ("POST", "/functions/v1/hello", {}),
    "search": ("GET", "/search/semantic?q=x", None),
}


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode(errors="surrogateescape")).rstrip(b"=").decode()


def signed(secret: str, header: str, payload: str) -> str:
    text = f"{encoded(header)}.{encoded(payload)}"
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


NAMES = [
    *(("header", name) for name in HEADERS),
    *(("payload", name) for name in PAYLOADS),
    *(("whole", name) for name in OTHERS),
]


SENT = [
    *(
        ("header", name)
        for name in ("crit of something", "crit a text", "b64 off", "alg a list", "kid a path")
    ),
    *(("header", name) for name in ("alg none", "deep", "half a pair", "a list", "a large number")),
    *(("payload", name) for name in ("exp 1e400", "exp NaN", "exp -1", "exp 1e18", "exp null", "nbf []")),
    *(
        ("payload", name)
        for name in ("sub 1", 'sub "me"', "sub of NUL", "sub half a pair", "sub long", "no sub")
    ),
    *(("payload", name) for name in ("no exp", 'role ["anon"]', "role nobody's", "role with quotes", "huge")),
    *(("payload", name) for name in ("role a superuser", "aud an object", "session_id a word", "NUL within")),
    *(("payload", name) for name in ("deep within", "rather deep within", "roles an object", "a list")),
    *(("whole", name) for name in ("empty", "dots", "not base64", "beyond ASCII", "no signature")),
]
"""Tokens that are sent to each service; the functions that check tokens are tested with all of NAMES."""
TOO_ODD = frozenset(
    {
        *("deep", "sub of NUL", 'role ["anon"]', "role nobody's", "role with quotes", "NUL within"),
        *("deep within", "sub long", "huge"),
    }
)
"""Tokens with which the real Storage API fails (local/storage/README.md)."""
SECRET = "a secret of the tests, of at least 32 bytes"


def token_of(secret: str, kind: str, name: str) -> str:
    match kind:
        case "header":
            return signed(secret, HEADERS[name], json.dumps(CLAIMS))
        case "payload":
            return signed(secret, json.dumps(HEADER), PAYLOADS[name])
    good = signed(secret, json.dumps(HEADER), json.dumps(CLAIMS))
    return OTHERS[name].format(good=good, unsigned=good.rpartition(".")[0])


@pytest.fixture(scope="module")
def http(stack: Stack) -> httpx.Client:
    return httpx.Client(base_url=stack.url, headers={"apikey": stack.anon_key}, timeout=60)


@pytest.mark.parametrize(("kind", "name"), NAMES, ids=[f"{kind} {name}" for kind, name in NAMES])
def test_malformed_token_is_accepted_or_raises_invalid_token_error(kind: str, name: str) -> None:
    """Tested on the functions by which the platform and the search worker read tokens."""
    token = token_of(SECRET, kind, name)
    with suppress(jwt.InvalidTokenError):
        claims.header(token)
    with suppress(jwt.InvalidTokenError):
        believed = claims.verified(token, SECRET)
        json.dumps(believed).encode()
        assert isinstance(believed.get("sub", ""), str | None)
        assert datetime.fromtimestamp(believed.get("exp", 0), UTC)
    settings = Settings("http://127.0.0.1:1", Secret("x"), Secret("x"), Secret(SECRET))
    with suppress(ApiError):
        assert isinstance(Tokens(settings)._role(token), str)


@pytest.mark.parametrize(("kind", "name"), SENT, ids=[f"{kind} {name}" for kind, name in SENT])
def test_malformed_token_causes_no_status_5xx(stack: Stack, http: httpx.Client, kind: str, name: str) -> None:
    token = token_of(stack.jwt_secret, kind, name)
    tus = {b"tus-resumable": b"1.0.0", b"upload-length": b"1"}
    statuses = {}
    for endpoint, (method, path, body) in ENDPOINTS.items():
        if name in TOO_ODD and endpoint.startswith("storage") and "storage" in stack.elsewhere:
            continue
        url = path.format(token=httpx.URL("", params={"t": token}).query.decode()[2:])
        bearer = {b"Authorization": f"Bearer {token}".strip().encode(), **tus}
        statuses[endpoint] = http.request(method, url, json=body, headers=bearer).status_code
    assert {endpoint: status for endpoint, status in statuses.items() if status >= 500} == {}


@pytest.mark.parametrize(("kind", "name"), SENT, ids=[f"{kind} {name}" for kind, name in SENT])
def test_malformed_channel_token_does_not_close_the_socket(stack: Stack, kind: str, name: str) -> None:
    """The token is sent as the apikey that opens a socket, and as a channel's access token."""
    token = token_of(stack.jwt_secret, kind, name)
    url = f"{stack.url.replace('http', 'ws', 1)}/realtime/v1/websocket"
    query = httpx.URL("", params={"apikey": token}).query.decode()
    with pytest.raises(InvalidStatus) as refused, connect(f"{url}?{query}", compression=None):
        raise AssertionError("the gateway accepted an invalid apikey")
    assert refused.value.response.status_code < 500
    with connect(f"{url}?apikey={stack.anon_key}", compression=None) as socket:
        config = {"config": {"private": True}, "access_token": token}
        socket.send(json.dumps({"topic": "realtime:x", "event": "phx_join", "payload": config, "ref": "1"}))
        reply = json.loads(socket.recv(timeout=60))
        assert reply["event"] == "phx_reply"
        socket.send(json.dumps({"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "2"}))
        assert json.loads(socket.recv(timeout=60))["ref"] == "2"


DEEPEST = pytest.param("deep", marks=pytest.mark.own("storage", why="one with a NUL or thousands of levels"))


@pytest.mark.parametrize("name", ["crit of something", "crit a text", "alg none", "alg a list", DEEPEST])
def test_storage_refuses_a_token_with_a_malformed_header(stack: Stack, http: httpx.Client, name: str) -> None:
    bearer = {"Authorization": f"Bearer {token_of(stack.jwt_secret, 'header', name)}"}
    answer = http.get("/storage/v1/bucket", headers=bearer)
    assert (answer.status_code, answer.json()["statusCode"]) == (400, "403")
