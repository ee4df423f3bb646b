"""The REST server with types, casts, preferences, markers and odd JSON: it refuses or answers, and stays up.

Each request is drawn from a seed of its own, which a failure names: REST_FUZZ_SEED=n sends it first.
"""

import json
import os
import random
import string
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.security import rest_values
from local.tests.security.rest_values import TYPES
from local.tests.security.values import FRAGMENTS

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
SECONDS = 30 * ROUNDS
"""How long a soak lasts; a test run sends a few hundred requests instead."""
REQUESTS = 500
GROWTH = 48 * 1024
"""Kilobytes that the process may grow by after it has seen requests of every kind."""
MARKS = (
    *"\ue000 \uf8ff0 \U000f0000 \U0010fffd \x01 \x1f \x7f \x85 \u200b \u202e \ufeff".split(" "),
    *"' \" \\ -- /* */ $$ $1 :: -> ->> .. ... ! ( ) , : ; . * count count()".split(),
    *"pgrst_parent_row pgrst_spread_e1 pgrst_inserted e1 src rows \\u0000 \\ud800".split(),
    *"$serde_json::private::Number $serde_json::private::RawValue".split(),
)
OPERATORS = (
    "eq neq gt lte like ilike match imatch in is isdistinct cs cd ov sl sr nxr nxl adj fts plfts phfts wfts "
    "not.eq eq(any) like(all) fts(simple)"
).split()
PREFERENCES = (
    "return=representation return=minimal return=headers-only count=exact count=planned count=estimated "
    "resolution=merge-duplicates resolution=ignore-duplicates missing=default missing=null handling=strict "
    "handling=lenient max-affected=1 tx=rollback timezone=Asia/Kolkata timezone=nowhere params=single-object "
    "x=y = return= count max-affected=x"
).split()
ACCEPTED = (
    "application/json text/csv application/vnd.pgrst.object+json */* text/plain text/csv;q=0 text/xml ;;, "
    "application/vnd.pgrst.array+json;nulls=stripped application/geo+json application/octet-stream "
    "application/vnd.pgrst.plan+json application/json;charset=x"
).split()
SENT = (
    "application/json application/json;charset=utf-8 text/csv text/plain application/octet-stream text/xml x "
    "application/x-www-form-urlencoded application/vnd.pgrst.object+json"
).split()
BROKEN = (b"", b"{", b"[1", b"nul", b"\xff\xfe", b'{"a":1}{}', b'"x"', b"[[]]", b"a,b\n1,2")
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "rest_rows": (),
    "rest_anything": tuple("abcdefghij"),
    "rest_jsons": ("jsons",),
    "rest_bytes": (),
}


