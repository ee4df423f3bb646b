"""What a kids profile may not do, whatever role its account has."""

import json

import psycopg
import pytest

from tests.sql.identity.kids import act, enter, in_session, refused
from tests.sql.people import Person, become


@pytest.mark.parametrize(
    "change",
    ["is_kids = false", "maturity_rating = 'PG-13'", "maturity_rating = 'G'", "shows_unrated = false"],
)
def test_kids_profile_cannot_change_its_age_limits(
    db: psycopg.Connection, kid: Person, viewer: Person, change: str
) -> None:
    act(db, kid)
    statement = f"update profiles set {change} where id = %s"
    assert refused(db, statement, [kid.profile_id]) == "kids_mode"
    act(db, viewer)
    assert db.execute(statement, [kid.profile_id]).rowcount == 1


def test_kids_profile_can_rename_only_itself(db: psycopg.Connection, kid: Person, viewer: Person) -> None:
    act(db, kid)
    assert db.execute("update profiles set name = 'Zoe' where id = %s", [kid.profile_id]).rowcount == 1
    rename = "update profiles set name = 'Mine' where id = %s"
    assert refused(db, rename, [viewer.profile_id]) == "kids_mode"


@pytest.mark.parametrize(
    "statement",
    [
        "insert into profiles (name) values ('Mine')",
        "delete from profiles where is_kids",
        "update accounts set display_name = 'Mine'",
        "insert into consents (purpose, document_version, is_granted) values ('terms', '1', true)",
        "select record_consent('terms', true, '1')",
        "select delete_my_account()",
        "select cancel_account_deletion()",
        "select export_my_data()",
        "select set_default_profile(%(adult)s)",
        "select set_account_pin('1234')",
        "select * from get_recommendations(profile_id => %(adult)s)",
    ],
)
def test_kids_profile_is_refused_account_actions(
    db: psycopg.Connection, kid: Person, viewer: Person, statement: str
) -> None:
    act(db, kid)
    with pytest.raises(psycopg.Error) as refusal, db.transaction():
        db.execute(statement, {"adult": viewer.profile_id})
    assert json.loads(str(refusal.value.diag.message_primary))["code"] == "kids_mode"
    act(db, viewer)
    with db.transaction(force_rollback=True):
        db.execute(statement, {"adult": viewer.profile_id})


@pytest.mark.parametrize(("acts_as_kid", "allowed"), [(False, True), (True, False)])
def test_admin_has_no_role_while_a_kids_profile_acts(
    db: psycopg.Connection, kid: Person, viewer: Person, acts_as_kid: bool, allowed: bool
) -> None:
    db.execute("insert into private.user_roles (user_id, role) values (%s, 'admin')", [viewer.id])
    claims = {"role": "authenticated", "sub": str(viewer.id), "app_metadata": {"roles": ["admin", "editor"]}}
    act(db, kid if acts_as_kid else viewer)
    db.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
    assert db.execute("select private.has_role('editor')").fetchone() == (allowed,)
    if allowed:
        db.execute("select get_user_roles(%s)", [viewer.id])
    else:
        assert refused(db, "select get_user_roles(%s)", [viewer.id]) == "kids_mode"


def test_account_of_kids_profiles_can_add_an_adult_profile(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    db.execute("update profiles set is_kids = true")
    assert refused(db, "update profiles set is_kids = false") == "kids_mode"
    row = db.execute("insert into profiles (name) values ('Grown-up') returning id").fetchone()
    assert row
    become(db, viewer, headers={"x-profile-id": str(row[0])})
    assert db.execute("update profiles set is_kids = false").rowcount == 2


@pytest.mark.parametrize("bound", [True, False], ids=["kids mode", "header"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("{account}/{kid}/me.png", True),
        ("{account}/{kid}/a/b.png", True),
        (None, True),
        ("{account}/me.png", False),
        ("{account}/{adult}/private.png", False),
        ("{account}/{kid}", False),
    ],
)
def test_kids_profile_names_only_pictures_of_its_own_folder(
    db: psycopg.Connection, kid: Person, viewer: Person, path: str | None, allowed: bool, bound: bool
) -> None:
    named = path and path.format(account=viewer.id, kid=kid.profile_id, adult=viewer.profile_id)
    db.execute("update profiles set avatar_path = %s where id = %s", [f"{viewer.id}/old.png", kid.profile_id])
    update = "update profiles set avatar_path = %s where id = %s"
    values: list[object] = [named, kid.profile_id]
    if bound:
        in_session(db, kid, enter(db, kid))
    else:
        act(db, kid)
    assert db.execute("update profiles set name = 'Zoé' where id = %s", [kid.profile_id]).rowcount == 1
    if allowed:
        assert db.execute(update, values).rowcount == 1
    else:
        assert refused(db, update, values) == "kids_mode"


def test_kids_profile_cannot_create_a_profile_with_a_picture(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    db.execute("update profiles set is_kids = true")
    insert = "insert into profiles (name, avatar_path) values ('Second', %s)"
    assert refused(db, insert, [f"{viewer.id}/private.png"]) == "kids_mode"
    assert db.execute(insert, [None]).rowcount == 1


def test_kids_profile_cannot_reach_files_of_other_profiles(
    db: psycopg.Connection, kid: Person, viewer: Person
) -> None:
    own = f"{viewer.id}/{kid.profile_id}"
    names = [f"{viewer.id}/adult.png", f"{own}/kid.png", f"{viewer.id}/speech.webm"]
    for bucket, name in zip(("avatars", "avatars", "speech"), names, strict=True):
        db.execute("insert into storage.objects (bucket_id, name) values (%s, %s)", [bucket, name])
    for profile, name in ((viewer.profile_id, names[0]), (kid.profile_id, names[1])):
        db.execute("update profiles set avatar_path = %s where id = %s", [name, profile])
    session = enter(db, kid)
    in_session(db, kid, session)
    db.execute("select set_config('storage.allow_delete_query', 'true', true)")
    mine = [(names[1],)]
    assert db.execute("select name from storage.objects").fetchall() == mine
    assert db.execute("update storage.objects set metadata = '{}' returning name").fetchall() == mine
    assert db.execute("delete from storage.objects returning name").fetchall() == mine
    insert = "insert into storage.objects (bucket_id, name) values (%s, %s)"
    for bucket in ("avatars", "speech"):
        assert refused(db, insert, [bucket, f"{viewer.id}/new"]) == "42501"
        db.execute(insert, [bucket, f"{own}/new"])
    act(db, viewer)
    assert db.execute("select name from storage.objects").rowcount == 4
