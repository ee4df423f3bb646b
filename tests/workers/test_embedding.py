"""The embedding worker on a running stack: each changed item is embedded, and only once."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from pgvector.psycopg import register_vector

from tests.conftest import Stack
from tests.waiting import until
from tests.workers.catalogue import Catalogue
from tests.workers.conftest import Start
from workers.embedding import store
from workers.embedding.client import SearchClient
from workers.embedding.core import BATCH

AWKWARD = [
    "two words",
    "1+1 = 2",
    'say "yes"',
    "it's; a & b, c",
    "100% _ * \\",
    "مرحبا بالعالم",
    "naïve 😀",
    "null",
]


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for the process; returns its status, output and errors."""
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def count(output: str) -> int:
    """The number of items that a sweep reports."""
    match = re.search(r"embedded (\d+) items", output)
    assert match, output
    return int(match[1])


@pytest.fixture
def search(stack: Stack) -> Iterator[SearchClient]:
    client = SearchClient(stack.part_url("search"), stack.service_role_key)
    yield client
    client.close()


@pytest.mark.parametrize("kind", ["movie", "tv_show", "sports", "book"])
def test_item_is_embedded_after_it_is_added(films: Catalogue, kind: str) -> None:
    item = films.add("A title", "Somebody does something somewhere.", kind)
    films.until_embedded(item)
    assert films.writes() == [1]


@pytest.mark.parametrize("text", AWKWARD)
def test_text_with_special_characters_is_embedded(films: Catalogue, text: str) -> None:
    films.until_embedded(films.add(text, text))


def test_changed_title_embeds_only_that_item_again(films: Catalogue) -> None:
    changed, other = films.add("Old title", "It happens."), films.add("Other title", "It happens, too.")
    films.until_embedded(changed, other)
    films.connection.execute("update content set title = 'New; title' where id = %s", [changed])
    until(lambda: sorted(films.writes()) == [1, 2])
    films.until_embedded(changed, other)


def test_change_of_another_column_embeds_nothing(films: Catalogue, start: Start) -> None:
    item = films.add("A title", "It happens.")
    films.until_embedded(item)
    films.connection.execute("update content set popularity = 7, title = title where id = %s", [item])
    assert finish(start("embedding"))[0] == 0
    assert films.writes() == [1]


@pytest.mark.parametrize("text", [None, "", "   "])
def test_item_without_text_is_not_embedded(films: Catalogue, start: Start, text: str | None) -> None:
    for kind in ("movie", "book"):
        films.add("A title", text, kind)
    assert finish(start("embedding"))[0] == 0
    assert films.writes() == []


def test_embedding_is_deleted_with_the_text(films: Catalogue, start: Start) -> None:
    item = films.add("A title", "It happens.")
    films.until_embedded(item)
    films.connection.execute("update content set overview = null where id = %s", [item])
    assert finish(start("embedding"))[0] == 0
    assert not films.embedded(item)


def test_item_changed_while_it_is_embedded_stays_stale(
    films: Catalogue, stack: Stack, search: SearchClient
) -> None:
    (item,) = films.add_unnoticed(1)
    model = search.model()
    with psycopg.connect(stack.database_url) as connection:
        register_vector(connection)
        store.wait_for(connection, item)
        (stale,) = store.changed(connection, model, [item])
        films.connection.execute("update content set overview = 'Meanwhile.' where id = %s", [item])
        store.save(connection, model, [(stale, [1.0] + [0.0] * 383)])
        assert [changed.text for changed in store.changed(connection, model, [item])] == [
            "Film 1. Meanwhile."
        ]
    films.until_embedded(item)


def test_item_deleted_while_it_is_embedded_is_skipped(
    films: Catalogue, stack: Stack, search: SearchClient
) -> None:
    (item,) = films.add_unnoticed(1)
    model = search.model()
    with psycopg.connect(stack.database_url) as connection:
        register_vector(connection)
        stale = store.changed(connection, model, [item])
        films.connection.execute("delete from content where id = %s", [item])
        store.save(connection, model, [(stale[0], [1.0] + [0.0] * 383)])
    assert not films.embedded(item)


def test_sweep_does_not_wait_for_a_deletion_of_items(
    films: Catalogue, stack: Stack, search: SearchClient
) -> None:
    """Waiting with locks on other items could end in a deadlock with the deletion."""
    item, other = films.add_unnoticed(2)
    model = search.model()
    with psycopg.connect(stack.database_url) as connection, psycopg.connect(stack.database_url) as deleter:
        register_vector(connection)
        stale = store.changed(connection, model, [item, other])
        deleter.execute("delete from content where id = %s", [item])
        connection.execute("set lock_timeout = '10s'")
        store.save(connection, model, [(each, [1.0] + [0.0] * 383) for each in stale])
        deleter.commit()
    assert (films.embedded(item), films.embedded(other)) == (False, True)


def test_embedding_of_another_model_is_stale(films: Catalogue, search: SearchClient) -> None:
    item = films.add("A title", "It happens.")
    films.until_embedded(item)
    assert not store.changed(films.connection, search.model(), [item])
    films.connection.execute("update item_embeddings set model = 'another' where item_id = %s", [item])
    assert store.changed(films.connection, search.model(), [item])
    assert store.count(films.connection, search.model()) > 0


def test_two_sweeps_at_once_embed_each_item_once(films: Catalogue, start: Start) -> None:
    items = films.add_unnoticed(120)
    results = [finish(process) for process in [start("embedding"), start("embedding")]]
    assert [status for status, _, _ in results] == [0, 0], results
    assert films.fresh(items) == 120
    assert films.writes() == [1] * 120


def test_sweep_after_a_killed_one_embeds_the_rest(films: Catalogue, start: Start) -> None:
    items = films.add_unnoticed(200)
    with films.halted():
        process = start("embedding")
        until(films.waits_halted)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert films.fresh(items) == 2 * BATCH
    status, out, err = finish(start("embedding"))
    assert (status, err) == (0, "")
    assert count(out) <= 200 - 2 * BATCH
    assert films.fresh(items) == 200
    assert films.writes() == [1] * 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_sweep_ends_after_its_batch(films: Catalogue, start: Start, number: signal.Signals) -> None:
    items = films.add_unnoticed(200)
    with films.halted():
        process = start("embedding")
        until(films.waits_halted)
        process.send_signal(number)
    status, out, err = finish(process)
    assert (status, err) == (128 + number, "")
    assert "run again for the rest" in out
    assert films.fresh(items) == 3 * BATCH


def test_command_reports_in_one_line_that_search_is_away(films: Catalogue, start: Start) -> None:
    films.add_unnoticed(1)
    status, out, err = finish(start("embedding", SEARCH_URL="http://127.0.0.1:1"))
    assert (status, out) == (os.EX_TEMPFAIL, "")
    assert err.startswith("The search process, which holds the model, does not answer: http://127.0.0.1:1")
    assert err.count("\n") == 1


def test_command_reports_that_database_is_away_without_password(start: Start) -> None:
    url = "postgresql://postgres:hidden@127.0.0.1:1/postgres"
    status, out, err = finish(start("embedding", DATABASE_URL=url))
    assert (status, out) == (os.EX_TEMPFAIL, "")
    assert err.startswith("The database does not answer")
    assert "hidden" not in err and "Traceback" not in err


def test_command_names_all_missing_settings_at_once(start: Start) -> None:
    status, _, err = finish(start("embedding", DATABASE_URL="", SEARCH_URL=""))
    assert status == 1
    assert "DATABASE_URL is missing, SEARCH_URL is missing" in err
