"""Rate limits to test with, and the time that remains of their window."""

import math
import time

import psycopg


class Window:
    """A rate limit window of `seconds` that begins now."""

    def __init__(self, seconds: int) -> None:
        self.seconds, self.began = seconds, time.monotonic()

    def waits(self) -> set[int]:
        """Whole seconds that may remain, given the time that has passed; on an idle machine all of them."""
        passed = time.monotonic() - self.began
        return set(range(math.ceil(self.seconds - passed), self.seconds + 1))


def limit(db: psycopg.Connection, role: str, requests: int, seconds: int = 60) -> None:
    db.execute(
        "insert into private.rate_limits values (%s, 'write', %s, %s) "
        "on conflict (role, scope) do update "
        "set requests = excluded.requests, window_seconds = excluded.window_seconds",
        [role, requests, seconds],
    )


def entry(db: psycopg.Connection, scope: str, caller: str, role: str = "anon") -> tuple[object, ...]:
    """Count a request like Auth; admitted, requests, remaining, wait in seconds."""
    row = db.execute("select * from private.admit_request(%s, %s, %s)", [role, scope, caller]).fetchone()
    assert row
    return row


def allow(db: psycopg.Connection, role: str, scope: str, requests: int) -> None:
    db.execute(
        "insert into private.rate_limits values (%s, %s, %s, 300) "
        "on conflict (role, scope) do update set requests = excluded.requests",
        [role, scope, requests],
    )
