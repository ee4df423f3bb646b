"""Jobs that changed texts and ratings enqueue; a broken queue never makes a write fail."""

from uuid import UUID, uuid4

import psycopg
import pytest

from tests.sql.people import become, item, person, rate


@pytest.fixture(autouse=True)
def empty_queue(db: psycopg.Connection) -> None:
    """Delete waiting jobs of others in this transaction, so that a test sees only its own."""
    delete_waiting_jobs(db)


def delete_waiting_jobs(db: psycopg.Connection) -> None:
    db.execute("delete from procrastinate.procrastinate_jobs where status = 'todo'")


def jobs(db: psycopg.Connection, task: str) -> list[object]:
    rows = db.execute(
        "select args from procrastinate.procrastinate_jobs where task_name = %s and status = 'todo'", [task]
    ).fetchall()
    return [row[0] for row in rows]


def store_embedding(db: psycopg.Connection, id: UUID) -> None:
    """Delete waiting jobs and store an embedding, like the embedding worker."""
    delete_waiting_jobs(db)
    db.execute(
        "insert into item_embeddings (item_id, kind, model, text_hash, embedding) "
        "select item_id, kind, 'test', text_hash, %s from private.embedding_text(%s)",
        [str([1.0] * 384), id],
    )


@pytest.mark.parametrize(("kind", "column"), [("movie", "overview"), ("book", "description")])
def test_changed_text_enqueues_one_embedding_job(db: psycopg.Connection, kind: str, column: str) -> None:
    id = item(db, "A title", kind, "Somebody does something somewhere.")
    assert {"item_id": str(id)} in jobs(db, "embed_item")
    store_embedding(db, id)
    table = "books" if kind == "book" else "content"
    for text in ("Another text.", "Yet another text."):
        db.execute(f"update {table} set {column} = %s where id = %s", [text, id])
    assert jobs(db, "embed_item") == [{"item_id": str(id)}]


def test_change_of_other_columns_enqueues_no_embedding_job(db: psycopg.Connection) -> None:
    id = item(db, "A title", overview="Somebody does something somewhere.")
    store_embedding(db, id)
    db.execute("update content set popularity = 9, release_year = 1999 where id = %s", [id])
    assert jobs(db, "embed_item") == []


@pytest.mark.parametrize("overview", [None, "", "   "])
def test_film_without_an_overview_enqueues_no_embedding_job(
    db: psycopg.Connection, overview: str | None
) -> None:
    item(db, "A title", overview=overview)
    assert jobs(db, "embed_item") == []


def test_removed_text_enqueues_an_embedding_job(db: psycopg.Connection) -> None:
    id = item(db, "A title", overview="Somebody does something somewhere.")
    store_embedding(db, id)
    db.execute("update content set overview = null where id = %s", [id])
    assert jobs(db, "embed_item") == [{"item_id": str(id)}]


def test_bulk_load_enqueues_one_job_for_all_items(db: psycopg.Connection) -> None:
    db.execute(
        "insert into content (title, overview) select 'Film ' || n, 'Told.' from generate_series(1, 51) n"
    )
    assert jobs(db, "embed_item") == []
    assert jobs(db, "embed_stale") == [{}]


def test_write_succeeds_when_the_queue_is_broken(db: psycopg.Connection) -> None:
    db.execute("alter table procrastinate.procrastinate_jobs rename to mislaid")
    id = item(db, "A title", overview="Somebody does something somewhere.")
    rate(db, person(db).rater_id, {id: 4})
    assert db.execute("select count(*) from ratings where item_id = %s", [id]).fetchone() == (1,)


def test_ratings_enqueue_one_similarity_job_per_rater(db: psycopg.Connection) -> None:
    viewer = person(db)
    films = [item(db, f"Film {number}") for number in range(3)]
    become(db, viewer)
    for film in films:
        db.execute("insert into ratings (item_id, rating) values (%s, 4)", [film])
    db.execute("reset role")
    assert jobs(db, "refresh_user_similarity") == [{"rater_id": str(viewer.rater_id)}]


def test_viewer_cannot_enqueue_jobs(db: psycopg.Connection) -> None:
    become(db, person(db))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select private.enqueue('embedding', 'embed_item', '{}', %s)", [str(uuid4())])


def test_stale_embeddings_are_returned_in_pages(db: psycopg.Connection) -> None:
    films = sorted(item(db, f"Film {number}", overview="Told.") for number in range(5))
    first = db.execute("select item_id from private.stale_embeddings('m', null, 3)").fetchall()
    after = db.execute("select item_id from private.stale_embeddings('m', %s, 3)", first[-1]).fetchall()
    assert [row[0] for row in first + after] == films


