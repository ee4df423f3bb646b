"""Account deletion: requested, cancelled, and carried out so that no row leads to the person."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.sql.people import Person, become, item, person
from tests.sql.privacy.household import Household, household, traces
from tests.sql.recommend.publishing import publish
from workers.privacy import store
from workers.privacy.files import Files, StorageAwayError, StorageRefusedError

STATS = "select * from item_stats join private.item_counts using (item_id) order by item_id"
TRENDS = "select item_id, country, trend from item_trends order by 1, 2"


@pytest.fixture
def films(db: psycopg.Connection) -> list[UUID]:
    return [item(db, f"Film {number}") for number in range(4)]


@pytest.fixture
def home(db: psycopg.Connection, films: list[UUID]) -> Household:
    return household(db, films)


def ask(db: psycopg.Connection, who: Person) -> datetime:
    become(db, who)
    row = db.execute("select delete_my_account()").fetchone()
    db.execute("reset role")
    assert row and isinstance(row[0], datetime)
    return row[0]


def take_back(db: psycopg.Connection, who: Person) -> bool:
    become(db, who)
    row = db.execute("select cancel_account_deletion()").fetchone()
    db.execute("reset role")
    assert row
    return bool(row[0])


def make_due(db: psycopg.Connection, who: Person) -> None:
    db.execute(
        "update account_deletions set requested_at = now() - interval '31 days', due_at = now() "
        "where account_id = %s",
        [who.id],
    )


def erase(db: psycopg.Connection, who: Person) -> bool:
    row = db.execute("select private.erase_account(%s)", [who.id]).fetchone()
    assert row
    return bool(row[0])


def exists(db: psycopg.Connection, who: Person) -> bool:
    return bool(db.execute("select from auth.users where id = %s", [who.id]).rowcount)


def test_deletion_is_due_after_the_configured_grace_period(db: psycopg.Connection) -> None:
    first, second = person(db), person(db, "other_viewer")
    assert timedelta(days=30) == ask(db, first) - _now(db)
    db.execute("update private.periods set length = interval '3 days' where name = 'deletion_grace'")
    assert timedelta(days=3) == ask(db, second) - _now(db)


def _now(db: psycopg.Connection) -> datetime:
    row = db.execute("select now()").fetchone()
    assert row and isinstance(row[0], datetime)
    return row[0]


def test_repeated_deletion_request_keeps_the_first_date(db: psycopg.Connection) -> None:
    viewer = person(db)
    ask(db, viewer)
    make_due(db, viewer)
    assert ask(db, viewer) == _now(db)


def test_requested_deletion_can_be_cancelled_once(db: psycopg.Connection) -> None:
    viewer = person(db)
    ask(db, viewer)
    assert take_back(db, viewer)
    assert not take_back(db, viewer)
    assert not erase(db, viewer)
    assert exists(db, viewer)


def test_due_deletion_cannot_be_cancelled(db: psycopg.Connection) -> None:
    viewer = person(db)
    ask(db, viewer)
    make_due(db, viewer)
    assert not take_back(db, viewer)
    assert erase(db, viewer)


def test_only_the_owner_reads_the_deletion_date(db: psycopg.Connection) -> None:
    viewer = person(db)
    due = ask(db, viewer)
    become(db, viewer)
    assert db.execute("select due_at from account_deletions").fetchall() == [(due,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
        db.execute("update account_deletions set due_at = now() + interval '9 years'")
    become(db, person(db, "other_viewer"))
    assert db.execute("select due_at from account_deletions").fetchall() == []
    become(db, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select due_at from account_deletions")


@pytest.mark.parametrize("function", ["delete_my_account", "cancel_account_deletion"])
def test_caller_without_an_account_cannot_request_deletion(db: psycopg.Connection, function: str) -> None:
    for who, role in ((None, "anon"), (None, "service_role"), (Person(uuid4(), uuid4(), uuid4()), None)):
        become(db, who, role)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
            db.execute(f"select {function}()")


def test_account_status_is_deleting_until_cancelled(db: psycopg.Connection) -> None:
    viewer, suspended = person(db), person(db, "suspended")
    status = "select status from accounts where id = %s"
    ask(db, viewer)
    assert db.execute(status, [viewer.id]).fetchone() == ("deleting",)
    take_back(db, viewer)
    assert db.execute(status, [viewer.id]).fetchone() == ("active",)
    ask(db, suspended)
    db.execute("update accounts set status = 'suspended' where id = %s", [suspended.id])
    become(db, None, "service_role")
    db.execute("select restore_account(%s)", [suspended.id])
    db.execute("reset role")
    assert db.execute(status, [suspended.id]).fetchone() == ("deleting",)


def test_deletion_steps_are_logged_with_ids_only(db: psycopg.Connection) -> None:
    viewer = person(db)
    ask(db, viewer)
    ask(db, viewer)
    take_back(db, viewer)
    ask(db, viewer)
    make_due(db, viewer)
    assert erase(db, viewer)
    rows = db.execute(
        "select action, subject_id, before, after from private.audit_log "
        "where subject_id = %s and action ~ '^account' order by id",
        [str(viewer.id)],
    ).fetchall()
    assert [row[0].removeprefix("account.") for row in rows] == [
        "deletion_requested",
        "deletion_cancelled",
        "deletion_requested",
        "erased",
    ]
    assert {row[1:] for row in rows} == {(str(viewer.id), None, None)}


def test_client_cannot_erase_an_account(db: psycopg.Connection, home: Household) -> None:
    make_due(db, home.owner)
    for who, role in ((home.owner, None), (None, "anon"), (None, "service_role")):
        become(db, who, role)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
            db.execute("select private.erase_account(%s)", [home.owner.id])


def test_account_that_is_not_due_is_not_erased(db: psycopg.Connection, home: Household) -> None:
    assert not erase(db, home.owner)
    assert not erase(db, person(db, "other_viewer"))
    assert exists(db, home.owner)


def test_erasure_leaves_no_trace_of_the_account(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    other = household(db, films, "other_viewer")
    db.execute(
        "insert into user_similarities (rater_id, neighbour_id, co_ratings) "
        "values (%(a)s, %(b)s, 3), (%(b)s, %(a)s, 3)",
        {"a": home.owner.rater_id, "b": other.owner.rater_id},
    )
    names, others = home.names(db), other.names(db)
    before, kept = traces(db, names), traces(db, others)
    assert {"public.user_similarities.neighbour_id", "procrastinate.procrastinate_jobs.args"} <= before
    assert {"auth.audit_log_entries.payload", "auth.refresh_tokens.user_id"} <= before
    make_due(db, home.owner)
    assert erase(db, home.owner)
    assert traces(db, names) == set()
    assert traces(db, others) == kept
    assert not erase(db, home.owner)


def test_ratings_of_an_erased_account_still_count(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    publish(db)
    stats, trends = db.execute(STATS).fetchall(), db.execute(TRENDS).fetchall()
    query = "select item_id, rating from ratings order by 1, 2"
    ratings = db.execute(query).fetchall()
    make_due(db, home.owner)
    assert erase(db, home.owner)
    assert db.execute(STATS).fetchall() == stats != []
    assert db.execute(TRENDS).fetchall() == trends != []
    assert db.execute(query).fetchall() == ratings
    rows = db.execute("select rating_count, rating_sum from raters where id = any(%s)", [unnamed(db, films)])
    assert rows.fetchall() == [(4, 7), (4, 7)]


def unnamed(db: psycopg.Connection, films: list[UUID]) -> list[UUID]:
    """Raters of the films that have no profile any more."""
    rows = db.execute(
        "select distinct a.id from raters a join ratings r on r.rater_id = a.id "
        "where a.profile_id is null and r.item_id = any(%s)",
        [films],
    ).fetchall()
    return [row[0] for row in rows]


def test_erasure_rounds_times_of_ratings_to_months(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    db.execute(
        "update ratings set created_at = '2026-03-31T23:59:59.123456Z', "
        "updated_at = '2026-04-30T23:59:59.9Z' where item_id = any(%s)",
        [films],
    )
    make_due(db, home.owner)
    assert erase(db, home.owner)
    times = db.execute(
        "select distinct created_at, updated_at from ratings where item_id = any(%s)", [films]
    ).fetchall()
    assert times == [(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))]


def test_erasure_keeps_computed_similarities(db: psycopg.Connection, home: Household) -> None:
    other = person(db, "other_viewer")
    for rater in home.profiles.values():
        for pair in ((rater, other.rater_id), (other.rater_id, rater)):
            db.execute(
                "insert into user_similarities (rater_id, neighbour_id, similarity, co_ratings, weight) "
                "values (%s, %s, 0.5, 4, 0.25)",
                pair,
            )
    make_due(db, home.owner)
    assert erase(db, home.owner)
    stored = (
        "select s.rater_id = %(other)s, s.neighbour_id = %(other)s, s.similarity, s.co_ratings, s.weight, "
        "coalesce(r.profile_id, n.profile_id) = %(profile)s "
        "from user_similarities s join raters r on r.id = s.rater_id join raters n on n.id = s.neighbour_id "
        "order by 1"
    )
    rows = db.execute(stored, {"other": other.rater_id, "profile": other.profile_id}).fetchall()
    assert rows == [(False, True, 0.5, 4, 0.25, True)] * 2 + [(True, False, 0.5, 4, 0.25, True)] * 2


def test_erasure_enqueues_no_job_with_the_new_pseudonym(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    make_due(db, home.owner)
    assert erase(db, home.owner)
    assert traces(db, [str(rater) for rater in unnamed(db, films)]) == {
        "public.raters.id",
        "public.ratings.rater_id",
    }


def test_failed_erasure_is_rolled_back(db: psycopg.Connection, home: Household) -> None:
    make_due(db, home.owner)
    names = home.names(db)
    before = traces(db, names)
    with pytest.raises(psycopg.errors.RaiseException), db.transaction():
        db.execute("create function pg_temp.fail() returns trigger language plpgsql as "
                   "$$ begin raise 'the lights went out'; end $$")  # fmt: skip
        db.execute("create trigger fail after delete on auth.users "
                   "for each row execute function pg_temp.fail()")  # fmt: skip
        erase(db, home.owner)
    assert traces(db, names) == before
    assert erase(db, home.owner)
    assert traces(db, names) == set()


def test_account_with_a_running_job_is_not_erased(db: psycopg.Connection, home: Household) -> None:
    make_due(db, home.owner)
    with db.transaction():
        db.execute("set local search_path = procrastinate")
        db.execute(
            "update procrastinate_jobs set status = 'doing' where args::text like %s",
            [f"%{home.owner.rater_id}%"],
        )
        db.execute("set local search_path = public, extensions")
    with pytest.raises(psycopg.errors.ObjectInUse, match="a job runs"), db.transaction():
        erase(db, home.owner)
    assert exists(db, home.owner)


def test_erasure_deletes_rows_of_unlisted_tables(db: psycopg.Connection, home: Household) -> None:
    """Its foreign key does not cascade, and the data inventory does not list it."""
    other = person(db, "other_viewer")
    db.execute("create table private.diary (profile_id uuid references public.profiles, text text)")
    db.execute("create table private.pages (id int primary key, account_id uuid references auth.users)")
    db.execute("create table private.lines (page int references private.pages on delete set null, text text)")
    db.execute(
        "insert into private.diary values (%s, 'mine'), (%s, 'theirs')",
        [home.owner.profile_id, other.profile_id],
    )
    db.execute("insert into private.pages values (1, %s), (2, %s)", [home.owner.id, other.id])
    db.execute("insert into private.lines values (1, 'mine'), (2, 'theirs')")
    make_due(db, home.owner)
    assert erase(db, home.owner)
    for table in ("diary", "lines"):
        assert db.execute(f"select text from private.{table}").fetchall() == [("theirs",)]


def test_user_deleted_through_auth_leaves_no_trace(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    names = home.names(db)
    db.execute("delete from auth.users where id = %s", [home.owner.id])
    assert traces(db, names) == set()
    row = db.execute("select count(*) from ratings where item_id = any(%s)", [films]).fetchone()
    assert row == (8,)


def test_deleted_profile_leaves_pseudonymous_ratings(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    profile = next(id for id in home.profiles if id != home.owner.profile_id)
    db.execute("delete from profiles where id = %s", [profile])
    assert traces(db, [str(profile), str(home.profiles[profile])]) == set()
    (rater,) = unnamed(db, films)
    counts = "select profile_id, rating_count from raters where id = any(%s) order by 1"
    assert db.execute(counts, [[home.owner.rater_id, rater]]).fetchall() == [
        (home.owner.profile_id, 4),
        (None, 4),
    ]


def test_deleted_profile_without_ratings_leaves_no_rater(db: psycopg.Connection) -> None:
    before = db.execute("select count(*) from raters").fetchone()
    viewer = person(db)
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select count(*) from raters").fetchone() == before


def test_account_with_files_is_not_erased_before_its_files(db: psycopg.Connection) -> None:
    viewer = person(db)
    ask(db, viewer)
    make_due(db, viewer)
    db.execute(
        "insert into storage.objects (bucket_id, name, owner_id) values ('avatars', 'a.png', %s)", [viewer.id]
    )
    become(db, viewer)
    row = db.execute("select export_my_data() #> '{storage.objects,0}' ->> 'name'").fetchone()
    assert row == ("a.png",)
    db.execute("reset role")
    with pytest.raises(psycopg.errors.ObjectInUse, match="has files"), db.transaction():
        erase(db, viewer)
    assert exists(db, viewer)
    db.execute("set local storage.allow_delete_query = 'true'")
    db.execute("delete from storage.objects where owner_id = %s", [str(viewer.id)])
    assert erase(db, viewer)


FILES = """
    select bucket_id, split_part(name, '/', 2), owner_id from storage.objects
    where split_part(name, '/', 2) in ('me + 😀.png', 'a;b.flac', 'c.png', 'other.png') order by 1, 2
