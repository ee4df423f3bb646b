"""Access tokens, signed and verified, and refresh tokens."""

import re
import secrets
import string
from typing import Any

import jwt

from local.auth.errors import AuthError
from local.claims import signed, verified

REFRESH_TOKEN = re.compile(r"[a-z0-9]{12}")
BASE64 = frozenset(string.ascii_letters + string.digits + "-_")


def new_refresh_token() -> str:
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(12))


def is_refresh_token(text: str) -> bool:
    return REFRESH_TOKEN.fullmatch(text) is not None


def sign(claims: dict[str, Any], secret: str) -> str:
    return signed(claims, secret)


def verify(token: str, secret: str) -> dict[str, Any]:
    """The claims. Raises AuthError bad_jwt with golang-jwt's message."""
    try:
        return verified(token, secret)
    except jwt.InvalidTokenError as error:
        reason = _reason(token, error)
        message = f"invalid JWT: unable to parse or verify signature, {reason}"
        raise AuthError(403, "bad_jwt", message) from error


def _reason(token: str, error: jwt.InvalidTokenError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "token has invalid claims: token is expired"
        case jwt.ImmatureSignatureError():
            return "token has invalid claims: token is not valid yet"
        case jwt.InvalidSignatureError():
            return "token signature is invalid: signature is invalid"
        case jwt.InvalidAlgorithmError():
            return "token signature is invalid: signing method is invalid"
    return f"token is malformed: {_malformation(token)}"


def _malformation(token: str) -> str:
    segments = token.split(".")
    if len(segments) != 3:
        return "token contains an invalid number of segments"
    for name, segment in zip(("header", "claim", "signature"), segments, strict=True):
        offset = _corruption(segment)
        if offset is not None:
            return f"could not base64 decode {name}: illegal base64 data at input byte {offset}"
    return "could not JSON decode header or claim"


def _corruption(segment: str) -> int | None:
    """The index of the first invalid character of unpadded base64url; None for valid text."""
    strange = next((i for i, character in enumerate(segment) if character not in BASE64), None)
    if strange is None and len(segment) % 4 == 1:
        return len(segment) - 1
    return strange