class Draw:
    """One request, from one seed."""

    def __init__(self, seed: int, columns: list[str]) -> None:
        self.random = random.Random(seed)
        self.columns = columns

    def one(self, *kinds: Any) -> Any:
        return self.random.choice(kinds)

    def seldom(self) -> bool:
        return self.random.random() < 0.06

    def text(self) -> str:
        kind = self.random.random()
        if kind < 0.3:
            return str(self.one(*(fragment for fragment in FRAGMENTS if "\ud800" not in fragment)))
        if kind < 0.7:
            parts = (*MARKS, *string.ascii_lowercase)
            return "".join(self.one(*parts) for _ in range(self.random.randint(1, 6)))
        return "".join(chr(self.random.randint(1, 0xD7FF)) for _ in range(self.random.randint(1, 8)))

    def name(self) -> str:
        if self.seldom():
            return self.text()
        name: str = self.one(*self.columns)
        return f'"{name}"' if self.seldom() else name

    def path(self) -> str:
        keys = [self.text() if self.seldom() else self.one("a", "0", "-1") for _ in range(2)]
        steps = [f"{self.one('->', '->>')}{key}" for key in keys]
        return "".join(steps[: self.one(0, 0, 0, 1, 2)])

    def item(self, depth: int = 0) -> str:
        if depth < 4 and self.random.random() < 0.2:
            hint = f"!{self.text()}" if self.seldom() else self.one("", "", "!inner", "!left")
            inner = ",".join(self.item(depth + 1) for _ in range(self.random.randint(0, 3)))
            relation = self.text() if self.seldom() else "rest_others" if depth % 2 == 0 else "rest_values"
            return f"{self.one('', '', '...', 'x:')}{relation}{hint}({inner})"
        alias = f"{self.one('x', 'id', self.text())}:" if self.seldom() else ""
        cast = self.one("", "", f"::{self.text() if self.seldom() else self.one(*TYPES)}")
        aggregate = self.one(".max()", ".count()") if self.seldom() else ""
        return f"{alias}{self.one('*', 'count', *[self.name()] * 8)}{self.path()}{cast}{aggregate}"

    def filter(self) -> str:
        value = self.one(self.text(), "1", "(1,2)", "{1,2}", "null", "infinity", '("a","b")')
        return f"{self.one('', '', 'not.')}{self.one(*OPERATORS)}.{value}"

    def tree(self, depth: int = 0) -> str:
        if depth < 3 and self.seldom():
            both = f"{self.tree(depth + 1)},{self.tree(depth + 1)}"
            return f"{self.one('', 'not.')}{self.one('and', 'or')}({both})"
        return f"{self.name()}{self.path()}.{self.filter()}"

    def query(self) -> list[tuple[str, str]]:
        under = "rest_others." if self.seldom() else ""
        order = f".{self.text()}" if self.seldom() else self.one("", ".asc", ".desc.nullslast")
        possible = [
            ("select", ",".join(self.item() for _ in range(self.random.randint(0, 4)))),
            (f"{under}order", ",".join(f"{self.name()}{self.path()}{order}" for _ in range(2))),
            (f"{under}limit", self.one("-1", "x", "9" * 25) if self.seldom() else self.one("0", "3")),
            (f"{under}offset", self.one("-1", "x", "9" * 25) if self.seldom() else self.one("0", "1")),
            (f"{under}{self.name()}{self.path()}", self.filter()),
            (f"{under}{self.one('and', 'or', 'not.or')}", f"({self.tree()},{self.tree()})"),
            ("columns", ",".join(self.name() for _ in range(2))),
            ("on_conflict", self.name()),
            (self.text(), self.text()),
        ]
        chosen = [pair for pair in possible[:-3] if self.random.random() < 0.35]
        chosen += [pair for pair in possible[-3:] if self.seldom()]
        return chosen + ([self.one(*chosen)] if chosen and self.seldom() else [])

    def value(self, depth: int = 0) -> Any:
        kind = self.random.randint(0, 9)
        if kind == 0 and depth < 3:
            return {self.one("a", self.text()): self.value(depth + 1) for _ in range(2)}
        if kind == 1 and depth < 3:
            return [self.value(depth + 1) for _ in range(self.random.randint(0, 3))]
        numbers = (0, -1, 2**31, 2**63, 10**40, 0.1, 1e308, float("inf"), float("nan"))
        return self.one(None, True, self.text(), "infinity", "{1,2}", "{", "\\x41", *numbers)

    def body(self, names: tuple[str, ...]) -> bytes:
        kind = self.random.random()
        if kind < 0.1:
            deep = self.one(100, 130, 1_000, 40_000)
            return f'{{"{self.one(*names)}": {"[" * deep}{"]" * deep}}}'.encode()
        if kind < 0.2:
            return bytes(self.one(*BROKEN))
        row = {self.one(*names, self.text()): self.value() for _ in range(self.random.randint(0, 4))}
        return json.dumps([row, row] if self.seldom() else row).encode()

    def headers(self) -> dict[bytes, bytes]:
        prefer = ",".join(self.one(*PREFERENCES) for _ in range(self.random.randint(0, 3)))
        odd = self.text() if self.seldom() else "public"
        ranges = ("0-4", "5-", "-1", "9-1", "x", f"0-{'9' * 19}", f"0-{'9' * 30}")
        drawn = {
            "prefer": f"{prefer}{self.text()}" if self.seldom() else prefer,
            "accept": self.one(*ACCEPTED) if self.seldom() else "application/json",
            "content-type": self.one(*SENT) if self.seldom() else "application/json",
            "accept-profile": odd,
            "content-profile": odd,
            "range": self.one(*ranges) if self.seldom() else "",
        }
        sendable = {
            name.encode(): value.strip().encode()
            for name, value in drawn.items()
            if value and not self.seldom()
        }
        return {name: value for name, value in sendable.items() if not any(b < 32 or b == 127 for b in value)}

    def send(self, http: httpx.Client) -> httpx.Response:
        function = self.one(None, None, None, *FUNCTIONS)
        methods = ("GET", "POST") if function else ("GET", "GET", "GET", "POST", "PATCH", "PUT", "DELETE")
        method = self.one("HEAD", "OPTIONS") if self.seldom() else self.one(*methods)
        odd = quote(self.text(), safe="") if self.seldom() else "rest_values"
        path = f"rpc/{function}" if function else self.one("rest_others", odd, odd)
        names = (FUNCTIONS[function] if function else tuple(self.columns)) or ("a",)
        query = urlencode(self.query() if function in (None, "rest_rows") or self.seldom() else [])
        body = self.body(names) if method in ("POST", "PATCH", "PUT") else None
        return http.request(method, f"/{path}?{query}", content=body, headers=[*self.headers().items()])


@pytest.fixture(scope="module")
def values(stack: Stack) -> Iterator[psycopg.Connection]:
    with rest_values.table(stack) as connection:
        yield connection


def memory(stack: Stack) -> int:
    """Kilobytes that the process has in memory."""
    status = Path(f"/proc/{stack.pid('rest')}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def seeds() -> Iterator[int]:
    """The one that is named first; the same few in each test run, others for as long as a soak lasts."""
    if "REST_FUZZ_SEED" in os.environ:
        yield int(os.environ["REST_FUZZ_SEED"])
    first = 0 if ROUNDS == 1 else time.time_ns() // 1_000_000 * 1_000_000
    end = time.monotonic() + SECONDS
    number = 0
    while number < REQUESTS if ROUNDS == 1 else time.monotonic() < end:
        yield first + number
        number += 1


def test_rest_answers_or_refuses_random_requests(stack: Stack, values: psycopg.Connection) -> None:
    columns = rest_values.columns(values)
    headers = {"apikey": stack.service_role_key, "authorization": f"Bearer {stack.service_role_key}"}
    process, log = stack.pid("rest"), stack.settings.logs / "rest.log"
    logged, memories = log.stat().st_size, []
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers=headers) as http:
        for count, seed in enumerate(seeds()):
            response = Draw(seed, columns).send(http)
            own_response = f"REST_FUZZ_SEED={seed}: {response.request} {response.text[:500]}"
            assert response.status_code < 500, own_response
            if count % 50 == 0:
                values.execute("truncate rest_others, rest_values")
                values.execute(rest_values.rows())
                memories.append(memory(stack))
    assert stack.pid("rest") == process
    assert b"panicked" not in log.read_bytes()[logged:]
    settled = memories[len(memories) // 3 :]
    assert settled[-1] - settled[0] < GROWTH, memories