"""


def files_of(db: psycopg.Connection, who: Person) -> None:
    """Add two files of a user, artwork uploaded by that user, and a file of another user."""
    db.execute("delete from private.files_to_remove")
    for bucket, folder, name in (
        ("avatars", who.id, "me + 😀.png"),
        ("speech", who.id, "a;b.flac"),
        ("artwork", "films", "c.png"),
        ("avatars", uuid4(), "other.png"),
    ):
        owner = str(folder) if name == "other.png" else str(who.id)
        db.execute(
            "insert into storage.objects (bucket_id, name, owner_id, owner, version) "
            "values (%(bucket)s, %(name)s, %(owner)s, %(owner)s::text::uuid, gen_random_uuid()::text)",
            {"bucket": bucket, "name": f"{folder}/{name}", "owner": owner},
        )


@pytest.mark.parametrize(
    "deletion",
    ["delete from auth.users where id = %s", "update auth.users set deleted_at = now() where id = %s"],
    ids=["deleted", "deleted softly"],
)
def test_files_of_a_deleted_user_are_hidden_and_noted(db: psycopg.Connection, deletion: str) -> None:
    viewer = person(db)
    files_of(db, viewer)
    db.execute(deletion, [viewer.id])
    left = db.execute(FILES).fetchall()
    assert [row[:2] for row in left] == [("artwork", "c.png"), ("avatars", "other.png")]
    assert left[0][2] is None and left[1][2] is not None
    noted = db.execute("select bucket_id, name from private.files_to_remove order by 1").fetchall()
    assert noted == [("avatars", f"{viewer.id}/me + 😀.png"), ("speech", f"{viewer.id}/a;b.flac")]
    jobs = db.execute(
        "select status from procrastinate.procrastinate_jobs where queueing_lock = 'remove_files'"
    )
    assert jobs.fetchall() == [("todo",)]
    assert db.execute("select current_setting('storage.allow_delete_query', true)").fetchone() in [
        ("",),
        (None,),
    ]


def test_only_files_deleted_by_storage_are_forgotten(
    db: psycopg.Connection,
) -> None:
    viewer = person(db)
    files_of(db, viewer)
    before = db.execute("select version from storage.objects where bucket_id = 'speech'").fetchall()
    db.execute("delete from auth.users where id = %s", [viewer.id])
    returned = db.execute("select bucket_id, name from private.restore_hidden_files()").fetchall()
    assert [bucket for bucket, _ in returned] == ["avatars", "speech"]
    assert db.execute("select version from storage.objects where bucket_id = 'speech'").fetchall() == before
    db.execute("set local storage.allow_delete_query = 'true'")
    db.execute("delete from storage.objects where bucket_id = 'speech'")
    settled = "select private.forget_deleted_files(%s, %s)"
    values = [list(column) for column in zip(*returned, strict=True)]
    assert db.execute(settled, values).fetchone() == (1,)
    assert db.execute("select bucket_id from private.files_to_remove").fetchall() == [("avatars",)]
    assert db.execute(
        "select count(*) from storage.objects where name = %s", [returned[0][1]]
    ).fetchone() == (0,)


def note(db: psycopg.Connection, bucket: str, name: str, age: str = "0") -> None:
    db.execute(
        "insert into private.files_to_remove (bucket_id, name, version, noted_at) "
        "values (%s, %s, 'v1', now() - %s::interval)",
        [bucket, name, age],
    )


class RefusingFiles(Files):
    """A Storage client that fails for one file and for lists that contain it."""

    def __init__(self, db: psycopg.Connection, refused: str) -> None:
        self._db, self._refused = db, refused

    def delete(self, files: Iterable[tuple[str, str]]) -> None:
        names = [name for _, name in files]
        if self._refused in names:
            raise StorageRefusedError
        self._db.execute("select set_config('storage.allow_delete_query', 'true', true)")
        self._db.execute("delete from storage.objects where name = any(%s)", [names])


def test_undeletable_file_does_not_block_other_files(db: psycopg.Connection) -> None:
    note(db, "avatars", "stuck/a.png", "1 day")
    for number in range(120):
        note(db, "avatars", f"{uuid4()}/{number}.png")
    with pytest.raises(StorageAwayError):
        store.remove_files(db, RefusingFiles(db, "stuck/a.png"))
    assert db.execute("select name from private.files_to_remove").fetchall() == [("stuck/a.png",)]
    assert not db.execute("select from storage.objects where name = 'stuck/a.png'").rowcount
    assert store.remove_files(db, RefusingFiles(db, "")) == 1


def test_noted_file_of_a_missing_bucket_is_skipped(db: psycopg.Connection) -> None:
    note(db, "gone", "gone/a.png", "1 day")
    note(db, "avatars", "there/a.png")
    assert db.execute("select name from private.restore_hidden_files()").fetchall() == [("there/a.png",)]


def test_most_recently_attempted_files_come_last(db: psycopg.Connection) -> None:
    note(db, "avatars", "first/a.png", "1 day")
    note(db, "avatars", "second/a.png")
    names = [db.execute("select name from private.restore_hidden_files(1)").fetchone() for _ in range(3)]
    assert names == [("first/a.png",), ("second/a.png",), ("first/a.png",)]


@pytest.mark.parametrize("bucket", ["avatars", "portraits", "speech"])
@pytest.mark.parametrize(
    ("age", "folder", "owner", "is_orphan"),
    [
        ("2 hours", "gone", "gone", True),
        ("2 hours", "gone", None, True),
        ("2 hours", "readme", "gone", True),
        ("1 minute", "gone", "gone", False),
        ("2 hours", "there", "there", False),
        ("2 hours", "there", None, False),
        ("2 hours", "gone", "there", False),
        ("2 hours", "readme", None, False),
    ],
)
def test_old_files_without_an_owner_are_orphans(
    db: psycopg.Connection, bucket: str, age: str, folder: str, owner: str | None, is_orphan: bool
) -> None:
    ids = {"gone": str(uuid4()), "there": str(person(db).id), "readme": "readme"}
    name = f"{ids[folder]}/a.png"
    db.execute(
        "insert into storage.objects (bucket_id, name, owner_id, created_at) "
        "values (%s, %s, %s, now() - %s::interval)",
        [bucket, name, ids[owner] if owner else None, age],
    )
    rows = db.execute("select name from private.orphan_files()").fetchall()
    assert ((name,) in rows) is is_orphan


def test_soft_deletion_keeps_only_the_auth_rows(
    db: psycopg.Connection, home: Household, films: list[UUID]
) -> None:
    """The update empties the row of auth.users like Auth does."""
    other = household(db, films, "other_viewer")
    names, others = home.names(db), other.names(db)
    kept = traces(db, others)
    db.execute(
        "update auth.users set email = md5(email), recovery_token = '', encrypted_password = null, "
        "deleted_at = now() where id = %s",
        [home.owner.id],
    )
    assert traces(db, names) == {"auth.users.id", "auth.identities.user_id"}
    assert traces(db, others) == kept
    identity = "select identity_data from auth.identities where user_id = %s"
    assert db.execute(identity, [home.owner.id]).fetchall() == [({},)]
    row = db.execute("select count(*) from ratings where item_id = any(%s)", [films]).fetchone()
    assert row == (16,)
    db.execute("delete from auth.users where id = %s", [home.owner.id])
    assert traces(db, names) == set()


def test_token_of_a_soft_deleted_user_is_refused(db: psycopg.Connection) -> None:
    viewer = person(db)
    become(db, viewer)
    assert db.execute("select private.session_error()").fetchone() == (None,)
    db.execute("reset role")
    db.execute("update auth.users set deleted_at = now() where id = %s", [viewer.id])
    become(db, viewer)
    assert db.execute("select private.session_error()").fetchone() == ("session_ended",)
    db.execute("reset role")
    db.execute("update auth.users set last_sign_in_at = now() where id = %s", [viewer.id])


PASSKEYS = """
create schema passkeys;
create type passkeys.state as enum ('new', 'used');
create table passkeys.credentials (
    id uuid primary key default gen_random_uuid(), user_id uuid references auth.users on delete cascade,
    secret text default 'secret-1', key bytea default 'secret-2', data jsonb default '{"secret": 3}',
    counter bigint default 4, token uuid default gen_random_uuid(), state passkeys.state default 'new',
    is_backed_up boolean default true, created_at timestamptz default now()
);
create table passkeys.uses (
    credential_id uuid references passkeys.credentials on delete cascade, code text default 'secret-5'
);
"""


def test_new_platform_table_is_exported_reported_and_erased(db: psycopg.Connection, home: Household) -> None:
    other = person(db, "other_viewer")
    db.execute(PASSKEYS.encode())
    for who in (home.owner, other):
        db.execute("insert into passkeys.credentials (user_id) values (%s)", [who.id])
    db.execute("insert into passkeys.uses (credential_id) select id from passkeys.credentials")
    become(db, home.owner)
    (exported,) = db.execute("select export_my_data()").fetchone() or ({},)
    db.execute("reset role")
    (credential,) = exported["passkeys.credentials"]
    assert credential.keys() == {"id", "state", "is_backed_up", "created_at"}
    assert exported["passkeys.uses"] == [{}]
    assert "secret-" not in str(exported)
    listed = [name for (name,) in db.execute("select private.unlisted_tables()")]
    assert listed == ["passkeys.credentials", "passkeys.uses"]
    db.execute("delete from auth.users where id = %s", [home.owner.id])
    assert db.execute("select user_id from passkeys.credentials").fetchall() == [(other.id,)]
    assert db.execute("select count(*) from passkeys.uses").fetchone() == (1,)


def test_rows_of_an_unlisted_auth_table_are_erased(db: psycopg.Connection) -> None:
    db.execute("delete from private.data_inventory where table_name = 'mfa_factors'")
    kind = "select on_erasure from private.personal_tables() where table_name = 'mfa_factors'"
    assert db.execute(kind).fetchall() == [("delete",)]


INVOICES = """
create schema crm;
create table crm.invoices (id int primary key, user_id uuid references auth.users {action});
create table crm.lines (invoice_id int references crm.invoices on delete cascade);
create table crm.notes (invoice_id int references crm.invoices);
"""


LIST = """
insert into private.data_inventory (schema_name, table_name, holds, is_personal, purpose, on_erasure)
values ('crm', %s, 'Bills.', true, 'Payment.', 'delete')
"""


def invoices(db: psycopg.Connection, owner: Person, action: str) -> None:
    db.execute(INVOICES.format(action=action).encode())
    db.execute("insert into crm.invoices (id, user_id) values (7, %s)", [owner.id])
    db.execute("insert into crm.lines values (7)")
    db.execute("insert into crm.notes values (7)")


@pytest.mark.parametrize("action", ["on delete set null", "on delete set default"])
def test_rows_of_an_operator_table_remain_if_its_key_sets_null(db: psycopg.Connection, action: str) -> None:
    viewer = person(db)
    invoices(db, viewer, action)
    db.execute("delete from auth.users where id = %s", [viewer.id])
    for table in ("invoices where user_id is null", "lines", "notes"):
        assert db.execute(f"select count(*) from crm.{table}".encode()).fetchone() == (1,)


@pytest.mark.parametrize("action", ["", "on delete restrict"])
def test_restricting_key_of_an_operator_table_blocks_deletion(db: psycopg.Connection, action: str) -> None:
    viewer = person(db)
    invoices(db, viewer, action)
    with pytest.raises(psycopg.IntegrityError), db.transaction():
        db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select user_id from crm.invoices").fetchone() == (viewer.id,)


def test_listed_operator_table_is_erased(db: psycopg.Connection) -> None:
    viewer = person(db)
    invoices(db, viewer, "on delete restrict")
    for table in ("invoices", "lines", "notes"):
        db.execute(LIST, [table])
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert db.execute("select * from crm.invoices").fetchall() == []


def test_listed_table_without_delete_privilege_gives_a_warning(db: psycopg.Connection) -> None:
    viewer = person(db)
    warnings: list[str | None] = []
    db.add_notice_handler(lambda notice: warnings.append(notice.message_primary))
    invoices(db, viewer, "on delete set null")
    db.execute(LIST, ["invoices"])
    db.execute("revoke delete on crm.invoices from postgres")
    db.execute("delete from auth.users where id = %s", [viewer.id])
    assert warnings == ["rows of a deleted user may remain in crm.invoices: postgres may not delete them"]
    assert db.execute("select user_id from crm.invoices").fetchone() == (None,)
