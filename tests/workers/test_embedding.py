"""The embedding worker on a running stack: what changed is embedded, once, whatever happens meanwhile."""

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
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def count(output: str) -> int:
    found = re.search(r"embedded (\d+) items", output)
    assert found, output
    return int(found[1])


@pytest.fixture
def search(stack: Stack) -> Iterator[SearchClient]:
    client = SearchClient(stack.part_url("search"), stack.service_role_key)
    yield client
    client.close()


@pytest.mark.parametrize("kind", ["movie", "tv_show", "sports", "book"])
def test_an_item_is_embedded_soon_after_it_is_added(films: Catalogue, kind: str) -> None:
    item = films.add("A title", "Somebody does something somewhere.", kind)
    films.until_embedded(item)
    assert films.writes() == [1]


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_are_embedded(films: Catalogue, text: str) -> None:
    films.until_embedded(films.add(text, text))


def test_a_changed_title_embeds_that_item_alone_anew(films: Catalogue) -> None:
    changed, other = films.add("Old title", "It happens."), films.add("Other title", "It happens, too.")
    films.until_embedded(changed, other)
    films.connection.execute("update content set title = 'New; title' where id = %s", [changed])
    until(lambda: sorted(films.writes()) == [1, 2])
    films.until_embedded(changed, other)


def test_a_change_of_anything_else_embeds_nothing(films: Catalogue, start: Start) -> None:
    item = films.add("A title", "It happens.")
    films.until_embedded(item)
    films.connection.execute("update content set popularity = 7, title = title where id = %s", [item])
    assert finish(start("embedding"))[0] == 0
    assert films.writes() == [1]


@pytest.mark.parametrize("text", [None, "", "   "])
def test_an_item_without_a_text_is_never_embedded(films: Catalogue, start: Start, text: str | None) -> None:
    for kind in ("movie", "book"):
        films.add("A title", text, kind)
    assert finish(start("embedding"))[0] == 0
    assert films.writes() == []


def test_an_item_that_lost_its_text_loses_its_embedding(films: Catalogue, start: Start) -> None:
    item = films.add("A title", "It happens.")
    films.until_embedded(item)
    films.connection.execute("update content set overview = null where id = %s", [item])
    assert finish(start("embedding"))[0] == 0
    assert not films.embedded(item)


def test_a_text_that_changes_while_it_is_embedded_stays_to_be_done(
    films: Catalogue, stack: Stack, search: SearchClient
) -> None:
    (item,) = films.add_unnoticed(1)
    model = search.model()
    with psycopg.connect(stack.database_url) as connection:
        register_vector(connection)
        store.wait_for(connection, item)
        (read,) = store.changed(connection, model, [item])
        films.connection.execute("update content set overview = 'Meanwhile.' where id = %s", [item])
        store.save(connection, model, [(read, [1.0] + [0.0] * 383)])
        assert [found.text for found in store.changed(connection, model, [item])] == ["Film 1. Meanwhile."]
    films.until_embedded(item)


def test_an_item_deleted_while_it_is_embedded_is_no_error(
    films: Catalogue, stack: Stack, search: SearchClient
) -> None:
    (item,) = films.add_unnoticed(1)
    model = search.model()
    with psycopg.connect(stack.database_url) as connection:
        register_vector(connection)
        read = store.changed(connection, model, [item])
        films.connection.execute("delete from content where id = %s", [item])
        store.save(connection, model, [(read[0], [1.0] + [0.0] * 383)])
    assert not films.embedded(item)


def test_an_item_that_is_being_deleted_keeps_nobody_waiting(
    films: Catalogue, stack: Stack, search: SearchClient
) -> None:
    """Who embeds holds other items that the deleter comes to: one of the two would have to fail."""
    item, other = films.add_unnoticed(2)
    model = search.model()
    with psycopg.connect(stack.database_url) as connection, psycopg.connect(stack.database_url) as deleter:
        register_vector(connection)
        read = store.changed(connection, model, [item, other])
        deleter.execute("delete from content where id = %s", [item])
        connection.execute("set lock_timeout = '10s'")
        store.save(connection, model, [(found, [1.0] + [0.0] * 383) for found in read])
        deleter.commit()
    assert (films.embedded(item), films.embedded(other)) == (False, True)


def test_vectors_of_other_weights_are_made_anew(films: Catalogue, search: SearchClient) -> None:
    item = films.add("A title", "It happens.")
    films.until_embedded(item)
    assert not store.changed(films.connection, search.model(), [item])
    films.connection.execute("update item_embeddings set model = 'another' where item_id = %s", [item])
    assert store.changed(films.connection, search.model(), [item])
    assert store.count(films.connection, search.model()) > 0


def test_two_sweeps_at_once_embed_each_item_once(films: Catalogue, start: Start) -> None:
    items = films.add_unnoticed(120)
    answers = [finish(process) for process in [start("embedding"), start("embedding")]]
    assert [status for status, _, _ in answers] == [0, 0], answers
    assert films.fresh(items) == 120
    assert films.writes() == [1] * 120


def test_a_killed_sweep_leaves_what_it_did_and_the_next_one_does_the_rest(
    films: Catalogue, start: Start
) -> None:
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
def test_a_stopped_sweep_ends_after_its_batch(films: Catalogue, start: Start, number: signal.Signals) -> None:
    items = films.add_unnoticed(200)
    with films.halted():
        process = start("embedding")
        until(films.waits_halted)
        process.send_signal(number)
    status, out, err = finish(process)
    assert (status, err) == (128 + number, "")
    assert "run again for the rest" in out
    assert films.fresh(items) == 3 * BATCH


def test_no_search_process_is_one_clear_line(films: Catalogue, start: Start) -> None:
    films.add_unnoticed(1)
    status, out, err = finish(start("embedding", SEARCH_URL="http://127.0.0.1:1"))
    assert (status, out) == (os.EX_TEMPFAIL, "")
    assert err.startswith("The search process, which holds the model, does not answer: http://127.0.0.1:1")
    assert err.count("\n") == 1


def test_no_database_is_clear_and_shows_no_password(start: Start) -> None:
    url = "postgresql://postgres:hidden@127.0.0.1:1/postgres"
    status, out, err = finish(start("embedding", DATABASE_URL=url))
    assert (status, out) == (os.EX_TEMPFAIL, "")
    assert err.startswith("The database does not answer")
    assert "hidden" not in err and "Traceback" not in err


def test_missing_settings_are_named_together(start: Start) -> None:
    status, _, err = finish(start("embedding", DATABASE_URL="", SEARCH_URL=""))
    assert status == 1
    assert "DATABASE_URL is missing, SEARCH_URL is missing" in err
