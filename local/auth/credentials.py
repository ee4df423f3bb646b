"""Email addresses and passwords: what is accepted, and how a password is kept.

Comparing takes the same work whatever is kept, and when nothing is: its time does not show whether an account
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
"""Of our own hashes; and of those that are imported, of which each step doubles the time of a comparison."""
THREADS = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="bcrypt")
"""Of their own: a core is left for everything else, and files do not wait for passwords."""
TURNS = Turns(each=1, waiting=20, all_waiting=200)
"""One password of an address at a time, so that who sends many delays nobody else."""
NONE_KEPT = f"$2b${COST}$C6UzMDM.H6dfI/f/IKcEeO7ZYBoGNVJVkYkMSPdHGPOBxPjX1sFfm"
SALT = "C6UzMDM.H6dfI/f/IKcEeO"
MAXIMUM_LENGTH = 72
"""bcrypt reads no more of a password."""
BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{LABEL}(\.{LABEL})*")
"""As GoTrue has it, which is HTML's: the host is letters, digits, hyphens and dots."""


def normal_email(text: str) -> str:
    """The address in lower case. Raises AuthError when it is none."""
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
    """Raises AuthError over_request_rate_limit where too many passwords wait."""
    return await _in_turn(lambda: bcrypt.hashpw(password.encode(), bcrypt.gensalt(COST)).decode())


async def matches(password: str, kept: str | None) -> bool:
    """Also does its work when nothing is kept. Raises AuthError over_request_rate_limit."""
    content = password.encode()
    if len(content) > MAXIMUM_LENGTH:
        return False
    real = kept if kept and is_bcrypt(kept) else None
    return await _in_turn(lambda: _compared(content, real or NONE_KEPT)) and real is not None


def _compared(content: bytes, kept: str) -> bool:
    """A hash of a lower cost, as other servers made it, is followed by the work that it lacks."""
    same = bcrypt.checkpw(content, kept.encode())
    for cost in range(_cost(kept), COST):
        bcrypt.hashpw(content, f"$2b${cost:02}${SALT}".encode())
    return same


def _cost(kept: str) -> int:
    return int(kept[4:6])


async def _in_turn(work: Callable[[], T]) -> T:
    try:
        async with TURNS.of(holder.get()):
            return await asyncio.get_running_loop().run_in_executor(THREADS, work)
    except FullError as error:
        message = "Too many passwords are being compared"
        raise AuthError(429, "over_request_rate_limit", message, headers={"Retry-After": "2"}) from error
