"""Items and raters for one test, and what the workers computed of them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from tests.waiting import until

DELETE_RATERS = """
with held as materialized (select id from raters where id = any(%s) order by id for update)
delete from raters where id in (select id from held)
"""
"""In the order in which a refresh of their neighbours locks them."""

COUNT_WRITES = """
create table private.test_writes (item_id uuid not null);
create function private.test_count_write() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into private.test_writes values (new.item_id);
    if (select count(*) from private.test_writes) > 32 then
        perform pg_advisory_xact_lock_shared(hashtext('test_halt'));
    end if;
    return null;
end $$;
create trigger test_count_write after insert or update on public.item_embeddings
for each row execute function private.test_count_write();
"""
STOP_COUNTING = """
drop trigger test_count_write on public.item_embeddings;
drop function private.test_count_write();
drop table private.test_writes;
"""
FRESH = """
select count(*) from private.embedding_texts as t join public.item_embeddings as e using (item_id, text_hash)
where t.item_id = any(%s)
"""
HALTED = """
select exists (select from pg_stat_activity where wait_event = 'advisory' and query ~ 'item_embeddings')
"""


@dataclass
class Catalogue:
    connection: psycopg.Connection[Any]
    items: list[UUID] = field(default_factory=list)
    raters: list[UUID] = field(default_factory=list)

    def add(self, title: str, text: str | None, kind: str = "movie") -> UUID:
        table, column = ("books", "description") if kind == "book" else ("content", "overview")
        added = self._one(
            f"insert into {table} (kind, title, {column}) values (%s, %s, %s) returning id", kind, title, text
        )
        self.items.append(added)
        return UUID(str(added))

    def add_unnoticed(self, count: int) -> list[UUID]:
        """Films that no job is queued for."""
        with self.unnoticed("content"):
            rows = self.connection.execute(
                "insert into content (title, overview) "
                "select 'Film ' || n, repeat('Plot number ' || n || '. ', 9) from generate_series(1, %s) n "
                "returning id",
                [count],
            ).fetchall()
        added = [UUID(str(row[0])) for row in rows]
        self.items += added
        return added

    def add_raters(self, count: int) -> list[UUID]:
        """Raters without a profile."""
        rows = self.connection.execute(
            "insert into raters (profile_id) select null from generate_series(1, %s) returning id", [count]
        ).fetchall()
        added = [row[0] for row in rows]
        self.raters += added
        return added

    def rate(self, rows: Iterable[tuple[UUID, UUID, float]]) -> None:
        """Insert rows of rater, item and rating; no job is queued for them."""
        with self.unnoticed("ratings"):
            self.connection.cursor().executemany(
                "insert into ratings (rater_id, item_id, rating) values (%s, %s, %s)", rows
            )

    @contextmanager
    def unnoticed(self, table: str) -> Iterator[None]:
        """Queue no job for rows inserted into the table, so that none runs during the test."""
        with self.connection.transaction():
            self.connection.execute(f"alter table {table} disable trigger enqueue_inserted")
            yield
            self.connection.execute(f"alter table {table} enable trigger enqueue_inserted")

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Let a process that embeds the 33rd item, the first of a third batch, wait for the end of this."""
        self.connection.execute("select pg_advisory_lock(hashtext('test_halt'))")
        try:
            yield
        finally:
            self.connection.execute("select pg_advisory_unlock(hashtext('test_halt'))")

    def waits_halted(self) -> bool:
        return bool(self._one(HALTED))

    def fresh(self, items: Sequence[UUID]) -> int:
        """The number of items with an embedding of their current text."""
        return int(self._one(FRESH, list(items)))

    def embedded(self, item: UUID) -> bool:
        return bool(self._one("select exists (select from item_embeddings where item_id = %s)", item))

    def until_embedded(self, *items: UUID) -> None:
        until(lambda: self.fresh(items) == len(items))

    def writes(self) -> list[int]:
        """How often each embedded item was embedded."""
        rows = self.connection.execute(
            "select count(*) from private.test_writes where item_id = any(%s) group by item_id", [self.items]
        ).fetchall()
        return [row[0] for row in rows]

    def job(self, key: str) -> str | None:
        """The status of the newest job with this queueing lock."""
        row = self.connection.execute(
            "select status::text from procrastinate.procrastinate_jobs where queueing_lock = %s "
            "order by id desc limit 1",
            [key],
        ).fetchone()
        return row[0] if row else None

    def _one(self, statement: str, *values: object) -> Any:
        row = self.connection.execute(statement, values).fetchone()
        assert row
        return row[0]


@contextmanager
def catalogue(database_url: str) -> Iterator[Catalogue]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        created = Catalogue(connection)
        connection.execute("set search_path = public, extensions, procrastinate")
        connection.execute(COUNT_WRITES)
        try:
            yield created
        finally:
            connection.execute(STOP_COUNTING)
            connection.execute(DELETE_RATERS, [created.raters])
            connection.execute("delete from content where id = any(%s)", [created.items])
            connection.execute("delete from books where id = any(%s)", [created.items])
