"""An account with rows in every personal table, and a search of the whole database for its ids."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.sql.people import Person, become, person, rate

COLUMNS = """
select format('%I.%I', n.nspname, c.relname), a.attname
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid
where
    c.relkind = 'r'
    and n.nspname !~ '^(pg_|information_schema)'
    and a.attnum > 0
    and not a.attisdropped
    and (c.relname ~ '^audit_log_' and a.attname in ('actor_id', 'subject_id')) is not true
"""


@dataclass(frozen=True)
class Household:
    owner: Person
    profiles: dict[UUID, UUID]
    """The rater of each profile."""

    def names(self, db: psycopg.Connection) -> list[str]:
        """Values that identify the account: e-mail address, ids of user, profiles and raters."""
        row = db.execute("select email from auth.users where id = %s", [self.owner.id]).fetchone()
        assert row
        return [row[0], str(self.owner.id), *(str(i) for pair in self.profiles.items() for i in pair)]


def household(db: psycopg.Connection, films: list[UUID], name: str = "free_viewer") -> Household:
    """A signed-in account with two profiles, old ratings, a role, a consent and an entry in every log."""
    owner = person(db, name)
    db.execute("insert into profiles (account_id, name) values (%s, 'Zoë; O''Neil & 😀')", [owner.id])
    rows = db.execute(
        "select p.id, r.id from profiles p join raters r on r.profile_id = p.id where account_id = %s",
        [owner.id],
    ).fetchall()
    for _, rater in rows:
        rate(db, rater, {film: 1 + index / 2 for index, film in enumerate(films)})
        db.execute("update ratings set updated_at = now() - interval '8 days' where rater_id = %s", [rater])
    _sign_in(db, owner)
    db.execute("insert into private.user_roles (user_id, role) values (%s, 'tutor')", [owner.id])
    become(db, owner)
    event = {"client_id": str(uuid4()), "item_id": str(films[0]), "type": "like", "metadata": {"note": "+%"}}
    db.execute("select record_interactions(%s)", [Jsonb([event])])
    db.execute("select record_consent('terms', true, '2026-11')")
    db.execute("select delete_my_account()")
    db.execute("reset role")
    return Household(owner, dict(rows))


def _sign_in(db: psycopg.Connection, owner: Person) -> None:
    """The rows that Auth stores for a user who signed in with a password and a second factor."""
    values = {"user": owner.id, "session": uuid4(), "factor": uuid4(), "token": uuid4().hex}
    for statement in (
        "update auth.users set encrypted_password = 'secret-hash', recovery_token = 'secret-' || id "
        "where id = %(user)s",
        "insert into auth.identities (provider_id, user_id, identity_data, provider) "
        "select id, id, jsonb_build_object('sub', id, 'email', email), 'email' from auth.users "
        "where id = %(user)s",
        "insert into auth.sessions (id, user_id, created_at, updated_at, user_agent, ip) "
        "values (%(session)s, %(user)s, now(), now(), 'a browser', '192.0.2.7')",
        "insert into auth.refresh_tokens (token, user_id, session_id) "
        "values ('secret-' || %(token)s, %(user)s::text, %(session)s), (%(token)s, %(user)s::text, null)",
        "insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at, secret) "
        "values (%(factor)s, %(user)s, 'totp', 'verified', now(), now(), 'secret-seed')",
        "insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to) "
        "select gen_random_uuid(), id, 'recovery_token', 'secret-' || id, email from auth.users "
        "where id = %(user)s",
        "insert into auth.audit_log_entries (id, payload, created_at) "
        "select gen_random_uuid(), json_build_object('actor_id', id, 'actor_username', email), now() "
        "from auth.users where id = %(user)s",
    ):
        db.execute(statement, values)


def traces(db: psycopg.Connection, names: list[str]) -> set[str]:
    """Columns (`schema.table.column`) whose values contain one of the names, but for ids in the audit log."""
    columns = set()
    for table, column in db.execute(COLUMNS).fetchall():
        query = sql.SQL("select exists (select from {} as t where t.{}::text ~* %s)").format(
            sql.SQL(table), sql.Identifier(column)
        )
        row = db.execute(query, ["|".join(names)]).fetchone()
        if row and row[0]:
            columns.add(f"{table}.{column}")
    return columns
