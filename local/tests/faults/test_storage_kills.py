"""Storage killed at random moments while several clients store, copy, move and remove."""

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.test_resumable import PIECE, UPLOADS, described
from local.tests.faults.storage_server import BUCKET, Server, check_whole

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
CLIENTS, NAMES, KILLS = 4, 5, 2
SIZES = (0, 10, 5_000, 300_000, 2_500_000)
Held = set[str | None]
"""Digests of what may be there under a name; None: nothing."""


class Client:
    """Has names of its own, and knows what each must hold: more than one thing where an answer never came."""

    def __init__(self, server: Server, number: int, chance: random.Random) -> None:
        self.server, self.chance = server, chance
        self.held: dict[str, Held] = {f"{number}/{name} a+b.bin": {None} for name in range(NAMES)}

    def run(self, done: threading.Event) -> None:
        acts = (self.store, self.store_in_pieces, self.copy, self.move, self.remove)
        while not done.is_set():
            self.chance.choice(acts)()

    def store(self) -> None:
        path, content = self.name(), self.content()
        self.act({path: {digest(content)}}, lambda: self.server.put(path, content, upsert=True))

    def store_in_pieces(self) -> None:
        path, content = self.name(), self.content()
        self.act({path: {digest(content)}}, lambda: self.in_pieces(path, content))

    def copy(self) -> None:
        source, target = self.chance.sample(sorted(self.held), 2)
        now: dict[str, Held] = {target: self.held[source] - {None}}
        self.act(now, lambda: self.server.copy(source, target, upsert=True))

    def move(self) -> None:
        source, target = self.chance.sample(sorted(self.held), 2)
        now: dict[str, Held] = {target: self.held[source] - {None}, source: {None}}
        self.act(now, lambda: self.server.move(source, target))

    def remove(self) -> None:
        path = self.name()
        self.act({path: {None}}, lambda: self.server.remove(path))

    def act(self, now: dict[str, Held], call: Callable[[], httpx.Response]) -> None:
        """`now` is what the names hold if it was done."""
        try:
            response = call()
        except httpx.HTTPError:
            for name, held in now.items():
                self.held[name] |= held
            time.sleep(0.1)
        else:
            assert response.status_code < 500
            self.held |= now if response.is_success else {}

    def in_pieces(self, path: str, content: bytes) -> httpx.Response:
        words = described(bucketName=BUCKET, objectName=path)
        headers = {**words, "upload-length": str(len(content)), "x-upsert": "true"}
        response = self.server.http.post(UPLOADS, headers=headers)
        url, half = response.headers["location"], len(content) // 2
        for start, piece in ((0, content[:half]), (half, content[half:])) if content else ():
            headers = {**PIECE, "upload-offset": str(start), "x-upsert": "true"}
            response = self.server.http.patch(url, content=piece, headers=headers).raise_for_status()
        return response

    def name(self) -> str:
        return self.chance.choice(sorted(self.held))

    def content(self) -> bytes:
        return self.chance.randbytes(self.chance.choice(SIZES))

    def check(self) -> None:
        for name, held in self.held.items():
            response = self.server.get(name)
            assert (digest(response.content) if response.is_success else None) in held


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_whenever_it_is_killed_nothing_answered_is_lost(stack: Stack, server: Server, turn: int) -> None:
    chance = random.Random(turn)
    clients = [Client(server, number, random.Random(f"{turn} {number}")) for number in range(CLIENTS)]
    finished = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.run, finished) for client in clients]
        try:
            for _ in range(KILLS):
                time.sleep(0.3 + chance.random())
                server.restart()
        finally:
            finished.set()
        for each in running:
            each.result()
    server.restart()
    check_whole(stack, server)
    for client in clients:
        client.check()
