"""Kids mode: a session bound to a kids profile until the PIN is given."""

from uuid import uuid4

import psycopg
import pytest

from tests.sql.identity.kids import acting, enter, in_session, refused, sign_in
from tests.sql.people import Person, become, person


def respond(db: psycopg.Connection, call: str, values: list[str | None]) -> tuple[str, int, int | None]:
    """The status of the response, the attempts that remain, and the seconds until the next one."""
    db.execute("select set_config('response.status', '', true)")
    assert db.execute(call, values).fetchone() == ("",)
    row = db.execute(
        "select current_setting('response.status'), get_kids_mode() -> 'tries_left', "
        "get_kids_mode() -> 'retry_after'"
    ).fetchone()
    assert row
    return row[0], row[1], row[2]


def leave(db: psycopg.Connection, pin: str | None) -> tuple[str, int, int | None]:
    return respond(db, "select leave_kids_mode(%s)", [pin])


def test_leaving_kids_mode_needs_the_pin_and_locks_after_five(db: psycopg.Connection, kid: Person) -> None:
    session = enter(db, kid)
    in_session(db, kid, session)
    assert leave(db, "4711") == ("", 5, None)
    db.execute("select enter_kids_mode(%s)", [kid.profile_id])
    responses = [leave(db, pin) for pin in ("0000", "", None, "47110", "4712", "4711")]
    assert [status for status, _, _ in responses] == ["403"] * 5 + ["429"]
    assert [tries_left for _, tries_left, _ in responses] == [4, 3, 2, 1, 0, 0]
    assert [retry_after for _, _, retry_after in responses[:4]] == [None] * 4
    assert 890 < (responses[5][2] or 0) <= 900
    assert acting(db) == kid.profile_id
    db.execute("reset role")
    db.execute("update private.account_pins set failed_at = array(select f - interval '15 minutes' "
               "from unnest(failed_at) f)")  # fmt: skip
    in_session(db, kid, session)
    assert leave(db, "4711") == ("", 5, None)
    assert db.execute("select get_kids_mode() ->> 'kids_mode'").fetchone() == ("false",)


def test_changing_the_pin_needs_the_old_pin_or_a_fresh_sign_in(
    db: psycopg.Connection, viewer: Person
) -> None:
    old, fresh = sign_in(db, viewer, "11 minutes"), sign_in(db, viewer, "9 minutes")
    in_session(db, viewer, old)
    db.execute("select set_account_pin('1111')")
    change = "select set_account_pin(%s, %s)"
    assert respond(db, change, ["2222", None]) == ("403", 4, None)
    assert respond(db, change, ["2222", "3333"]) == ("403", 3, None)
    assert respond(db, change, ["2222", "1111"]) == ("", 5, None)
    in_session(db, viewer, fresh)
    assert respond(db, change, ["5555", None]) == ("", 5, None)


def test_functions_that_commit_a_refusal_return_void(db: psycopg.Connection) -> None:
    """A client could cast another result type so that only a refusal fails and is rolled back."""
    rows = db.execute(
        "select distinct p.proname, p.prorettype::regtype::text from pg_proc p "
        "where p.pronamespace = 'public'::regnamespace and p.prosrc ~ any (select 'private\\.' || c.proname "
        "from pg_proc c where c.prosrc ~ 'private\\.(set_response_status|verify_pin)') order by 1"
    ).fetchall()
    assert rows == [("leave_kids_mode", "void"), ("set_account_pin", "void")]


@pytest.mark.parametrize(
    "pin", ["4" * 5_000_000, "4711" + " " * 5_000_000, "x" * 5_000_000, "4711\n", "٤٧١١"]
)
def test_malformed_pin_is_wrong_without_being_hashed(db: psycopg.Connection, kid: Person, pin: str) -> None:
    in_session(db, kid, enter(db, kid))
    db.execute("reset role")
    db.execute(
        "create or replace function private.hash_pin(pin text, salt bytea, rounds integer) returns bytea "
        "language plpgsql as $$begin raise 'hashed'; end$$"
    )
    db.execute("set role authenticated")
    assert leave(db, pin) == ("403", 4, None)


@pytest.mark.parametrize("pin", ["123", "1234567890123", "12a4", "", " 1234", "١٢٣٤", "12\n34", None])
def test_new_pin_must_be_four_to_twelve_digits(
    db: psycopg.Connection, viewer: Person, pin: str | None
) -> None:
    become(db, viewer)
    assert refused(db, "select set_account_pin(%s)", [pin]) == "22023"


def test_entering_kids_mode_needs_pin_session_and_own_profile(
    db: psycopg.Connection, kid: Person, viewer: Person
) -> None:
    session = sign_in(db, viewer)
    enter_as = "select enter_kids_mode(%s)"
    in_session(db, viewer, session)
    assert refused(db, enter_as, [kid.profile_id]) == "PT409"
    db.execute("select set_account_pin('4711')")
    assert refused(db, enter_as, [viewer.profile_id]) == "22023"
    assert refused(db, enter_as, [None]) == "22023"
    assert refused(db, enter_as, [uuid4()]) == "42501"
    become(db, viewer)
    assert refused(db, enter_as, [kid.profile_id]) == "42501"
    other = person(db, "other_viewer")
    in_session(db, other, sign_in(db, other))
    assert refused(db, enter_as, [kid.profile_id]) == "42501"
    in_session(db, viewer, session)
    db.execute(enter_as, [kid.profile_id])
    db.execute(enter_as, [kid.profile_id])


