"""What changed texts and ratings put into the queue, which never stands in a client's way."""

from uuid import UUID, uuid4

import psycopg
import pytest

from tests.sql.people import become, item, person, rate


@pytest.fixture(autouse=True)
def empty_queue(db: psycopg.Connection) -> None:
    """Jobs that tests before put in may still wait."""
    forget_jobs(db)


def forget_jobs(db: psycopg.Connection) -> None:
    db.execute("delete from procrastinate.procrastinate_jobs where status = 'todo'")


def jobs(db: psycopg.Connection, task: str) -> list[object]:
    rows = db.execute(
        "select args from procrastinate.procrastinate_jobs where task_name = %s and status = 'todo'", [task]
    ).fetchall()
    return [row[0] for row in rows]


def embedded(db: psycopg.Connection, id: UUID) -> None:
    """As the embedding worker leaves it."""
    forget_jobs(db)
    db.execute(
        "insert into item_embeddings (item_id, kind, model, text_hash, embedding) "
        "select item_id, kind, 'test', text_hash, %s from private.embedding_text(%s)",
        [str([1.0] * 384), id],
    )


@pytest.mark.parametrize(("kind", "column"), [("movie", "overview"), ("book", "description")])
def test_a_changed_text_is_put_in_once(db: psycopg.Connection, kind: str, column: str) -> None:
    id = item(db, "A title", kind, "Somebody does something somewhere.")
    assert {"item_id": str(id)} in jobs(db, "embed_item")
    embedded(db, id)
    table = "books" if kind == "book" else "content"
    for text in ("Another text.", "Yet another text."):
        db.execute(f"update {table} set {column} = %s where id = %s", [text, id])
    assert jobs(db, "embed_item") == [{"item_id": str(id)}]


def test_a_change_of_anything_else_is_not_put_in(db: psycopg.Connection) -> None:
    id = item(db, "A title", overview="Somebody does something somewhere.")
    embedded(db, id)
    db.execute("update content set popularity = 9, release_year = 1999 where id = %s", [id])
    assert jobs(db, "embed_item") == []


def test_a_film_without_an_overview_is_not_put_in(db: psycopg.Connection) -> None:
    for overview in (None, "", "   "):
        item(db, "A title", overview=overview)
    assert jobs(db, "embed_item") == []


def test_a_text_taken_away_is_put_in(db: psycopg.Connection) -> None:
    id = item(db, "A title", overview="Somebody does something somewhere.")
    embedded(db, id)
    db.execute("update content set overview = null where id = %s", [id])
    assert jobs(db, "embed_item") == [{"item_id": str(id)}]


def test_a_bulk_load_is_one_sweep(db: psycopg.Connection) -> None:
    db.execute(
        "insert into content (title, overview) select 'Film ' || n, 'Told.' from generate_series(1, 51) n"
    )
    assert jobs(db, "embed_item") == []
    assert jobs(db, "embed_stale") == [{}]


def test_a_broken_queue_does_not_make_the_write_fail(db: psycopg.Connection) -> None:
    db.execute("alter table procrastinate.procrastinate_jobs rename to mislaid")
    id = item(db, "A title", overview="Somebody does something somewhere.")
    rate(db, person(db).rater_id, {id: 4})
    assert db.execute("select count(*) from ratings where item_id = %s", [id]).fetchone() == (1,)


def test_a_rating_puts_its_rater_in_once(db: psycopg.Connection) -> None:
    viewer = person(db)
    films = [item(db, f"Film {number}") for number in range(3)]
    become(db, viewer)
    for film in films:
        db.execute("insert into ratings (item_id, rating) values (%s, 4)", [film])
    db.execute("reset role")
    assert jobs(db, "refresh_user_similarity") == [{"rater_id": str(viewer.rater_id)}]


def test_clients_may_not_touch_the_queue(db: psycopg.Connection) -> None:
    become(db, person(db))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select private.enqueue('embedding', 'embed_item', '{}', %s)", [str(uuid4())])


def test_stale_embeddings_come_in_pages(db: psycopg.Connection) -> None:
    made = sorted(item(db, f"Film {number}", overview="Told.") for number in range(5))
    first = db.execute("select item_id from private.stale_embeddings('m', null, 3)").fetchall()
    after = db.execute("select item_id from private.stale_embeddings('m', %s, 3)", first[-1]).fetchall()
    assert [row[0] for row in first + after] == made


def test_an_embedding_by_another_model_is_stale(db: psycopg.Connection) -> None:
    id = item(db, "A title", overview="Told.")
    embedded(db, id)
    assert db.execute("select count(*) from private.stale_embeddings('test', null, 9)").fetchone() == (0,)
    assert db.execute("select count(*) from private.stale_embeddings('other', null, 9)").fetchone() == (1,)


def test_making_partitions_again_does_nothing(db: psycopg.Connection) -> None:
    query = "select count(*) from pg_inherits where inhparent = 'public.interactions'::regclass"
    before = db.execute(query).fetchone()
    db.execute("select private.make_partitions()")
    assert db.execute(query).fetchone() == before
    assert before and before[0] >= 6
