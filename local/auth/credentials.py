"""Email addresses and passwords: what is accepted, and how a password is kept."""

import asyncio
import re

import bcrypt

from local.auth.errors import AuthError

COST = 12
MAXIMUM_LENGTH = 72
"""bcrypt reads no more of a password."""
BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
LOCAL_PART = re.compile(r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*")
HOST = re.compile(r"\S+\.\S+")


def normal_email(text: str) -> str:
    """The address in lower case. Raises AuthError when it is none."""
    if len(text) > 255:
        raise AuthError(400, "validation_failed", "An email address is too long")
    local_part, _, host = text.rpartition("@")
    well_formed = LOCAL_PART.fullmatch(local_part) and HOST.fullmatch(host)
    if not well_formed or not 6 <= len(text) <= 254 or len(local_part) > 64:
        raise AuthError(400, "validation_failed", "Unable to validate email address: invalid format")
    return text.lower()


def check_strength(password: str, minimum: int) -> None:
    length = len(password.encode())
    if length > MAXIMUM_LENGTH:
        message = f"Password cannot be longer than {MAXIMUM_LENGTH} characters"
        raise AuthError(400, "validation_failed", message)
    if length < minimum:
        message = f"Password should be at least {minimum} characters."
        raise AuthError(422, "weak_password", message, ["length"])


def is_bcrypt(text: str) -> bool:
    return BCRYPT.fullmatch(text) is not None


async def hashed(password: str) -> str:
    return (await asyncio.to_thread(bcrypt.hashpw, password.encode(), bcrypt.gensalt(COST))).decode()


async def matches(password: str, kept: str | None) -> bool:
    content = password.encode()
    if not kept or not is_bcrypt(kept) or len(content) > MAXIMUM_LENGTH:
        return False
    return await asyncio.to_thread(bcrypt.checkpw, content, kept.encode())
