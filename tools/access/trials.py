"""Find out by trial which actor may select, insert, update and delete which rows of which table.

Each command runs as the REST server would run it, in a savepoint that is rolled back. A row belongs to the
signed-in person or to another one. A command that only a constraint stops counts as allowed, since other
values would have passed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from tools.access import rows
from tools.access.people import Person, person

APP_ROLES = ("student", "tutor", "editor", "reviewer", "admin")
RELATIONS = Path(__file__).with_name("relations.sql")
REFUSALS = ("42501", "55000", "0A000", "22023", "P0001", "PT")
"""First characters of the error codes of a refusal: no grant, a read-only view or table, or a trigger."""


@dataclass(frozen=True)
class Actor:
    name: str
    role: str
    app_role: str | None = None


ANON, SERVICE = Actor("anon", "anon"), Actor("service_role", "service_role")
SIGNED_IN = Actor("signed in", "authenticated")
WITH_ROLES = tuple(Actor(role, "authenticated", role) for role in APP_ROLES)
ACTORS = (ANON, SIGNED_IN, *WITH_ROLES, SERVICE)


@dataclass(frozen=True)
class Relation:
    name: str
    is_view: bool
    columns: list[str]
    written: list[str]
    """Columns that are not always generated."""

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(*self.name.split("."))


@dataclass(frozen=True)
class Access:
    """The columns of a row that an actor may use; empty if the actor cannot reach the row."""

    select: tuple[str, ...]
    insert: tuple[str, ...]
    update: tuple[str, ...]
    delete: bool


@dataclass(frozen=True)
class Rights:
    relation: Relation
    own: dict[Actor, Access]
    others: dict[Actor, Access]


def matrix(db: psycopg.Connection, only: Sequence[str] = ()) -> list[Rights]:
    """Rights on every table and view of public and private, or on those of `only`.

    Raises LookupError as rows.new.
    """
    viewer, other = person(db, "free_viewer"), person(db, "other_viewer")
    selected = (relation for relation in relations(db) if relation.name in only or not only)
    return [_rights(db, relation, viewer, other) for relation in selected]


def relations(db: psycopg.Connection) -> list[Relation]:
    with db.cursor(row_factory=class_row(Relation)) as cursor:
        return cursor.execute(RELATIONS.read_bytes()).fetchall()


def _rights(db: psycopg.Connection, relation: Relation, viewer: Person, other: Person) -> Rights:
    own, others = _sample(db, relation, viewer), _sample(db, relation, other)
    trials = {actor: _Trial(db, actor, viewer, relation) for actor in ACTORS}
    return Rights(
        relation,
        {actor: trial.access(viewer, own) for actor, trial in trials.items()},
        {actor: trial.access(other, others) for actor, trial in trials.items()},
    )


def _sample(db: psycopg.Connection, relation: Relation, who: Person) -> rows.Row:
    row = rows.new(db, relation.name, who)
    if not _count(db, relation, row):
        db.execute(_insert(relation, row), list(row.values()))
    count = _count(db, relation, row)
    assert count == 1, f"the sample row of {relation.name} in tools/access/rows.py identifies {count} rows"
    return row


@dataclass(frozen=True)
class _Trial:
    """One actor on one table; an actor that is a person acts as the viewer."""

    db: psycopg.Connection
    actor: Actor
    viewer: Person
    relation: Relation

    def access(self, owner: Person, row: rows.Row) -> Access:
        return Access(
            select=self._readable_columns if self._sees(row) else (),
            insert=self._insertable_columns if self._inserts(owner) else (),
            update=tuple(column for column in self._changed if self._updates(column, row)),
            delete=self._deletes(row),
        )

    @cached_property
    def _readable_columns(self) -> tuple[str, ...]:
        return self._granted("select {column} from {table}", self.relation.columns)

    @cached_property
    def _insertable_columns(self) -> tuple[str, ...]:
        return self._granted("insert into {table} ({column}) values (null)", self.relation.written)

    @cached_property
    def _changed(self) -> tuple[str, ...]:
        return self._granted("update {table} set {column} = null", self.relation.written)

    def _granted(self, statement: str, columns: Sequence[str]) -> tuple[str, ...]:
        """The columns that the actor may name in the statement, whether or not it reaches a row."""
        return tuple(column for column in columns if self._begins(statement, column))

    def _begins(self, statement: str, column: str = "") -> bool:
        explain = sql.SQL("explain " + statement)
        table, name = self.relation.identifier, sql.Identifier(column or "none")
        return self._does(explain.format(table=table, column=name), ()) is not None

    def _sees(self, row: rows.Row) -> bool:
        if not set(row) <= set(self._readable_columns):
            assert not self._readable_columns, (
                f"{self.actor.name} cannot distinguish rows of {self.relation.name}"
            )
            return False
        query = sql.SQL("select from {}").format(self.relation.identifier) + _where(row)
        return self._does(query, list(row.values())) == 1

    def _inserts(self, owner: Person) -> bool:
        if not self._insertable_columns:
            return False
        with self.db.transaction(force_rollback=True):
            row = rows.new(self.db, self.relation.name, owner)
            granted = {column: value for column, value in row.items() if column in self._insertable_columns}
            statement, values = _insert(self.relation, granted), list(granted.values())
            return self._alters(statement, values, row, counts_if_stopped=granted == row)

    def _updates(self, column: str, row: rows.Row) -> bool:
        statement = sql.SQL("update {} set {} = %s").format(self.relation.identifier, sql.Identifier(column))
        query = sql.SQL("select {}::text from {}").format(sql.Identifier(column), self.relation.identifier)
        stored = self.db.execute(query + _where(row), list(row.values())).fetchone()
        assert stored
        return self._reaches(statement, [stored[0]], row)

    def _deletes(self, row: rows.Row) -> bool:
        statement = sql.SQL("delete from {}").format(self.relation.identifier)
        return self._begins("delete from {table}") and self._reaches(statement, [], row)

    def _reaches(self, statement: sql.Composed, values: list[object], row: rows.Row) -> bool:
        """With a condition on the row if its columns are readable, otherwise without a condition."""
        named = [*values, *row.values()]
        if set(row) <= set(self._readable_columns) and self._alters(
            statement + _where(row), named, row, True
        ):
            return True
        return self._alters(statement, values, row, counts_if_stopped=False)

    def _alters(
        self, statement: sql.Composed, values: list[object], row: rows.Row, counts_if_stopped: bool
    ) -> bool:
        """Whether the statement changes the row, or is stopped only by a constraint."""
        before = _versions(self.db, self.relation, row)
        try:
            return (
                self._does(statement, values, lambda: _versions(self.db, self.relation, row) != before) == 1
            )
        except psycopg.IntegrityError:
            return counts_if_stopped

    def _does(
        self, statement: sql.Composed, values: Sequence[object], outcome: Callable[[], bool] | None = None
    ) -> int | None:
        """The result of `outcome`, or the number of rows reached; None if the actor is refused."""
        try:
            with self.db.transaction(force_rollback=True):
                self._begin()
                count = self.db.execute(statement, values).rowcount
                self.db.execute("reset role")
                return outcome() if outcome else count
        except psycopg.IntegrityError:
            raise
        except psycopg.Error as error:
            if (error.sqlstate or "").startswith(REFUSALS):
                return None
            raise

    def _begin(self) -> None:
        person = self.actor.role == "authenticated"
        claims = {"role": self.actor.role, "sub": str(self.viewer.id) if person else None}
        if self.actor.app_role:
            self.db.execute(
                "insert into private.user_roles (user_id, role) values (%s, %s) on conflict do nothing",
                [self.viewer.id, self.actor.app_role],
            )
        metadata = {"roles": [self.actor.app_role] if self.actor.app_role else [], "tier": "free"}
        self.db.execute(
            "select set_config('request.jwt.claims', %s, true), set_config('role', %s, true)",
            [json.dumps({**claims, "app_metadata": metadata}), self.actor.role],
        )


def _insert(relation: Relation, row: rows.Row) -> sql.Composed:
    if not row:
        return sql.SQL("insert into {} default values").format(relation.identifier)
    return sql.SQL("insert into {} ({}) values ({})").format(
        relation.identifier,
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )


def _where(row: rows.Row) -> sql.Composed:
    tests = (sql.SQL("{} = %s").format(sql.Identifier(column)) for column in row)
    return sql.SQL(" where ") + sql.SQL(" and ").join(tests)


def _count(db: psycopg.Connection, relation: Relation, row: rows.Row) -> int:
    query = sql.SQL("select from {}").format(relation.identifier)
    return db.execute(query + _where(row), list(row.values())).rowcount


def _versions(db: psycopg.Connection, relation: Relation, row: rows.Row) -> list[tuple[object, ...]]:
    """The location of a table's row, which each update changes; of a view's row its content."""
    columns = sql.SQL("v::text") if relation.is_view else sql.SQL("tableoid, ctid")
    query = sql.SQL("select {} from {} as v").format(columns, relation.identifier)
    return db.execute(query + _where(row), list(row.values())).fetchall()
