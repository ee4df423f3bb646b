"""Verification of the tokens of connections and joins, with the real server's messages."""

import time
from typing import Any

import jwt

from local.claims import OPTIONS, verified

Claims = dict[str, Any]


class Refused(Exception):
    """A join or a message is refused; the text is for the client."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code, self.words = code, words


class Ended(Refused):
    """The session of the token has ended."""


def claims_of(token: str, secret: str) -> Claims:
    """The claims. Raises Refused unless the token is signed, unexpired, and has `role` and `exp`."""
    try:
        claims = verified(token, secret)
    except jwt.ExpiredSignatureError as error:
        seconds = int(time.time()) - _expiry(token)
        raise Refused("InvalidJWTToken", f"Token has expired {seconds} seconds ago") from error
    except jwt.InvalidSignatureError as error:
        raise Refused("JwtSignatureError", "Failed to validate JWT signature") from error
    except jwt.InvalidTokenError as error:
        raise Refused("MalformedJWT", "The token provided is not a valid JWT") from error
    if not isinstance(claims.get("role"), str) or not isinstance(claims.get("exp"), int):
        raise Refused("InvalidJWTToken", "Fields `role` and `exp` are required in JWT")
    return claims


def _expiry(token: str) -> int:
    unverified = jwt.decode(token, options={**OPTIONS, "verify_signature": False, "verify_exp": False})
    return int(unverified["exp"])
