"""Files of a deleted user: hidden at once, deleted by Storage, and orphans."""

from collections.abc import Iterable
from uuid import uuid4

import psycopg
import pytest

from tests.sql.people import Person, become, person
from tests.sql.privacy.deletions import erase, exists, make_due, request_deletion
from workers.privacy import store
from workers.privacy.files import Files, StorageAwayError, StorageRefusedError


def test_account_with_files_is_not_erased_before_its_files(db: psycopg.Connection) -> None:
    viewer = person(db)
    request_deletion(db, viewer)
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


@pytest.fixture(autouse=True)
def no_noted_files(db: psycopg.Connection) -> None:
    """Only files of this test are noted for removal."""
    db.execute("delete from private.files_to_remove")


def files_of(db: psycopg.Connection, who: Person) -> None:
    """Add two files of a user, artwork uploaded by that user, and a file of another user."""
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
        "select status from procrastinate.procrastinate_jobs where queueing_lock = 'remove_files' "
        "and status in ('todo', 'doing')"
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
