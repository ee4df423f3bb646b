"""The caller: the JWT is verified here first; Postgres decides what the caller may see."""

import hmac
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx
import jwt
from werkzeug.datastructures import Headers

from workers.common import logs
from workers.search.errors import invalid_parameter, invalid_token, missing_key, unavailable
from workers.search.settings import Settings

OPAQUE = ("sb_publishable_", "sb_secret_")
"""The prefixes of newer API keys. They are not JWTs; only the platform can verify them."""
PROFILE = "x-profile-id"
"""The header with the acting profile; Postgres checks that it belongs to the caller."""
ASYMMETRIC = ("ES256", "RS256", "EdDSA")
LEEWAY = 30
"""Seconds that clocks may differ, as in PostgREST."""
WITHIN = 5.0
"""Seconds until the auth server must have responded."""
KEYS_LIVE, KEYS_REST = 600.0, 30.0
"""Seconds for which public keys are cached, and between two fetches for an unknown key."""


@dataclass(frozen=True)
class Caller:
    headers: Mapping[str, str] = field(repr=False)
    """The headers that authenticate the caller to the REST server."""
    role: str | None
    """None for an API key that only the platform can verify."""


class KeySet:
    """The project's public keys, fetched again for an unknown key and after KEYS_LIVE."""

    def __init__(self, url: str) -> None:
        self._http, self._url = httpx.Client(timeout=WITHIN), url
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._away = False

    def find(self, kid: str) -> jwt.PyJWK | None:
        """None if the key does not exist. Raises ApiError if the auth server does not respond."""
        with self._lock:
            if time.monotonic() - self._fetched_at > (KEYS_LIVE if kid in self._keys else KEYS_REST):
                self._fetch()
            if kid not in self._keys and self._away:
                raise unavailable("The auth server")
            return self._keys.get(kid)

    def _fetch(self) -> None:
        """If fetching fails, the cached keys stay valid."""
        try:
            response = self._http.get(self._url)
            keys = [] if response.status_code == HTTPStatus.NOT_FOUND else _keys(response)
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            logs.warning("keys_unavailable", reason=repr(error))
            self._away = True
        else:
            self._keys, self._away = {key.key_id: key for key in keys if key.key_id}, False
        self._fetched_at = time.monotonic()


class Tokens:
    def __init__(self, settings: Settings) -> None:
        self._secret = settings.supabase_jwt_secret
        self._anon_key = settings.supabase_anon_key
        self._service_role_key = settings.supabase_service_role_key
        self._keys = KeySet(f"{settings.supabase_url}/auth/v1/.well-known/jwks.json")

    def caller(self, headers: Headers) -> Caller:
        """Raises ApiError, 401, for a missing or invalid key or token."""
        apikey, bearer = headers.get("apikey", "").strip(), _bearer(headers.get("Authorization", ""))
        if bearer == apikey and apikey.startswith(OPAQUE):
            bearer = ""
        if not bearer and not apikey:
            raise missing_key()
        if not apikey.isascii():
            raise invalid_token()
        forwarded = {PROFILE: _checked_profile(headers[PROFILE])} if PROFILE in headers else {}
        if not bearer and apikey.startswith(OPAQUE):
            return Caller({"apikey": apikey, **forwarded}, None)
        token = bearer or apikey
        role = self._role(token)
        credentials = {"apikey": apikey or str(self._anon_key), "Authorization": f"Bearer {token}"}
        return Caller({**credentials, **forwarded}, role)

    def is_service(self, headers: Headers) -> bool:
        """Raises ApiError as `caller` does."""
        key = _bearer(headers.get("Authorization", "")) or headers.get("apikey", "").strip()
        if hmac.compare_digest(key.encode(), self._service_role_key.encode()):
            return True
        return self.caller(headers).role == "service_role"

    def _role(self, token: str) -> str:
        try:
            claims = self._claims(token)
        except jwt.ExpiredSignatureError as error:
            raise invalid_token("It has expired: sign in again or refresh it.") from error
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise invalid_token() from error
        role = claims.get("role")
        if not isinstance(role, str) or not role:
            raise invalid_token("It names no role.")
        return role

    def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm == "HS256" and self._secret:
            return _decode(token, str(self._secret), algorithm)
        key = self._keys.find(str(header.get("kid"))) if algorithm in ASYMMETRIC else None
        if key is None or key.algorithm_name != algorithm:
            raise jwt.InvalidTokenError
        return _decode(token, key, algorithm)


def _keys(response: httpx.Response) -> list[jwt.PyJWK]:
    try:
        return jwt.PyJWKSet.from_dict(response.raise_for_status().json()).keys
    except jwt.PyJWKSetError:
        return []


def _decode(token: str, key: str | jwt.PyJWK, algorithm: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=[algorithm], leeway=LEEWAY, options={"verify_aud": False, "require": ["exp"]}
    )
    return claims


def _checked_profile(value: str) -> str:
    """Raises ApiError, 400, for a value that HTTP clients cannot forward; Postgres checks the rest."""
    if not value.isascii():
        raise invalid_parameter(PROFILE, f"{PROFILE} must be the UUID of a profile.")
    return value


def _bearer(authorization: str) -> str:
    """The token; empty without the header. Raises ApiError for any other scheme."""
    if not authorization:
        return ""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise invalid_token("Authorization must be: Bearer TOKEN.")
    return token.strip()
