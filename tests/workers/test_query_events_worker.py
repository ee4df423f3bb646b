"""The jobs worker writes searches whatever happens to its connection, its payloads and the table."""

import signal
from uuid import uuid4

import httpx
import psycopg

from local.ports import free_port
from tests.conftest import Stack
from tests.waiting import until
from tests.workers.catalogue import Catalogue
from tests.workers.conftest import Start, finish
from tests.workers.query_events import announced, by_get, by_post, http, rows, word, written
from tests.workers.test_jobs import metrics

__all__ = ["http", "word"]


def test_search_that_is_rolled_back_leaves_no_row(films: Catalogue, word: str) -> None:
    with films.connection.transaction(force_rollback=True):
        films.connection.execute("select search_content(%s)", [word])
    assert written(films, word, 0) == []


def test_locked_table_delays_no_search(stack: Stack, films: Catalogue, http: httpx.Client, word: str) -> None:
    """The row is written when the lock is released."""
    with psycopg.connect(stack.database_url) as other:
        other.execute("lock table query_events in access exclusive mode")
        by_post(http, word)
        response = by_get(http, word)
        waiting = "select from pg_locks where not granted and relation = 'query_events'::regclass"
        until(lambda: films.connection.execute(waiting).rowcount > 0)
        assert by_get(http, word)["total"] == response["total"]
    written(films, word, 3)


def test_searches_are_written_after_the_connection_was_lost(
    films: Catalogue, http: httpx.Client, word: str
) -> None:
    ended = films.connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'query_events'"
    )
    assert ended.rowcount >= 1

    def is_written() -> bool:
        by_get(http, word)
        return bool(rows(films, word))

    until(is_written)


def test_invalid_payload_is_dropped_and_the_others_are_written(
    stack: Stack, films: Catalogue, word: str
) -> None:
    dropped = "cinefluent_query_events_dropped_total"
    before = metrics(stack)[dropped]
    valid = announced(word)
    deleted = announced(word, account_id=str(uuid4()))
    invalid = [
        "",
        "[]",
        "{",
        "[" * 7_900,
        announced(word, id="no uuid"),
        announced(word, id=None),
        announced(word, query="x" * 201 + word),
        announced(word, filters={"note": word * 200}),
        announced(word, item_ids=[str(uuid4())] * 11),
        announced(word, total=-1),
    ]
    with films.connection.transaction():
        for payload in (*invalid, valid, deleted):
            films.connection.execute("select pg_notify('query_events', %s)", [payload])
    found = written(films, word, 2)
    assert [row["account_id"] for row in found] == [None, None]
    assert metrics(stack)[dropped] == before + len(invalid)


def test_two_workers_write_one_row(
    stack: Stack, films: Catalogue, http: httpx.Client, start: Start, word: str
) -> None:
    listeners = "select from pg_stat_activity where application_name = 'query_events'"
    count = films.connection.execute(listeners).rowcount
    process = start("jobs", PORT=str(free_port()))
    until(lambda: films.connection.execute(listeners).rowcount > count)
    by_get(http, word)
    until(lambda: rows(films, word))
    process.send_signal(signal.SIGTERM)
    assert word not in finish(process)
    written(films, word, 1)
