"""Validation of e-mail addresses and passwords, and hashes of passwords.

A comparison takes the same work for every hash, and without one: its time does not show whether an account
exists.
"""

import asyncio
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from local.auth.errors import AuthError
from local.shares import FullError, Turns, holder

T = TypeVar("T")

COST, MOST_COST = 12, 14
"""bcrypt costs: of new hashes, and the highest of imported ones. Each step doubles the time."""
THREADS = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="bcrypt")
"""A pool for hashing alone: one core stays free, and file access does not wait for hashes."""
TURNS = Turns(each=1, waiting=20, all_waiting=200)
"""One comparison of a network address at a time, so that many of one client delay no other."""
NONE_KEPT = f"$2b${COST}$C6UzMDM.H6dfI/f/IKcEeO7ZYBoGNVJVkYkMSPdHGPOBxPjX1sFfm"
SALT = "C6UzMDM.H6dfI/f/IKcEeO"
MAXIMUM_LENGTH = 72
"""Bytes: bcrypt ignores the rest."""
BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{LABEL}(\.{LABEL})*")
"""GoTrue's pattern, which is that of HTML: the host has letters, digits, hyphens and dots."""


def normal_email(text: str) -> str:
    """The address in lower case. Raises AuthError if it is invalid."""
    if len(text.encode()) > 255:
        raise AuthError(400, "validation_failed", "An email address is too long")
    if not EMAIL.fullmatch(text):
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
    return BCRYPT.fullmatch(text) is not None and _cost(text) <= MOST_COST


async def hashed(password: str) -> str:
    """The hash. Raises AuthError over_request_rate_limit if too many passwords wait."""
    return await _in_turn(lambda: bcrypt.hashpw(password.encode(), bcrypt.gensalt(COST)).decode())


async def matches(password: str, stored: str | None) -> bool:
    """Compare, also without a stored hash. Raises AuthError over_request_rate_limit."""
    content = password.encode()
    if len(content) > MAXIMUM_LENGTH:
        return False
    real = stored if stored and is_bcrypt(stored) else None
    return await _in_turn(lambda: _compared(content, real or NONE_KEPT)) and real is not None


def _compared(content: bytes, stored: str) -> bool:
    """Compare; for an imported hash of a lower cost do the missing work too."""
    same = bcrypt.checkpw(content, stored.encode())
    for cost in range(_cost(stored), COST):
        bcrypt.hashpw(content, f"$2b${cost:02}${SALT}".encode())
    return same


def _cost(stored: str) -> int:
    return int(stored[4:6])


async def _in_turn(work: Callable[[], T]) -> T:
    try:
        async with TURNS.of(holder.get()):
            return await asyncio.get_running_loop().run_in_executor(THREADS, work)
    except FullError as error:
        message = "Too many passwords are being compared"
        raise AuthError(429, "over_request_rate_limit", message, headers={"Retry-After": "2"}) from error
