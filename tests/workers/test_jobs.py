"""The jobs process on a running stack: retries of stalled jobs, registered tasks, and metrics."""

import signal
from uuid import uuid4

import httpx
import psycopg

from local.ports import free_port
from tests.conftest import Stack
from tests.waiting import until
from tests.workers.catalogue import Catalogue
from tests.workers.conftest import Start, finish


def enqueue(films: Catalogue, queue: str, task: str, arguments: str = "{}") -> str:
    """Queue a job; returns its queueing lock."""
    key = f"test {uuid4()}"
    films.connection.execute("select private.enqueue(%s, %s, %s, %s)", [queue, task, arguments, key])
    return key


def leave_behind(films: Catalogue, item: str, key: str) -> None:
    """Insert a job as a killed worker leaves it."""
    films.connection.execute(
        "insert into procrastinate.procrastinate_jobs (queue_name, task_name, args, queueing_lock, status) "
        "values ('embedding', 'embed_item', jsonb_build_object('item_id', %s::text), %s, 'doing')",
        [item, key],
    )


def retry_stalled(films: Catalogue) -> None:
    key = enqueue(films, "upkeep", "retry_stalled", '{"timestamp": 0}')
    until(lambda: films.job(key) == "succeeded")


def metrics(stack: Stack) -> dict[str, float]:
    token = {"Authorization": f"Bearer {stack.environment['METRICS_TOKEN']}"}
    lines = httpx.get(f"{stack.part_url('jobs')}/metrics", headers=token).text.splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line.startswith("cinefluent_"))
    return {name: float(value) for name, value in pairs}


def test_job_of_a_dead_worker_is_done_by_another(films: Catalogue) -> None:
    (item,) = films.add_unnoticed(1)
    key = f"test {uuid4()}"
    leave_behind(films, str(item), key)
    retry_stalled(films)
    films.until_embedded(item)
    until(lambda: films.job(key) == "succeeded")


def test_stalled_job_is_aborted_if_its_queueing_lock_is_queued_again(films: Catalogue) -> None:
    """Both have the same queueing lock, and only one job with it may wait."""
    (item,) = films.add_unnoticed(1)
    key = f"test {uuid4()}"
    films.connection.execute(
        "insert into procrastinate.procrastinate_jobs (queue_name, task_name, queueing_lock, scheduled_at) "
        "values ('embedding', 'embed_item', %s, now() + interval '1 day')",
        [key],
    )
    leave_behind(films, str(item), key)
    retry_stalled(films)
    assert films.job(key) == "aborted"
    films.connection.execute("delete from procrastinate.procrastinate_jobs where queueing_lock = %s", [key])


def test_tasks_of_all_workers_are_registered(films: Catalogue) -> None:
    keys = [
        enqueue(films, "upkeep", "make_partitions", '{"timestamp": 0}'),
        enqueue(films, "upkeep", "remove_old", '{"timestamp": 0}'),
        enqueue(films, "recommend", "refresh_user_similarity", f'{{"rater_id": "{uuid4()}"}}'),
        enqueue(films, "embedding", "embed_stale"),
    ]
    for key in keys:
        until(lambda key=key: films.job(key) == "succeeded")  # type: ignore[misc]


def test_bulk_load_is_embedded_by_one_sweep(films: Catalogue) -> None:
    with films.connection.transaction():
        rows = films.connection.execute(
            "insert into content (title, overview) select 'Film ' || n, 'Plot number ' || n "
            "from generate_series(1, 60) as n returning id"
        ).fetchall()
    films.items += [row[0] for row in rows]
    films.until_embedded(*films.items)
    assert films.writes() == [1] * 60


def test_metrics_report_every_queue_and_failed_jobs(stack: Stack, films: Catalogue) -> None:
    before = metrics(stack)
    assert 'cinefluent_queue_waiting{queue="embedding"}' in before
    assert 'cinefluent_queue_lag_seconds{queue="upkeep"}' in before
    key = enqueue(films, "embedding", "no_such_task")
    until(lambda: films.job(key) == "failed")
    failed = 'cinefluent_queue_failed{queue="embedding"}'
    assert metrics(stack)[failed] == before[failed] + 1
    films.connection.execute("delete from procrastinate.procrastinate_jobs where queueing_lock = %s", [key])


def test_failure_of_a_source_is_counted(stack: Stack) -> None:
    """In a read-only transaction, as that of a GET request is."""
    name = 'cinefluent_list_failures_total{source="weights"}'
    before = metrics(stack)[name]
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("set transaction read only")
        connection.execute("select private.report_failure('weights', '42P01', 'no such relation')")
        connection.execute("select private.report_failure('unknown source', '42P01', 'no such relation')")
    until(lambda: metrics(stack)[name] == before + 1)
    assert not [name for name in metrics(stack) if "unknown source" in name]


def test_failures_are_counted_after_the_connection_was_lost(stack: Stack) -> None:
    name = 'cinefluent_list_failures_total{source="taste"}'
    before = metrics(stack)[name]
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'list_failures'"
        )

        def is_counted() -> bool:
            connection.execute("select private.report_failure('taste', '42P01', 'no such relation')")
            return metrics(stack)[name] > before

        until(is_counted)


def test_lag_is_the_wait_of_the_oldest_runnable_job(stack: Stack, films: Catalogue) -> None:
    films.connection.execute(
        "insert into procrastinate.procrastinate_jobs (queue_name, task_name, lock, status, worker_id) "
        "values ('test', 'x', 'test', 'doing', (select max(id) from procrastinate.procrastinate_workers)), "
        "('test', 'x', 'test', 'todo', null), ('test', 'x', 'test', 'todo', null)"
    )
    films.connection.execute(
        "update procrastinate.procrastinate_events as e set at = now() - interval '2 hours' "
        "from procrastinate.procrastinate_jobs as j where j.id = e.job_id and j.queue_name = 'test'"
    )
    values = metrics(stack)
    films.connection.execute("delete from procrastinate.procrastinate_jobs where queue_name = 'test'")
    assert values['cinefluent_queue_waiting{queue="test"}'] == 2
    assert values['cinefluent_queue_running{queue="test"}'] == 1
    assert 7200 <= values['cinefluent_queue_lag_seconds{queue="test"}'] < 9000


def test_second_jobs_process_starts_and_stops_cleanly(stack: Stack, start: Start) -> None:
    port = free_port()
    process = start("jobs", PORT=str(port))

    def is_healthy() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    until(is_healthy)
    process.send_signal(signal.SIGTERM)
    finish(process)


def test_job_publishes_figures_of_five_raters_and_popularity(films: Catalogue) -> None:
    few, enough = films.add_unnoticed(2)
    raters = films.add_raters(5)
    films.rate((rater, film, 4.0) for film, by in ((few, 4), (enough, 5)) for rater in raters[:by])
    key = enqueue(films, "upkeep", "publish_counts", '{"timestamp": 0}')
    until(lambda: films.job(key) == "succeeded")
    rows = films.connection.execute(
        "select item_id, rating_count from item_stats where item_id in (%s, %s)", [few, enough]
    ).fetchall()
    assert rows == [(enough, 5)]
    popular = films.connection.execute(
        "select item_id from private.search_documents where item_id in (%s, %s) and popularity > 0",
        [few, enough],
    ).fetchall()
    assert popular == [(enough,)]
