"""Which keys and tokens the search worker accepts, and which it forwards to the REST server."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient

from tests.workers.fakes import (
    ANON,
    JWT_SECRET,
    SERVICE,
    FakeModel,
    FakeRest,
    code,
    make_client,
    search,
    token,
)

MISSING, INVALID, NOT_SERVICE = (401, "missing_key"), (401, "invalid_token"), (403, "not_service")
UNAVAILABLE = (503, "unavailable")


def test_search_forwards_the_token_of_its_caller(client: FlaskClient, rest: FakeRest) -> None:
    viewer = token("authenticated", sub="me", aud="authenticated")
    search(client, {"apikey": ANON, "Authorization": f"Bearer {viewer}", "x-request-id": "trace-1"})
    headers = rest.requests[0]["headers"]
    assert headers["authorization"] == f"Bearer {viewer}"
    assert (headers["apikey"], headers["x-request-id"]) == (ANON, "trace-1")


@pytest.mark.parametrize("header", ["apikey", "Authorization"])
def test_search_accepts_a_key_in_one_header(client: FlaskClient, rest: FakeRest, header: str) -> None:
    value = ANON if header == "apikey" else f"bearer {ANON}"
    assert search(client, {header: value}).status_code == 200
    headers = rest.requests[0]["headers"]
    assert (headers["authorization"], headers["apikey"]) == (f"Bearer {ANON}", ANON)


@pytest.mark.parametrize("with_bearer", [False, True])
def test_search_forwards_a_publishable_key_unchecked(
    client: FlaskClient, rest: FakeRest, with_bearer: bool
) -> None:
    key = "sb_publishable_abc"
    bearer = {"Authorization": f"Bearer {key}"} if with_bearer else {}
    assert search(client, {"apikey": key, **bearer}).status_code == 200
    headers = rest.requests[0]["headers"]
    assert headers["apikey"] == key
    assert "authorization" not in headers


UNSIGNED = jwt.encode({"role": "service_role", "exp": 2**40}, "", "none")
OTHERWISE_SIGNED = jwt.encode({"role": "anon", "exp": 2**40}, JWT_SECRET * 2, "HS512")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, MISSING),
        ({"apikey": "  "}, MISSING),
        ({"apikey": "nonsense"}, INVALID),
        ({"apikey": "clé"}, INVALID),
        ({"apikey": token(secret="another secret of the tests, as long")}, INVALID),
        ({"apikey": token(exp=time.time() - 60)}, INVALID),
        ({"apikey": token(nbf=time.time() + 86_400)}, INVALID),
        ({"apikey": token(None)}, INVALID),
        ({"apikey": jwt.encode({"role": "anon"}, JWT_SECRET)}, INVALID),
        ({"apikey": UNSIGNED}, INVALID),
        ({"apikey": OTHERWISE_SIGNED}, INVALID),
        ({"apikey": ANON, "Authorization": "Bearer nonsense"}, INVALID),
        ({"apikey": ANON, "Authorization": "Bearer "}, INVALID),
        ({"apikey": ANON, "Authorization": f"Basic {ANON}"}, INVALID),
        ({"apikey": "sb_publishable_abc", "Authorization": "Bearer sb_publishable_xyz"}, INVALID),
        ({"Authorization": "Bearer sb_publishable_abc"}, INVALID),
    ],
)
def test_search_refuses_a_missing_or_invalid_key(
    client: FlaskClient,
    rest: FakeRest,
    model: FakeModel,
    headers: dict[str, str],
    expected: tuple[int, str],
) -> None:
    assert code(search(client, headers)) == expected
    assert not rest.requests
    assert not model.queries


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": f"Bearer {SERVICE}"}, {"apikey": SERVICE}, {"apikey": token("service_role")}],
)
def test_service_role_may_embed(client: FlaskClient, headers: dict[str, str]) -> None:
    response = client.post("/embed", json={"texts": ["a", "bcd"]}, headers=headers)
    assert (response.status_code, response.json) == (200, {"model": "fake@1", "embeddings": [[1.0], [3.0]]})


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, MISSING),
        ({"apikey": "nonsense"}, INVALID),
        ({"apikey": ANON}, NOT_SERVICE),
        ({"apikey": "sb_secret_unknown"}, NOT_SERVICE),
        ({"apikey": SERVICE, "Authorization": f"Bearer {ANON}"}, NOT_SERVICE),
    ],
)
def test_roles_other_than_service_role_may_not_embed(
    client: FlaskClient, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    assert code(client.post("/embed", json={"texts": ["a"]}, headers=headers)) == expected


def signed(key: ec.EllipticCurvePrivateKey, kid: str = "k1") -> dict[str, str]:
    claims = {"role": "authenticated", "exp": time.time() + 60}
    return {"Authorization": f"Bearer {jwt.encode(claims, key, 'ES256', headers={'kid': kid})}"}


def publish(rest: FakeRest, key: ec.EllipticCurvePrivateKey) -> None:
    published = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    rest.keys = json.dumps({"keys": [{**published, "kid": "k1", "alg": "ES256", "use": "sig"}]})


@pytest.mark.parametrize("secret", [None, JWT_SECRET])
def test_search_accepts_tokens_signed_with_a_published_key(
    rest: FakeRest, model: FakeModel, secret: str | None
) -> None:
    """Hosted projects sign with an asymmetric key and publish its public half; older keys stay valid."""
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    publish(rest, key)
    client = make_client(rest, model, secret)
    assert search(client, signed(key)).status_code == 200
    assert code(search(client, signed(other))) == INVALID
    assert search(client, {"apikey": ANON}).status_code == (200 if secret else 401)


def test_unknown_key_ids_do_not_reload_the_key_set_each_time(rest: FakeRest, model: FakeModel) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    publish(rest, key)
    app = make_client(rest, model, secret=None).application
    with ThreadPoolExecutor(4) as threads:
        answers = threads.map(lambda n: code(search(app.test_client(), signed(key, f"u{n}"))), range(8))
    assert set(answers) == {INVALID}
    assert rest.fetches == 1


@pytest.mark.parametrize(
    ("status", "keys", "expected"),
    [
        (200, '{"keys": []}', INVALID),
        (404, "no such page", INVALID),
        (200, "<html>", UNAVAILABLE),
        (200, "[]", UNAVAILABLE),
        (500, '{"keys": []}', UNAVAILABLE),
        (502, "<html>", UNAVAILABLE),
    ],
)
def test_key_set_response_decides_between_401_and_503(
    rest: FakeRest, model: FakeModel, status: int, keys: str, expected: tuple[int, str]
) -> None:
    rest.keys_status, rest.keys = status, keys
    client = make_client(rest, model, secret=None)
    headers = signed(ec.generate_private_key(ec.SECP256R1()))
    assert code(search(client, headers)) == expected


def test_cached_keys_are_used_while_auth_is_unreachable(
    rest: FakeRest, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    publish(rest, key)
    client = make_client(rest, model, secret=None)
    assert search(client, signed(key)).status_code == 200
    monkeypatch.setattr("workers.search.tokens.KEYS_LIVE", -1)
    rest.keys_status = 500
    assert search(client, signed(key)).status_code == 200
    assert rest.fetches == 2
