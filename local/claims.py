"""Verification of tokens: signed with the project's secret, and not expired."""

import math
from typing import Any

import jwt
from jwt.types import Options

ALGORITHM = "HS256"
OPTIONS: Options = {
    "verify_aud": False,
    "verify_iat": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""Signature, expiry and `nbf` are checked, as in the real servers."""


LATEST = 253_402_300_799
"""The end of the year 9999, the latest time of Python's datetime."""
DEEPEST = 32


def verified(token: str, secret: str) -> dict[str, Any]:
    """The claims. Raises jwt.InvalidTokenError for every invalid token."""
    try:
        claims: dict[str, Any] = jwt.decode(token, secret, [ALGORITHM], options=OPTIONS)
        _check(claims)
    except jwt.InvalidTokenError:
        raise
    except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError) as error:
        raise jwt.DecodeError("The token cannot be read") from error
    return claims


def header(token: str) -> dict[str, Any]:
    """The unverified header. Raises jwt.InvalidTokenError."""
    try:
        return jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        raise
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise jwt.DecodeError("The token's header cannot be read") from error


def signed(claims: dict[str, Any], secret: str) -> str:
    return jwt.encode(claims, secret, ALGORITHM)


def _check(claims: dict[str, Any]) -> None:
    """Check the types that every server expects, and that Postgres can store. Raises ValueError."""
    for name in ("exp", "nbf"):
        time = claims.get(name, 0)
        if isinstance(time, bool) or not isinstance(time, int | float) or not -LATEST <= time <= LATEST:
            raise ValueError(f"{name} is not a time")
    for name in ("sub", "role"):
        if not isinstance(claims.get(name, ""), str | None):
            raise ValueError(f"{name} is not a text")
    _check_storable(claims, 0)


def _check_storable(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str):
        value.encode()  # Half a surrogate pair raises UnicodeEncodeError, a ValueError.
        if "\0" in value:
            raise ValueError("no text that can be kept")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_storable(name, depth + 1)
            _check_storable(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_storable(item, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("no number of JSON")
