"""Connections lost in a commit: a file is deleted only after the rows show the outcome."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.test_resumable import PIECE, TUS, UPLOADS, described
from local.tests.faults.storage_server import BUCKET, Server, check_whole, started, versions
from local.tests.waiting import until

GATE = 20261121
GATED = f"""
    create function wait_at_the_gate() returns trigger language plpgsql as $$
    begin
        perform pg_advisory_xact_lock_shared({GATE});
        return null;
    end
    $$;
    create constraint trigger gated_commit after insert or update on storage.objects
    deferrable initially deferred for each row when (new.bucket_id = '{BUCKET}')
    execute function wait_at_the_gate();
"""
COMMITTING = """
    select pid from pg_stat_activity
    where usename = 'supabase_storage_admin' and query = 'commit' and wait_event = 'advisory'
"""
WAITING_FOR_WRITERS = """
    select 1 from pg_locks
    where relation = 'storage.objects'::regclass and mode = 'ShareLock' and not granted
"""
Gate = Callable[[], AbstractContextManager[None]]


class Wire:
    """Stands between Storage and Postgres, and can be cut once a COMMIT has gone through."""

    def __init__(self, target: str) -> None:
        address = urlsplit(target)
        self.target = (address.hostname or "", address.port or 0)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = target.replace(f":{address.port}/", f":{self.listening.getsockname()[1]}/")
        self.cut_commits = False
        self.ends: list[socket.socket] = []
        self.deaf: set[socket.socket] = set()
        """Clients that receive nothing more."""
        self.accepting = threading.Thread(target=self._accept, daemon=True)
        self.accepting.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                server = socket.create_connection(self.target)
                self.ends += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(source, sink, client), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while (data := source.recv(65536)) and client not in self.deaf:
                if self.cut_commits and source is client and b"commit\0" in data:
                    self.deaf.add(client)
                sink.sendall(data)
                if client in self.deaf:
                    break
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.accepting.join()
        for end in (self.listening, *self.ends):
            end.close()


@pytest.fixture
def plain(stack: Stack, tmp_path: Path) -> Server:
    return Server(stack, tmp_path / "files")


@pytest.fixture
def wire(plain: Server) -> Iterator[Wire]:
    new_wire = Wire(plain.environment["STORAGE_DATABASE_URL"])
    yield new_wire
    new_wire.close()


@pytest.fixture
def server(plain: Server, wire: Wire) -> Iterator[Server]:
    """A Storage server whose connection to Postgres can be cut."""
    plain.environment["STORAGE_DATABASE_URL"] = wire.url
    with started(plain):
        yield plain


@pytest.fixture
def database(stack: Stack) -> Iterator[psycopg.Connection]:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def gate(database: psycopg.Connection) -> Iterator[Gate]:
    """Closes a gate that every upload's commit has to pass."""

    @contextmanager
    def closed() -> Iterator[None]:
        database.execute("select pg_advisory_lock(%s)", [GATE])
        try:
            yield
        finally:
            database.execute("select pg_advisory_unlock(%s)", [GATE])

    database.execute(GATED.encode())
    yield closed
    database.execute("drop trigger gated_commit on storage.objects")
    database.execute("drop function wait_at_the_gate")


@contextmanager
def cut(wire: Wire) -> Iterator[None]:
    wire.cut_commits = True
    yield
    wire.cut_commits = False


def committing(database: psycopg.Connection) -> int:
    """The process of Postgres that commits for Storage, once there is one."""
    numbers: list[int] = []

    def look() -> bool:
        numbers[:] = [pid for (pid,) in database.execute(COMMITTING.encode())]
        return bool(numbers)

    until(look)
    return numbers[0]


def test_commit_without_response_keeps_its_file(stack: Stack, server: Server, wire: Wire, gate: Gate) -> None:
    server.put("old.txt", b"old").raise_for_status()
    for name, content, upsert, files in (("new.txt", b"new", False, 2), ("old.txt", b"newer", True, 3)):
        with gate(), cut(wire):
            assert server.put(name, content, upsert).status_code == 503
            assert len(server.files()) == files
        until(lambda: len(versions(stack)) == 2 and server.files() == versions(stack))
    assert [server.get(name).content for name in ("new.txt", "old.txt")] == [b"new", b"newer"]
    check_whole(stack, server)


def test_delete_without_response_removes_its_file(stack: Stack, server: Server, wire: Wire) -> None:
    server.put("a.txt", b"x").raise_for_status()
    with cut(wire):
        assert server.remove("a.txt").status_code == 503
    until(lambda: server.files() == versions(stack) == [])


def test_upload_that_ends_in_its_commit_leaves_no_file(
    stack: Stack, server: Server, database: psycopg.Connection, gate: Gate
) -> None:
    server.put("old.txt", b"old").raise_for_status()
    with gate(), ThreadPoolExecutor() as pool:
        for name in ("new.txt", "old.txt"):
            upload = pool.submit(server.put, name, b"cut off", True)
            database.execute("select pg_terminate_backend(%s)", [committing(database)])
            assert upload.result().status_code == 503
    until(lambda: server.files() == versions(stack))
    assert server.get("old.txt").content == b"old"
    assert server.get("new.txt").json()["code"] == "NoSuchKey"
    check_whole(stack, server)


def test_a_start_waits_for_what_the_last_run_was_committing(
    stack: Stack, server: Server, database: psycopg.Connection, gate: Gate
) -> None:
    with ThreadPoolExecutor() as pool:
        with gate():
            upload = pool.submit(server.put, "a.txt", b"x")
            committing(database)
            server.kill()
            with pytest.raises(httpx.HTTPError):
                upload.result()
            starting = pool.submit(server.start)
            until(lambda: database.execute(WAITING_FOR_WRITERS).fetchone())
        starting.result()
    assert server.get("a.txt").content == b"x"
    check_whole(stack, server)


@pytest.mark.parametrize("how", ["unheard", "ended"])
def test_a_resumable_upload_survives_a_lost_commit(
    stack: Stack, server: Server, wire: Wire, database: psycopg.Connection, gate: Gate, how: str
) -> None:
    words = described(bucketName=BUCKET, objectName="a.txt")
    url = str(server.http.post(UPLOADS, headers={**words, "upload-length": "5"}).headers["location"])

    def last_piece() -> httpx.Response:
        return server.http.patch(url, content=b"hello", headers={**PIECE, "upload-offset": "0"})

    if how == "unheard":
        with gate(), cut(wire):
            assert last_piece().status_code == 503
    else:
        with gate(), ThreadPoolExecutor() as pool:
            upload = pool.submit(last_piece)
            database.execute("select pg_terminate_backend(%s)", [committing(database)])
            assert upload.result().status_code == 503
    until(lambda: server.http.head(url, headers=TUS).status_code == 200)
    assert server.http.head(url, headers=TUS).headers["upload-offset"] == "5"
    assert server.get("a.txt").content == b"hello"
    check_whole(stack, server)
