"""Tokens of callers and of signed URLs."""

import time
from typing import Any

import jwt

from local.claims import header, signed, verified

DOWNLOAD, UPLOAD = "download", "upload"


class InvalidToken(Exception):
    """The token is invalid; the message is the real server's."""


def sign(claims: dict[str, Any], secret: str, lifetime: int) -> str:
    now = int(time.time())
    return signed({**claims, "iat": now, "exp": now + lifetime}, secret)


def verify(token: str, secret: str) -> dict[str, Any]:
    """The claims. Raises InvalidToken."""
    if token.count(".") != 2:
        raise InvalidToken("Invalid Compact JWS")
    try:
        header(token)
    except jwt.InvalidTokenError as error:
        raise InvalidToken("JWS Protected Header is invalid") from error
    try:
        return verified(token, secret)
    except jwt.InvalidTokenError as error:
        raise InvalidToken(_reason(error)) from error


def _reason(error: jwt.InvalidTokenError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return '"exp" claim timestamp check failed'
        case jwt.ImmatureSignatureError():
            return '"nbf" claim timestamp check failed'
        case jwt.InvalidSignatureError():
            return "signature verification failed"
        case jwt.InvalidAlgorithmError():
            return '"alg" (Algorithm) Header Parameter value not allowed'
    return "JWT Claims Set must be a top-level JSON object"


def is_for(claims: dict[str, Any], purpose: str) -> bool:
    """Whether a signed URL's token is for this purpose. Without a scope, one with `upsert` is for uploads."""
    return bool(claims.get("scope", UPLOAD if "upsert" in claims else DOWNLOAD) == purpose)