def test_kids_session_cannot_switch_or_add_profiles(
    db: psycopg.Connection, kid: Person, viewer: Person
) -> None:
    become(db, viewer)
    row = db.execute("insert into profiles (name, is_kids) values ('Sibling', true) returning id").fetchone()
    assert row
    enter(db, kid)
    assert refused(db, "select enter_kids_mode(%s)", [row[0]]) == "kids_mode"
    assert refused(db, "insert into profiles (name) values ('Mine')") == "kids_mode"
    assert refused(db, "select set_account_pin('0000', '4711')") == "kids_mode"


@pytest.mark.parametrize(
    "change",
    ["encrypted_password = 'x'", "email = 'kid@example.com'", "email_change = 'k@example.com'"],
)
def test_password_and_email_cannot_change_during_kids_mode(
    db: psycopg.Connection, kid: Person, change: str
) -> None:
    session = enter(db, kid)
    db.execute("reset role")
    update = f"update auth.users set {change} where id = %s"
    assert refused(db, update, [kid.id]) == "PT403"
    db.execute("update auth.users set last_sign_in_at = now() where id = %s", [kid.id])
    db.execute("delete from auth.sessions where id = %s", [session])
    assert db.execute(update.encode(), [kid.id]).rowcount == 1


FACTOR = (
    "insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at, secret) "
    "values (gen_random_uuid(), %s, 'totp', '{}', now(), now(), 's')"
)


IDENTITY = (
    "insert into auth.identities (provider_id, user_id, identity_data, provider) "
    "values (gen_random_uuid(), %s, '{}', 'github')"
)


@pytest.mark.parametrize(
    "statement",
    [
        FACTOR.format("unverified"),
        IDENTITY,
        "update auth.mfa_factors set secret = 'x' where user_id = %s",
        "update auth.mfa_factors set status = 'verified' where status = 'unverified' and user_id = %s",
        "delete from auth.mfa_factors where status = 'verified' and user_id = %s",
        "update auth.identities set provider_id = 'x' where user_id = %s",
        "delete from auth.identities where user_id = %s",
    ],
)
def test_factors_and_identities_cannot_change_during_kids_mode(
    db: psycopg.Connection, kid: Person, statement: str
) -> None:
    for owned in (FACTOR.format("verified"), FACTOR.format("unverified"), IDENTITY):
        db.execute(owned.encode(), [kid.id])
    session = enter(db, kid)
    db.execute("reset role")
    assert refused(db, statement, [kid.id]) == "PT403"
    db.execute("delete from auth.sessions where id = %s", [session])
    assert db.execute(statement.encode(), [kid.id]).rowcount


@pytest.mark.parametrize(
    "statement",
    [
        "update auth.mfa_factors set last_challenged_at = now() where status = 'verified' and user_id = %s",
        "delete from auth.mfa_factors where status = 'unverified' and user_id = %s",
        "update auth.identities set last_sign_in_at = now(), identity_data = '{\"a\": 1}' where user_id = %s",
        "update auth.users set deleted_at = now() where id = %s",
        "delete from auth.users where id = %s",
    ],
)
def test_sign_ins_and_deletions_are_allowed_during_kids_mode(
    db: psycopg.Connection, kid: Person, statement: str
) -> None:
    for owned in (FACTOR.format("verified"), FACTOR.format("unverified"), IDENTITY):
        db.execute(owned.encode(), [kid.id])
    enter(db, kid)
    become(db, None, "service_role")
    db.execute("reset role")
    assert db.execute(statement.encode(), [kid.id]).rowcount == 1


def test_deleting_a_kids_profile_ends_its_sessions(
    db: psycopg.Connection, kid: Person, viewer: Person
) -> None:
    session = enter(db, kid)
    in_session(db, viewer, sign_in(db, viewer))
    db.execute("delete from profiles where id = %s", [kid.profile_id])
    in_session(db, viewer, session)
    assert db.execute("select private.session_error()").fetchone() == ("session_ended",)


@pytest.mark.parametrize("role", ["authenticated", "anon", "service_role"])
@pytest.mark.parametrize("table", ["account_pins", "kids_sessions"])
def test_clients_cannot_read_pins_or_kids_sessions(
    db: psycopg.Connection, viewer: Person, table: str, role: str
) -> None:
    become(db, viewer if role == "authenticated" else None, role)
    assert refused(db, f"select * from private.{table}") == "42501"


def test_export_has_when_the_pin_was_set_and_not_the_pin(db: psycopg.Connection, kid: Person) -> None:
    enter(db, kid)
    leave(db, "4711")
    row = db.execute("select export_my_data()").fetchone()
    assert row
    assert list(row[0]["private.account_pins"][0]) == ["set_at"]