def test_embedding_of_another_model_is_stale(db: psycopg.Connection) -> None:
    id = item(db, "A title", overview="Told.")
    store_embedding(db, id)
    assert db.execute("select count(*) from private.stale_embeddings('test', null, 9)").fetchone() == (0,)
    assert db.execute("select count(*) from private.stale_embeddings('other', null, 9)").fetchone() == (1,)


def test_making_partitions_twice_adds_none(db: psycopg.Connection) -> None:
    query = "select count(*) from pg_inherits where inhparent = 'public.interactions'::regclass"
    before = db.execute(query).fetchone()
    db.execute("select private.make_partitions()")
    assert db.execute(query).fetchone() == before
    assert before and before[0] >= 6


def enqueue(
    db: psycopg.Connection, args: str = "{}", key: str | None = None, lock: str | None = None
) -> None:
    db.execute(
        "insert into procrastinate.procrastinate_jobs (queue_name, task_name, args, queueing_lock, lock) "
        "values ('recommend', 'a job', %s, %s, %s)",
        [args, key, lock],
    )


def are_deleted(db: psycopg.Connection, *ids: UUID) -> bool:
    db.execute("select private.delete_jobs_naming(%s)", [list(ids)])
    return not jobs(db, "a job")


@pytest.mark.parametrize("where", ["args", "key", "lock", "nested", "capitals"])
def test_jobs_that_name_an_id_are_deleted(db: psycopg.Connection, where: str) -> None:
    named, other = uuid4(), uuid4()
    if where == "args":
        enqueue(db, f'{{"rater_id": "{named}"}}')
    elif where == "nested":
        enqueue(db, f'{{"a": [{{"b": "x {other} {named}; +%\'😀"}}]}}')
    elif where == "capitals":
        enqueue(db, f'{{"rater_id": "{str(named).upper()}"}}')
    else:
        enqueue(db, **{where: f"refresh_user_similarity:{named}"})
    assert not are_deleted(db, uuid4(), uuid4())
    assert are_deleted(db, uuid4(), named)


def test_running_job_is_reported_and_not_deleted(db: psycopg.Connection) -> None:
    named = uuid4()
    enqueue(db, f'{{"rater_id": "{named}"}}')
    assert db.execute("select private.has_running_job(%s)", [[named]]).fetchone() == (False,)
    with db.transaction():
        db.execute("set local search_path = procrastinate")
        db.execute("update procrastinate_jobs set status = 'doing' where task_name = 'a job'")
    db.execute("select private.delete_jobs_naming(%s)", [[named]])
    assert db.execute("select private.has_running_job(%s)", [[named]]).fetchone() == (True,)
    assert db.execute("select private.has_running_job(%s)", [[uuid4()]]).fetchone() == (False,)


def test_jobs_of_an_id_are_found_by_an_index(db: psycopg.Connection) -> None:
    db.execute("set local enable_seqscan = off")
    plan = db.execute(
        "explain select from procrastinate.procrastinate_jobs as j "
        "where j.status <> 'doing' "
        "and private.ids_of_job(j.args, j.lock, j.queueing_lock) && array[%s]::uuid[]",
        [uuid4()],
    ).fetchall()
    assert "procrastinate_jobs_ids" in str(plan)


def test_erasure_deletes_jobs_of_all_profiles_in_one_call(db: psycopg.Connection) -> None:
    viewer = person(db)
    film = item(db, "A film")
    db.execute(
        "insert into profiles (account_id, name) select %s, n::text from generate_series(1, 4) as n",
        [viewer.id],
    )
    db.execute(
        "insert into ratings (rater_id, item_id, rating) select r.id, %s, 4 from raters r "
        "join profiles p on p.id = r.profile_id where p.account_id = %s",
        [film, viewer.id],
    )
    db.execute("update ratings set updated_at = now() - interval '8 days' where item_id = %s", [film])
    db.execute("create table private.test_calls (ids uuid[])")
    db.execute(
        "create or replace function private.delete_jobs_naming(ids uuid[]) returns void language sql as "
        "$$ insert into private.test_calls values (ids) $$"
    )
    db.execute(
        "insert into account_deletions (account_id, requested_at, due_at) values (%s, now(), now())",
        [viewer.id],
    )
    assert db.execute("select private.erase_account(%s)", [viewer.id]).fetchone() == (True,)
    # The account, five profiles and five raters.
    assert db.execute("select cardinality(ids) from private.test_calls").fetchall() == [(11,)]


def test_deleted_profile_leaves_no_job(db: psycopg.Connection) -> None:
    viewer = person(db)
    rate(db, viewer.rater_id, {item(db, "A film"): 4})
    assert {"rater_id": str(viewer.rater_id)} in jobs(db, "refresh_user_similarity")
    become(db, viewer)
    db.execute("insert into profiles (account_id, name) values (%s, 'Second')", [viewer.id])
    db.execute("delete from profiles where id = %s", [viewer.profile_id])
    db.execute("reset role")
    assert jobs(db, "refresh_user_similarity") == []
